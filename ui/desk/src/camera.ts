/** A camera that lies on the desk: looks at its frames until a card is held before it. */

import { frameOf, WIDEST_PX } from "../../shared/frames";

/** Rest between two frames. Milliseconds. */
const REST_MS = 80;

/** A code that lies before the camera is told again only after it was away for so long. */
const AWAY_MS = 2_000;

export interface Look {
  stop(): void;
}

export async function watch(
  video: HTMLVideoElement,
  found: (text: string) => void,
): Promise<Look> {
  if (!navigator.mediaDevices) throw new DOMException("no camera", "NotFoundError");
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: WIDEST_PX } },
    audio: false,
  });
  video.srcObject = stream;
  await video.play();
  const worker = new Worker(new URL("./decode.worker.ts", import.meta.url), { type: "module" });
  const canvas = document.createElement("canvas");
  const last = { text: "", atMs: -AWAY_MS };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = (): void => {
    const frame = document.hidden ? null : frameOf(video, canvas);
    if (frame) worker.postMessage(frame, [frame.data.buffer]);
    else timer = setTimeout(next, REST_MS);
  };
  worker.onmessage = ({ data: text }: MessageEvent<string | null>) => {
    const now = performance.now();
    if (text !== null) {
      const again = text === last.text && now - last.atMs < AWAY_MS;
      Object.assign(last, { text, atMs: now });
      if (!again) found(text);
    }
    timer = setTimeout(next, REST_MS);
  };
  next();
  return {
    stop: () => {
      clearTimeout(timer);
      worker.terminate();
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}
