/** Opens the camera and looks at its frames, one after another, for codes. */

import { frameOf, WIDEST_PX } from "../../shared/frames";
import type { Decoder, Sight } from "./decoder";

/** Cameras that can zoom say so only if that was asked for together with the camera. */
const WITH_ZOOM = { zoom: true } as MediaTrackConstraintSet;

/** Rest between two frames, so that phones stay cool. Milliseconds. */
const REST_MS = 40;

export interface Lens {
  id: string;
  name: string;
}

export interface Look {
  readonly hasLight: boolean;
  /** Switch the light; says whether it is lit now. */
  light(on: boolean): Promise<boolean>;
  /** How far the camera can zoom, if it can. */
  readonly zoom: { least: number; most: number } | null;
  setZoom(factor: number): void;
  /** The cameras there are, once the person has allowed one. */
  readonly lenses: Lens[];
  readonly lens: string;
  stop(): void;
}

export interface Wish {
  /** The id of a lens; without one the front or the rear camera, whichever the gate uses. */
  lens: string | null;
  front: boolean;
}

export async function lookForCodes(
  video: HTMLVideoElement,
  decoder: Decoder,
  wish: Wish,
  /** A sight, and when its frame was taken, as `performance.now()`. */
  found: (sight: Sight, atMs: number) => void,
  /** The camera was taken away, by another program or a sleep. */
  lost: () => void,
): Promise<Look> {
  if (!navigator.mediaDevices) throw new DOMException("no camera", "NotFoundError");
  const facing = { facingMode: wish.front ? "user" : "environment" };
  const which = wish.lens === null ? facing : { deviceId: { exact: wish.lens } };
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { ...which, width: { ideal: WIDEST_PX }, advanced: [WITH_ZOOM] },
    audio: false,
  });
  video.srcObject = stream;
  await video.play();
  const track = stream.getVideoTracks()[0];
  const abilities = (track?.getCapabilities?.() ?? {}) as Abilities;
  const awake = stayAwake();
  let running = true;
  track?.addEventListener("ended", () => running && lost());
  const canvas = document.createElement("canvas");
  const loop = async (): Promise<void> => {
    while (running) {
      const atMs = performance.now();
      const frame = document.hidden ? null : frameOf(video, canvas);
      const sight = frame && (await decoder.look(frame));
      if (running && sight) found(sight, atMs);
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  };
  void loop();
  return {
    hasLight: abilities.torch === true,
    light: async (on) => set(track, { torch: on }).then((done) => done && on),
    zoom: abilities.zoom ? { least: abilities.zoom.min, most: abilities.zoom.max } : null,
    setZoom: (factor) => void set(track, { zoom: factor }),
    lenses: await lensesOf(),
    lens: track?.getSettings().deviceId ?? "",
    stop: () => {
      running = false;
      for (const each of stream.getTracks()) each.stop();
      video.srcObject = null;
      awake.end();
    },
  };
}

/** In no TypeScript library yet. Source: W3C, MediaStream Image Capture. */
interface Abilities {
  torch?: boolean;
  zoom?: { min: number; max: number };
}

async function lensesOf(): Promise<Lens[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "")
    .map(({ deviceId, label }, at) => ({ id: deviceId, name: label || `${at + 1}` }));
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

/** A phone that falls asleep between two people would keep them waiting; hiding it ends that. */
function stayAwake(): { end: () => void } {
  let lock: WakeLockSentinel | null = null;
  const wake = async (): Promise<void> => {
    if (document.hidden) return;
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  };
  document.addEventListener("visibilitychange", wake);
  void wake();
  return {
    end: () => {
      document.removeEventListener("visibilitychange", wake);
      void lock?.release();
    },
  };
}
