/** What is on the screen: whose code, masked or full, and its living part as time goes on.
 *
 * It needs neither network nor Svelte: the code stands before anything else is loaded.
 */

import { attach, STEP_MS, untilNextStep } from "../../shared/qr/living";
import * as kept from "./kept";
import type { Kept } from "./kept";
import { civilDay, read, type Said } from "./reading";
import { Watched } from "./watched";

/** The full form goes back by itself, so that a phone put away shows nothing. */
const FULL_MS = 60_000;

export const ME = "me";

export type Trouble = "no-network" | "ended" | null;

class Screen extends Watched {
  people: Kept[] = [];
  full = false;
  /** What the QR holds now: the signed text, with the living part where there is one. */
  text = "";
  nowMs = Date.now();
  trouble: Trouble = null;
  demo = false;
  unread = 0;
  private id = ME;
  /** Milliseconds to add to this phone's clock to get the platform's. */
  private offsetMs = 0;
  private fullUntilMs = 0;
  private ticking: number | undefined;
  private drawn = "";

  get one(): Kept | null {
    return this.people.find((each) => each.id === this.id) ?? this.people[0] ?? null;
  }

  /** The signed string on the screen, the same in every app. */
  get signed(): string {
    return (this.full ? this.one?.full : null) ?? this.one?.masked ?? "";
  }

  get said(): Said {
    return read(this.signed);
  }

  get expired(): boolean {
    return this.one !== null && this.said.expires < civilDay(this.nowMs);
  }

  /** Seconds until the full form goes back. */
  get fullLeftS(): number {
    return Math.max(0, Math.ceil((this.fullUntilMs - this.nowMs) / 1000));
  }

  get stepLeftS(): number {
    return Math.ceil(untilNextStep(this.nowMs) / 1000);
  }

  async open(): Promise<void> {
    // A browser that keeps nothing, as in some private windows, still gets the first page.
    await this.load().catch(() => null);
    this.ticking ??= setInterval(() => void this.tick(), 1_000);
  }

  /** Read again what this phone keeps. */
  async load(): Promise<void> {
    const [people, clock, demo, unread] = await Promise.all([
      kept.everybody(),
      kept.recall("clock"),
      kept.recall("demo"),
      kept.recall("unread"),
    ]);
    this.offsetMs = clock ?? this.offsetMs;
    this.demo = demo ?? this.demo;
    this.unread = unread ?? 0;
    this.people = people.sort((a, b) => Number(b.id === ME) - Number(a.id === ME));
    this.drawn = "";
    await this.tick();
  }

  tell(news: { trouble?: Trouble; demo?: boolean; unread?: number; offsetMs?: number }): void {
    Object.assign(this, news);
    this.changed();
  }

  show(id: string): void {
    this.id = id;
    this.mask();
  }

  unmask(): void {
    this.full = true;
    this.fullUntilMs = this.present() + FULL_MS;
    void this.tick();
  }

  mask(): void {
    this.full = false;
    void this.tick();
  }

  private present(): number {
    return Date.now() + this.offsetMs;
  }

  private async tick(): Promise<void> {
    this.nowMs = this.present();
    if (this.full && this.nowMs >= this.fullUntilMs) this.full = false;
    const signed = this.signed;
    const living = this.one?.living;
    const wanted = `${Math.floor(this.nowMs / STEP_MS)} ${signed}`;
    if (wanted !== this.drawn) {
      this.drawn = wanted;
      const text = living && signed ? await attach(signed, living, this.nowMs) : signed;
      if (wanted !== this.drawn) return; // overtaken by another person's code
      this.text = text;
    }
    this.changed();
  }
}

export const screen = new Screen();
