/** One person at the counter after another: what they showed, what is written, what is given. */

import { Refused } from "../../shared/api";
import type { Claim, Known, Recognised, Registration } from "./answers";
import { desk } from "./desk.svelte";
import { claimOf, draftOf, emptyDraft, type Draft } from "./draft";
import { paper } from "./paper.svelte";

/**
 * `show`: nobody yet; `check`: the card against the form; `done`: registered, and printed there;
 * `person`: services; `family`: several on one sheet.
 */
export type Stage = "show" | "check" | "done" | "person" | "conflict" | "family";

/** Somebody by name, as far as a list of this desk needs it. */
export interface Named {
  qid: string;
  name: string;
}

export interface Done extends Named {
  /** Nothing new was registered: the person was there. */
  found: boolean;
  warnings: string[];
  guardedUntil: string | null;
  /** Who belongs on one sheet: the person, and the guardian who came along. */
  people: Named[];
}

/** What this shift did, in memory only: it is gone with the page. */
export interface Deed {
  /** Two deeds of one moment are still two. */
  id: number;
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
  family = $state<Named[]>([]);
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
    const guardedUntil = guardian ? await this.guard(made.qid, guardian, evidence) : null;
    const who = { qid: made.qid, name: claim.full_name };
    const people = guardian ? [{ qid: guardian.qid, name: guardian.full_name }, who] : [who];
    const { warnings } = made;
    this.finish({ ...who, found: !made.created, warnings, guardedUntil, people });
  }

  /** Print for somebody who is in the register. */
  give(who: Named): void {
    const { qid, name } = who;
    this.finish({ qid, name, found: true, warnings: [], guardedUntil: null, people: [who] });
  }

  /** From the card before the camera until now, seconds. */
  sinceS(): number {
    return Math.round((performance.now() - this.since) / 1000);
  }

  /** Keep people for one sheet; whoever is on it already is on it once. */
  gather(people: Named[]): void {
    const news = people.filter((each) => !this.isGathered([each]));
    this.family = [...this.family, ...news.map(({ qid, name }) => ({ qid, name }))];
  }

  isGathered(people: Named[]): boolean {
    return people.every(({ qid }) => this.family.some((each) => each.qid === qid));
  }

  dismiss(qid: string): void {
    this.family = this.family.filter((each) => each.qid !== qid);
  }

  /** The sheet was handed out. */
  disband(): void {
    this.family = [];
    this.next();
  }

  openFamily(): void {
    this.begin();
    this.stage = "family";
  }

  /** Open the services for somebody of the register. */
  serve(qid: string): void {
    paper.discard();
    this.qid = qid;
    this.stage = "person";
  }

  next(): void {
    this.begin();
    this.stage = "show";
  }

  did(deed: Omit<Deed, "id" | "atMs">): void {
    const id = (this.deeds[0]?.id ?? 0) + 1;
    this.deeds = [{ ...deed, id, atMs: desk.api.now() }, ...this.deeds].slice(0, KEPT_DEEDS);
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
    paper.discard();
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

  private finish(done: Done): void {
    this.done = done;
    this.did({ what: done.found ? "found" : "registered", name: done.name, qid: done.qid });
    this.stage = "done";
  }
}

function keptCounts(): { registered: number; found: number } {
  const kept = sessionStorage.getItem(COUNTS);
  return kept === null ? { registered: 0, found: 0 } : JSON.parse(kept);
}

export const counter = new Counter();
