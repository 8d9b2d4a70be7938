/** What a guard hears and feels: each tone has its own tune and vibration. */

import type { Tone } from "./tones";

type Note = readonly [frequencyHz: number, lengthS: number];

const TUNES: Record<Tone, readonly Note[]> = {
  good: [[880, 0.09], [1320, 0.16]],
  plain: [[880, 0.14]],
  check: [[520, 0.14], [520, 0.14]],
  stop: [[196, 0.2], [165, 0.2], [131, 0.34]],
  hint: [[660, 0.07]],
};

/** Milliseconds on, off, on … */
const VIBRATIONS: Record<Tone, number[]> = {
  good: [60],
  plain: [60],
  check: [90, 70, 90],
  stop: [220, 90, 220, 90, 320],
  hint: [30],
};

const PAUSE_S = 0.05;
const LOUDNESS = 0.25;

let context: AudioContext | undefined;

/** Browsers give sound only after a press: call this from one. */
export function allowSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

export function signal(tone: Tone, audible: boolean): void {
  navigator.vibrate?.(VIBRATIONS[tone]);
  if (!audible || context?.state !== "running") return;
  let at = context.currentTime;
  for (const note of TUNES[tone]) {
    play(context, note, at);
    at += note[1] + PAUSE_S;
  }
}

function play(audio: AudioContext, [frequencyHz, lengthS]: Note, at: number): void {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = frequencyHz;
  volume.gain.setValueAtTime(LOUDNESS, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + lengthS); // no click at the end
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + lengthS);
}
