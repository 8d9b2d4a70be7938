/** One person at the counter after another: what they showed, what is written, what is printed. */

import { Refused } from "../../shared/api";
import type { Activation, Claim, Known, QrText, Recognised, Registration } from "./answers";
import { desk } from "./desk.svelte";
import { claimOf, draftOf, emptyDraft, type Draft } from "./draft";

/** `show`: nobody yet; `check`: the card against the form; `done`: printed; `person`: services. */
export type Stage = "show" | "check" | "done" | "person" | "conflict";

export interface Done {
  qid: string;
  name: string;
  birth: string;
  /** Nothing new was registered: the person was there. */
  found: boolean;
  card: QrText;
  activation: Activation | null;
  warnings: string[];
  guardedUntil: string | null;
  /** From the card before the camera to the paper, seconds. */
  tookS: number;
}

/** What this shift did, in memory only: it is gone with the page. */
export interface Deed {
  atMs: number;
  what: "registered" | "found" | "conflict" | "service";
  /** Of a service: which one, a key of `words.service`. */
  which?: string;
  name: string;
  qid: string;
}

const KEPT_DEEDS = 50;
const COUNTS = "motma.desk-counts";

class Counter {
  stage = $state<Stage>("show");
  seen = $state.raw<Recognised | null>(null);
  draft = $state<Draft>(emptyDraft());
  done = $state.raw<Done | null>(null);
  /** Whose services are open. */
  qid = $state("");
  activation = $state(true);
  deeds = $state<Deed[]>([]);
  /** For one sheet of a family: in memory only, like the deeds. */
  family = $state<{ qid: string; name: string }[]>([]);
  /** How many this shift registered and found; numbers alone outlive a reload. */
  counts = $state<{ registered: number; found: number }>(keptCounts());
  /** People of this name and birth date, whom a registration without documents might double. */
  alike = $state.raw<Known[]>([]);
  private since = 0;
  /** The claim that is registered already, so that a second try goes on instead of beginning. */
  private made: { claim: string; answer: Registration } | null = null;

  /** A card or a number: whose is it? */
  async look(code: string): Promise<void> {
    const since = performance.now();
    const seen = await desk.api.ask<Recognised>("POST", "/v1/people:recognise", { code });
    this.since = since;
    this.begin();
    this.seen = seen;
    if (seen.verdict === "unreadable" || seen.verdict === "unknown") {
      this.stage = "show";
      return;
    }
    this.draft = draftOf(seen.said, seen.number);
    this.stage = "check";
  }

  /** Somebody who shows no document. */
  without(): void {
    this.since = performance.now();
    this.begin();
    this.stage = "check";
  }

  /**
   * Register what the form says, or find whose it is; then everything that is printed.
   *
   * Without a document a second registration makes a second person: whoever might be the same is
   * shown first, unless `other` says that they were looked at.
   */
  async register({ other = false } = {}): Promise<void> {
    const claim = claimOf(this.draft);
    const { guardian, evidence } = this.draft;
    const proven = claim.documents?.some((each) => each.seen);
    const again = this.made?.claim === JSON.stringify(claim);
    if (!proven && !other && !again && (await this.mightBe(claim))) return;
    let made: Registration;
    try {
      made = await this.write(claim);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "identity.conflict") throw error;
      this.did({ what: "conflict", name: claim.full_name, qid: "" });
      this.stage = "conflict";
      return;
    }
    const who = { qid: made.qid, name: claim.full_name, birth: claim.birth };
    const until = guardian ? await this.guard(made.qid, guardian, evidence) : null;
    await this.finish(who, !made.created, made.warnings, until);
  }

  /** Print for somebody who is in the register. */
  async give(person: Known): Promise<void> {
    const who = { qid: person.qid, name: person.full_name, birth: person.birth };
    await this.finish(who, true, [], null);
  }

  /** Open the services for somebody of the register. */
  serve(qid: string): void {
    this.qid = qid;
    this.stage = "person";
  }

  next(): void {
    this.begin();
    this.stage = "show";
  }

  did(deed: Omit<Deed, "atMs">): void {
    this.deeds = [{ ...deed, atMs: desk.api.now() }, ...this.deeds].slice(0, KEPT_DEEDS);
    if (deed.what !== "registered" && deed.what !== "found") return;
    this.counts = { ...this.counts, [deed.what]: this.counts[deed.what] + 1 };
    sessionStorage.setItem(COUNTS, JSON.stringify(this.counts));
  }

  /** The shift is over: nothing of anybody stays on this device. */
  clear(): void {
    this.next();
    this.deeds = [];
    this.family = [];
    this.counts = { registered: 0, found: 0 };
    sessionStorage.removeItem(COUNTS);
  }

  private begin(): void {
    this.seen = null;
    this.done = null;
    this.made = null;
    this.alike = [];
    this.draft = emptyDraft();
    this.qid = "";
  }

  private async write(claim: Claim): Promise<Registration> {
    const key = JSON.stringify(claim);
    if (this.made?.claim === key) return this.made.answer;
    const answer = await desk.api.ask<Registration>("POST", "/v1/people", claim);
    this.made = { claim: key, answer };
    return answer;
  }

  /** Show who has this name and birth date; false when nobody does. */
  private async mightBe(claim: Claim): Promise<boolean> {
    const { full_name, birth, commune_code } = claim;
    const wanted = { full_name, birth, ...(commune_code ? { commune: commune_code } : {}) };
    this.alike = await desk.api.ask<Known[]>("POST", "/v1/people:search", wanted);
    return this.alike.length > 0;
  }

  private async guard(dependant: string, guardian: Known, evidence: string): Promise<string> {
    const body = { dependant, guardian: guardian.qid, evidence };
    const answer = await desk.api.ask<{ until: string }>("POST", "/v1/people:guardian", body);
    return answer.until;
  }

  private async finish(
    who: { qid: string; name: string; birth: string },
    found: boolean,
    warnings: string[],
    guardedUntil: string | null,
  ): Promise<void> {
    const { qid } = who;
    const [card, activation] = await Promise.all([
      desk.api.ask<QrText>("POST", "/v1/people:code", { qid }),
      this.activation ? desk.api.ask<Activation>("POST", "/v1/people:activate", { qid }) : null,
    ]);
    const tookS = Math.round((performance.now() - this.since) / 1000);
    this.done = { ...who, found, card, activation, warnings, guardedUntil, tookS };
    this.did({ what: found ? "found" : "registered", name: who.name, qid });
    this.stage = "done";
  }
}

function keptCounts(): { registered: number; found: number } {
  const kept = sessionStorage.getItem(COUNTS);
  return kept === null ? { registered: 0, found: 0 } : JSON.parse(kept);
}

export const counter = new Counter();
