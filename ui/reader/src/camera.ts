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
    hasLight: track !== undefined && "torch" in (track.getCapabilities?.() ?? {}),
    light: async (on) => (track ? switchLight(track, on) : false),
    stop: () => {
      running = false;
      for (const each of stream.getTracks()) each.stop();
      video.srcObject = null;
    },
  };
}

/** `torch` is in no TypeScript library yet: it is a Chromium extension of the constraints. */
async function switchLight(track: MediaStreamTrack, on: boolean): Promise<boolean> {
  const torch = { torch: on } as MediaTrackConstraintSet;
  return track.applyConstraints({ advanced: [torch] }).then(
    () => on,
    () => false,
  );
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
