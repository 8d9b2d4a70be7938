/** Asks the worker what a picture says; one question at a time per caller. */

import type { Found, Job } from "./decode.worker";

export class Decoder {
  private readonly worker = new Worker(new URL("./decode.worker.ts", import.meta.url), {
    type: "module",
  });
  private readonly waiting = new Map<number, (text: string | null) => void>();
  private next = 0;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<Found>) => {
      this.waiting.get(data.id)?.(data.text);
      this.waiting.delete(data.id);
    };
    // A worker that cannot start finds nothing, and must not leave anybody waiting.
    this.worker.onerror = () => {
      for (const answer of this.waiting.values()) answer(null);
      this.waiting.clear();
    };
  }

  read(picture: ImageData | Blob): Promise<string | null> {
    const job: Job = { id: this.next++, picture };
    const pixels = picture instanceof ImageData ? [picture.data.buffer] : [];
    return new Promise((resolve) => {
      this.waiting.set(job.id, resolve);
      this.worker.postMessage(job, pixels);
    });
  }

  close(): void {
    this.worker.terminate();
  }
}
