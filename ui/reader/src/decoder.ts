/** Asks the worker what a picture says; one question at a time per caller. */

import type { Found, Job } from "./decode.worker";

/** What one look at a picture gives. */
export interface Sight {
  texts: string[];
  unread: boolean;
}

const NOTHING: Sight = { texts: [], unread: false };

export class Decoder {
  private readonly worker = new Worker(new URL("./decode.worker.ts", import.meta.url), {
    type: "module",
  });
  private readonly waiting = new Map<number, (sight: Sight) => void>();
  private next = 0;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<Found>) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
    // A worker that cannot start finds nothing, and must not leave anybody waiting.
    this.worker.onerror = () => {
      for (const answer of this.waiting.values()) answer(NOTHING);
      this.waiting.clear();
    };
  }

  look(picture: ImageData | Blob): Promise<Sight> {
    const job: Job = { id: this.next++, picture };
    const pixels = picture instanceof ImageData ? [picture.data.buffer] : [];
    return new Promise((resolve) => {
      this.waiting.set(job.id, resolve);
      this.worker.postMessage(job, pixels);
    });
  }

  /** The one text in a picture; null when there is none, or more than one. */
  async read(picture: ImageData | Blob): Promise<string | null> {
    const { texts } = await this.look(picture);
    return texts.length === 1 ? (texts[0] ?? null) : null;
  }

  close(): void {
    this.worker.terminate();
  }
}
