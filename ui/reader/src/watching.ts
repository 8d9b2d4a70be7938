/** What the sights of a camera mean together: a code to take, two at once, or one nobody can read. */

import type { Sight } from "./decoder";

/** So long something that looks like a code may stay unread before the guard is told. */
const UNREAD_MS = 3_000;

/** Without such a sight for this long it counts as gone; single frames miss it. */
const GONE_MS = 1_000;

export type Notice = "two" | "unreadable" | null;

export interface Seen {
  /** The one code in view. */
  code: string | null;
  notice: Notice;
}

export class Watching {
  private unreadSinceMs: number | null = null;
  private unreadLastMs = 0;
  private twoLastMs = -GONE_MS;

  /** What one more sight says. */
  see({ texts, unread }: Sight, nowMs: number): Seen {
    if (texts.length > 0) this.unreadSinceMs = null;
    else if (unread) this.note(nowMs);
    if (texts.length > 1) this.twoLastMs = nowMs;
    const two = nowMs - this.twoLastMs < GONE_MS;
    // While two are in view neither is taken: nobody could say whose answer it is.
    const code = two ? null : (texts[0] ?? null);
    return { code, notice: two ? "two" : this.isUnreadable(nowMs) ? "unreadable" : null };
  }

  private note(nowMs: number): void {
    const gone = this.unreadSinceMs === null || nowMs - this.unreadLastMs > GONE_MS;
    if (gone) this.unreadSinceMs = nowMs;
    this.unreadLastMs = nowMs;
  }

  private isUnreadable(nowMs: number): boolean {
    if (this.unreadSinceMs === null || nowMs - this.unreadLastMs > GONE_MS) return false;
    return nowMs - this.unreadSinceMs >= UNREAD_MS;
  }
}
