/** The scans of one shift: asked one after another, the last twenty kept in memory only. */

import type { Handling, ScanAnswer, ScanRequest } from "../../shared/answers";
import { Refused, type Api } from "../../shared/api";
import { uuid7 } from "../../shared/encoding";
import type { Tone } from "../../shared/tones";
import { toneOf } from "../../shared/tones";

/** The same code seen again within this time is one scan. Milliseconds. */
const SAME_CODE_MS = 3_000;

/** A code that a camera sees without a break of this length is still being held up. */
const STEADY_MS = 600;

const KEPT_SCANS = 20;

export interface Failure {
  kind: "offline" | "busy" | "forbidden" | "refused";
  code: string;
  waitS: number;
}

export interface Entry {
  readonly request: ScanRequest;
  state: "checking" | "answered" | "failed";
  answer: ScanAnswer | null;
  failure: Failure | null;
  handling: Handling | null;
  handlingFailed: boolean;
  /** The text was guessed back from what an input method made of it. */
  readonly repaired: boolean;
  /** A picture was sent, not a text. */
  readonly picture: boolean;
}

/** What is asked: a text, or a picture that this device could not read, as base64. */
type Question = { code: string } | { image: string };

export interface Post {
  checkpoint: string;
  purpose: string;
  case?: string;
}

export class Gate {
  entries = $state<Entry[]>([]);
  shown = $state<Entry | null>(null);
  already = $state(false);
  private readonly questions = new Map<string, Question>();
  /** When each code was last seen; forgotten with the time in which it counts as the same. */
  private readonly seen = new Map<string, number>();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly api: Api,
    private readonly post: () => Post,
    private readonly heard: (tone: Tone) => void,
    private readonly fellOut: (error: unknown) => Promise<boolean>,
  ) {}

  /** Take a code that the camera sees, again and again as long as it is held up. */
  see(code: string): void {
    this.take(code, { steadyMs: STEADY_MS });
  }

  /** Take a code from any source, unless it is one that was just taken. */
  take(code: string, { repaired = false, steadyMs = 0 } = {}): void {
    const now = performance.now();
    for (const [old, atMs] of this.seen) if (now - atMs >= SAME_CODE_MS) this.seen.delete(old);
    const before = this.seen.get(code);
    this.seen.set(code, now);
    if (before === undefined) {
      this.already = false;
      this.ask({ code }, repaired);
    } else if (now - before >= steadyMs) {
      this.already = true;
    }
  }

  takePicture(image: string): void {
    this.already = false;
    this.ask({ image }, false);
  }

  retry(entry: Entry): void {
    entry.state = "checking";
    entry.failure = null;
    this.shown = entry;
    this.enqueue(entry);
  }

  async handle(entry: Entry, action: Handling, reason?: string): Promise<void> {
    entry.handlingFailed = false;
    try {
      await this.api.handle(entry.request.scan_id, action, reason);
      entry.handling = action;
      // A mis-scan was undone so that the person can be scanned again at once.
      if (action === "undone") this.seen.clear();
    } catch (error) {
      if (!(await this.fellOut(error))) entry.handlingFailed = true;
    }
  }

  private ask(question: Question, repaired: boolean): void {
    const nowMs = this.api.now();
    const at = new Date(nowMs).toISOString();
    const request = { scan_id: uuid7(nowMs), at, ...this.post() };
    const fresh: Entry = {
      request,
      state: "checking",
      answer: null,
      failure: null,
      handling: null,
      handlingFailed: false,
      repaired,
      picture: "image" in question,
    };
    this.questions.set(request.scan_id, question);
    const gone = [fresh, ...this.entries].slice(KEPT_SCANS);
    for (const { request: old } of gone) this.questions.delete(old.scan_id);
    this.entries = [fresh, ...this.entries].slice(0, KEPT_SCANS);
    const entry = this.entries[0] ?? fresh; // the reactive one
    this.shown = entry;
    this.enqueue(entry);
  }

  private enqueue(entry: Entry): void {
    this.queue = this.queue.then(() => this.answer(entry));
  }

  private async answer(entry: Entry): Promise<void> {
    const question = this.questions.get(entry.request.scan_id);
    if (!question) return;
    try {
      const answer = await this.send(entry.request, question);
      entry.answer = answer;
      entry.state = "answered";
      // Nothing is kept longer than it can be of use: an answered code is not asked again.
      this.questions.delete(entry.request.scan_id);
      this.heard(toneOf(answer));
    } catch (error) {
      if (await this.fellOut(error)) return;
      entry.failure = failureOf(error);
      entry.state = "failed";
      this.heard("check");
    }
  }

  private send(request: ScanRequest, question: Question): Promise<ScanAnswer> {
    return "code" in question
      ? this.api.scan(request, question.code)
      : this.api.scanImage(request, question.image);
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Refused)) return { kind: "offline", code: "", waitS: 0 };
  const kind = error.status === 429 ? "busy" : error.status === 403 ? "forbidden" : "refused";
  return { kind, code: error.code, waitS: error.retryAfterS ?? 5 };
}
