/** Opens the camera and looks at its frames, one after another, for codes. */

import type { Decoder } from "./decoder";

/** Wider frames only cost time: a personal QR held in the frame is read well below this. */
const WIDEST_PX = 1_280;

/** Rest between two frames, so that phones stay cool. Milliseconds. */
const REST_MS = 60;

export interface Look {
  readonly hasLight: boolean;
  /** Switch the light; says whether it is lit now. */
  light(on: boolean): Promise<boolean>;
  /** How far the camera can zoom, if it can. */
  readonly zoom: { least: number; most: number } | null;
  setZoom(factor: number): void;
  stop(): void;
}

export async function lookForCodes(
  video: HTMLVideoElement,
  decoder: Decoder,
  found: (text: string) => void,
): Promise<Look> {
  if (!navigator.mediaDevices) throw new DOMException("no camera", "NotFoundError");
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: WIDEST_PX } },
    audio: false,
  });
  video.srcObject = stream;
  await video.play();
  const track = stream.getVideoTracks()[0];
  const abilities = (track?.getCapabilities?.() ?? {}) as Abilities;
  const awake = await stayAwake();
  let running = true;
  const loop = async (): Promise<void> => {
    const canvas = document.createElement("canvas");
    while (running) {
      const frame = document.hidden ? null : frameOf(video, canvas);
      const text = frame && (await decoder.read(frame));
      if (running && text) found(text);
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  };
  void loop();
  return {
    hasLight: abilities.torch === true,
    light: async (on) => set(track, { torch: on }).then((done) => done && on),
    zoom: abilities.zoom ? { least: abilities.zoom.min, most: abilities.zoom.max } : null,
    setZoom: (factor) => void set(track, { zoom: factor }),
    stop: () => {
      running = false;
      for (const each of stream.getTracks()) each.stop();
      video.srcObject = null;
      void awake?.release();
    },
  };
}

/** In no TypeScript library yet. Source: W3C, MediaStream Image Capture. */
interface Abilities {
  torch?: boolean;
  zoom?: { min: number; max: number };
}

/** Ask the camera for a setting; false when it would not. */
async function set(
  track: MediaStreamTrack | undefined,
  wish: { torch: boolean } | { zoom: number },
): Promise<boolean> {
  try {
    await track?.applyConstraints({ advanced: [wish as MediaTrackConstraintSet] });
    return track !== undefined;
  } catch {
    return false;
  }
}

/** A phone that falls asleep between two people would keep them waiting. */
async function stayAwake(): Promise<WakeLockSentinel | null> {
  return navigator.wakeLock?.request("screen").catch(() => null) ?? null;
}

function frameOf(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | null {
  if (video.videoWidth === 0) return null;
  const scale = Math.min(1, WIDEST_PX / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context?.getImageData(0, 0, canvas.width, canvas.height) ?? null;
}
