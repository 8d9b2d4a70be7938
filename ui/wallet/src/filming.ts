/** Looks at the camera's frames until one holds a code. */

import type { Decoder } from "../../reader/src/decoder";

/** Rest between two frames, so that phones stay cool. Milliseconds. */
const REST_MS = 100;

/** Begin; what it returns ends it. */
export async function film(
  video: HTMLVideoElement,
  decoder: Decoder,
  found: (text: string) => void,
): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1_280 } },
    audio: false,
  });
  video.srcObject = stream;
  await video.play();
  let running = true;
  const canvas = document.createElement("canvas");
  const loop = async (): Promise<void> => {
    while (running) {
      const frame = document.hidden ? null : frameOf(video, canvas);
      const text = frame && (await decoder.read(frame));
      if (running && text) found(text);
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  };
  void loop();
  return () => {
    running = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    decoder.close();
  };
}

function frameOf(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | null {
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (canvas.width === 0 || context === null) return null;
  context.drawImage(video, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
