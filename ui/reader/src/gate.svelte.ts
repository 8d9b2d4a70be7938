/** The scans of one shift: asked one after another, decided here when nobody answers in time. */

import type { Handling, ScanAnswer, ScanRequest } from "../../shared/answers";
import { Refused, type Api } from "../../shared/api";
import { uuid7 } from "../../shared/encoding";
import { decide, type Place } from "../../shared/offline";
import type { Tone } from "../../shared/tones";
import { toneOf } from "../../shared/tones";
import type { Holding } from "./holding.svelte";
import { Late, PATIENCE_MS, within, type Network } from "./network.svelte";
import { answerOf } from "./offlineanswer";
import { add, DiskFull, has, remove, waitingScan, type Waiting } from "./queue";

/** The same code seen again within this time is one scan. Milliseconds. */
const SAME_CODE_MS = 3_000;

/** A code that a camera sees without a break of this length is still being held up. */
const STEADY_MS = 600;

const KEPT_SCANS = 20;

/** From a readable frame to the answer, as `performance.measure` names it; so many are kept. */
const WAITED = "motma.scan";
const KEPT_TIMES = 500;

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
  /** Whether the platform knows it, will know it, or can't: the disk was full, or no shift runs. */
  record: "platform" | "waiting" | "full" | "none";
  handling: Handling | null;
  handlingFailed: boolean;
  /** The text was guessed back from what an input method made of it. */
  readonly repaired: boolean;
  /** When its frame or its text came, as `performance.now()`. */
  readonly beganMs: number;
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

/** What a gate works with. */
export interface Surroundings {
  api: Api;
  holding: Holding;
  network: Network;
  /** Null where no shift runs: then codes are only checked, and nothing is recorded. */
  post: () => Post | null;
  place: () => Place;
  role: () => string;
  heard: (tone: Tone) => void;
  /** Whether an error led to another page. */
  fellOut: (error: unknown) => Promise<boolean>;
  /** The platform itself answered a scan. */
  answered: () => void;
  /** The number of scans that wait has changed. */
  queued: () => void;
}

