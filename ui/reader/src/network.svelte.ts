/** Whether the platform answers: known from the calls themselves, and asked again until it does. */

/** A scan waits this long for an answer before it is decided without. Milliseconds. */
export const PATIENCE_MS = 1_500;

/** Rest between two questions whether it is back. */
const PROBE_MS = 4_000;

export class Network {
  up = $state(true);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly probe: () => Promise<unknown>,
    private readonly back: () => void,
  ) {
    addEventListener("offline", () => this.fail());
    addEventListener("online", () => void this.ask());
  }

  /** Something got no answer. */
  fail(): void {
    this.up = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), PROBE_MS);
  }

  /** Something was answered. */
  succeed(): void {
    clearTimeout(this.timer);
    const wasDown = !this.up;
    this.up = true;
    if (wasDown) this.back();
  }

  /** See whether it is back. */
  async ask(): Promise<void> {
    try {
      await within(this.probe(), PATIENCE_MS);
      this.succeed();
    } catch {
      this.fail();
    }
  }
}

/** What came in time, or an error. */
export function within<T>(work: Promise<T>, mostMs: number): Promise<T> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Late()), mostMs));
  return Promise.race([work, late]);
}

/** The answer takes too long; it may still come. */
export class Late extends Error {}