export class Gate {
  entries = $state<Entry[]>([]);
  shown = $state<Entry | null>(null);
  already = $state(false);
  private readonly questions = new Map<string, Question>();
  /** When each code was last seen; forgotten with the time in which it counts as the same. */
  private readonly seen = new Map<string, number>();
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly around: Surroundings) {}

  /** Take a code that the camera sees, again and again as long as it is held up. */
  see(code: string, frameAtMs: number): void {
    this.take(code, { steadyMs: STEADY_MS, beganMs: frameAtMs });
  }

  /** Take a code from any source, unless it is one that was just taken. */
  take(code: string, { repaired = false, steadyMs = 0, beganMs = performance.now() } = {}): void {
    const now = performance.now();
    for (const [old, atMs] of this.seen) if (now - atMs >= SAME_CODE_MS) this.seen.delete(old);
    const before = this.seen.get(code);
    this.seen.set(code, now);
    if (before === undefined) {
      this.already = false;
      this.ask({ code }, repaired, beganMs);
    } else if (now - before >= steadyMs) {
      this.already = true;
    }
  }

  takePicture(image: string): void {
    this.already = false;
    this.ask({ image }, false, performance.now());
  }

  /**
   * Ask the platform about scans that only the filter of ended codes stopped, before they are sent
   * with the others: a batch answers nothing, and the filter may be mistaken.
   */
  async settle(): Promise<void> {
    for (const entry of this.entries.filter(isDoubtful)) {
      const waiting = await waitingScan(entry.request.scan_id);
      if (waiting?.kind !== "scan" || waiting.role !== this.around.role()) continue;
      try {
        this.takeOver(entry, await this.around.api.scan(waiting.request, waiting.code));
      } catch {
        return; // it goes with the others
      }
    }
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
      await this.record(entry, action, reason);
      entry.handling = action;
      // A mis-scan was undone so that the person can be scanned again at once.
      if (action === "undone") this.seen.clear();
    } catch (error) {
      if (!(await this.around.fellOut(error))) entry.handlingFailed = true;
    }
  }

  /** Tell the platform what was done, or keep it behind the scan that waits. */
  private async record(entry: Entry, action: Handling, reason?: string): Promise<void> {
    const scanId = entry.request.scan_id;
    if (entry.record === "waiting" && (await has(scanId))) {
      const why = reason === undefined ? {} : { reason };
      await add({ kind: "handling", role: this.around.role(), scanId, action, ...why });
    } else if (entry.record === "platform" || entry.record === "waiting") {
      await this.around.api.handle(scanId, action, reason);
    }
  }

  private ask(question: Question, repaired: boolean, beganMs: number): void {
    const nowMs = this.around.api.now();
    const at = new Date(nowMs).toISOString();
    const post = this.around.post() ?? { checkpoint: "", purpose: "" };
    const request = { scan_id: uuid7(nowMs), at, ...post };
    const fresh: Entry = {
      request, state: "checking", answer: null, failure: null, record: "none",
      handling: null, handlingFailed: false, repaired, beganMs, picture: "image" in question,
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
    const { network } = this.around;
    if (this.around.post() === null) return this.decideHere(entry, question);
    if (!network.up && "code" in question) return this.decideHere(entry, question);
    const asked = this.send(entry.request, question);
    try {
      // A picture takes the platform longer than a text; nobody else can read it.
      const inTime = "code" in question ? within(asked, PATIENCE_MS) : asked;
      this.takeOver(entry, await inTime);
      network.succeed();
    } catch (error) {
      if (error instanceof Refused) return this.refused(entry, error);
      network.fail();
      const late = error instanceof Late ? asked : undefined;
      await this.decideHere(entry, question, late);
    }
  }

  private takeOver(entry: Entry, answer: ScanAnswer): void {
    entry.answer = answer;
    entry.state = "answered";
    entry.failure = null;
    const waited = entry.record === "waiting";
    entry.record = "platform";
    this.around.answered();
    // Nothing is kept longer than it can be of use: an answered code is not asked again.
    this.questions.delete(entry.request.scan_id);
    if (waited) void remove(entry.request.scan_id).then(this.around.queued);
    this.tell(entry, answer);
  }

  /** Let it be heard, and note how long the person waited, in the browser's own timeline. */
  private tell(entry: Entry, answer: ScanAnswer): void {
    const isShown = this.shown?.request.scan_id === entry.request.scan_id;
    if (isShown) this.around.heard(toneOf(answer)); // a sound for who is here, not for who was
    if (performance.getEntriesByName(WAITED).length > KEPT_TIMES) performance.clearMeasures(WAITED);
    performance.measure(WAITED, { start: entry.beganMs, detail: answer.scan_id });
  }

  private async refused(entry: Entry, error: Refused): Promise<void> {
    if (await this.around.fellOut(error)) return;
    entry.failure = failureOf(error);
    entry.state = "failed";
    this.around.heard("check");
  }

  /** Decide without the network, and keep the scan until the platform has it. */
  private async decideHere(
    entry: Entry,
    question: Question,
    late?: Promise<ScanAnswer>,
  ): Promise<void> {
    const snapshot = this.around.holding.usable;
    if (!("code" in question) || snapshot === null) {
      entry.failure = { kind: "offline", code: this.around.holding.problem ?? "", waitS: 0 };
      entry.state = "failed";
      this.around.heard("check");
      if ("code" in question) await this.keep(entry, question.code);
      return;
    }
    const atMs = Date.parse(entry.request.at);
    const answer = await decide(snapshot, question.code, this.around.place(), atMs);
    entry.answer = answerOf(answer, entry.request);
    entry.state = "answered";
    this.tell(entry, entry.answer);
    await this.keep(entry, question.code);
    if (isDoubtful(entry)) void this.around.network.ask();
    void late?.then((known) => this.overtake(entry, known)).catch(() => undefined);
  }

  /** The platform answered after all: what it says counts, and nothing waits any more. */
  private overtake(entry: Entry, answer: ScanAnswer): void {
    this.takeOver(entry, answer);
    this.around.network.succeed();
  }

  private async keep(entry: Entry, code: string): Promise<void> {
    if (this.around.post() === null) return;
    const role = this.around.role();
    const waiting: Waiting = { kind: "scan", role, request: $state.snapshot(entry.request), code };
    try {
      await add(waiting);
      entry.record = "waiting";
      if (entry.state === "answered") this.questions.delete(entry.request.scan_id);
    } catch (error) {
      // Whatever is wrong with the disk, the gate goes on deciding.
      entry.record = "full";
      if (!(error instanceof DiskFull)) console.warn("a scan was not kept");
    }
    this.around.queued();
  }

  private send(request: ScanRequest, question: Question): Promise<ScanAnswer> {
    return "code" in question
      ? this.around.api.scan(request, question.code)
      : this.around.api.scanImage(request, question.image);
  }
}

/** Stopped by the filter alone, and the platform was not asked yet. */
function isDoubtful({ answer, record }: Entry): boolean {
  return record === "waiting" && typeof answer?.offline?.mistakenOneIn === "number";
}

function failureOf(error: Refused): Failure {
  const kind = error.status === 429 ? "busy" : error.status === 403 ? "forbidden" : "refused";
  return { kind, code: error.code, waitS: error.retryAfterS ?? 5 };
}
