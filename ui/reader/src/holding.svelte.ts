/** The snapshot that this gate holds: checked, kept, renewed; how old it is, always known. */

import { ageOf, aged, applyDelta, insistUsable, isDelta } from "../../shared/offline";
import { readSnapshot, SnapshotRefused } from "../../shared/offline";
import type { Age, Both, Bytes, PublishedKeys, Snapshot } from "../../shared/offline";
import { keep, kept } from "./database";

/** A whole snapshot's file and what belongs to it; megabytes, so it is written seldom. */
const WHOLE = "snapshot";
/** The newest delta to that file, a few kB, and what is remembered of the newest snapshot. */
const NEWEST = "snapshot-newest";

const RENEW_MS = 10 * 60_000;
const TICK_MS = 15_000;

interface Whole {
  file: Bytes;
  signers: PublishedKeys;
  province: string | null;
}

interface Newest {
  delta: Bytes | null;
  /** Those that signed it, and those that sign the next: a rotation arrives before it counts. */
  trusted: PublishedKeys;
  signers: PublishedKeys;
  /** The newest moment that was ever accepted here; no older one is, whatever it says. */
  seenMs: number;
  tag: string;
}

export class Holding {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why the last attempt brought none; a permanent code. */
  problem = $state<string | null>(null);
  private nowMs = $state(Date.now());
  /** The whole one that was kept: deltas lead from it. */
  private base: Snapshot | null = null;
  private newest: Newest | undefined;
  private renewedMs = 0;

  constructor(private readonly now: () => number) {
    setInterval(() => (this.nowMs = this.now()), TICK_MS);
  }

  get age(): Age | "none" {
    return this.snapshot ? ageOf(this.snapshot, this.nowMs) : "none";
  }

  get words(): Both | null {
    return this.snapshot && aged(this.snapshot, this.nowMs);
  }

  /** Whether it may decide; the authority's age at which it must not is inside what it signed. */
  get usable(): Snapshot | null {
    const { snapshot } = this;
    return snapshot && ageOf(snapshot, this.now()) !== "too-old" ? snapshot : null;
  }

  /** Take out what was kept; it is checked again, as nobody knows who touched the disk. */
  async open(): Promise<void> {
    try {
      const whole = await kept<Whole>(WHOLE);
      this.newest = await kept<Newest>(NEWEST);
      if (!whole) return;
      this.base = this.snapshot = await readSnapshot(whole.file, whole.signers);
      const { delta, trusted } = this.newest ?? {};
      if (delta && trusted) this.snapshot = await applyDelta(this.base, delta, trusted);
    } catch (error) {
      this.problem = codeOf(error);
    }
    this.nowMs = this.now();
  }

  /** Take a snapshot's file, from the network or a memory stick, if it may be believed. */
  accept(file: Bytes, trusted?: PublishedKeys, tag = ""): Promise<boolean> {
    return this.take(trusted, async (keys) => {
      const snapshot = await readSnapshot(file, keys);
      const { signers, province } = snapshot;
      const newest = this.insist(snapshot, { delta: null, trusted: keys, tag });
      await keep({ [WHOLE]: { file, signers, province } satisfies Whole, [NEWEST]: newest });
      [this.base, this.snapshot, this.newest] = [snapshot, snapshot, newest];
    });
  }

  /** Fetch the present one for the province, unless that was done lately. */
  async renew(province: string | null, { force = false } = {}): Promise<void> {
    const same = this.base?.province === province;
    if (!force && same && this.now() - this.renewedMs < RENEW_MS) return;
    this.renewedMs = this.now();
    try {
      const whole = !same || !(await this.continued(province));
      if (whole) await this.fetchWhole(province);
    } catch {
      this.renewedMs = 0; // no network: the next chance counts
    }
  }

  /** Ask what came since the whole one; false when only another whole can help. */
  private async continued(province: string | null): Promise<boolean> {
    const { base, newest } = this;
    if (!base || this.snapshot === null) return false;
    const headers = newest?.tag ? { "If-None-Match": newest.tag } : {};
    const answer = await ask(province, base.as_of, headers);
    if (answer.status === 204 || answer.status === 304) return true;
    if (!answer.ok) return answer.status >= 500 || answer.status === 429; // not its answer's fault
    const file = new Uint8Array(await answer.arrayBuffer());
    const tag = answer.headers.get("ETag") ?? "";
    return isDelta(file) ? this.goOn(base, file, tag) : this.accept(file, undefined, tag);
  }

  private goOn(base: Snapshot, delta: Bytes, tag: string): Promise<boolean> {
    return this.take(undefined, async (keys) => {
      const snapshot = await applyDelta(base, delta, keys);
      const newest = this.insist(snapshot, { delta, trusted: keys, tag });
      await keep({ [NEWEST]: newest });
      [this.snapshot, this.newest] = [snapshot, newest];
    });
  }

  private async fetchWhole(province: string | null): Promise<void> {
    const answer = await ask(province);
    if (!answer.ok) return;
    const file = new Uint8Array(await answer.arrayBuffer());
    // Nothing is trusted yet: the first keys come with the page itself, over the same line.
    const trusted = this.newest ? undefined : await firstKeys();
    await this.accept(file, trusted, answer.headers.get("ETag") ?? "");
  }

  /** What is remembered with a snapshot that may be used; throws for one that may not. */
  private insist(
    snapshot: Snapshot,
    about: Pick<Newest, "delta" | "trusted" | "tag">,
  ): Newest {
    insistUsable(snapshot, this.now(), this.newest?.seenMs ?? null);
    return { ...about, signers: snapshot.signers, seenMs: snapshot.asOfMs };
  }

  /** Do it with the keys that count here; says whether it was done, and notes why not. */
  private async take(
    trusted: PublishedKeys | undefined,
    act: (keys: PublishedKeys) => Promise<void>,
  ): Promise<boolean> {
    try {
      const keys = trusted ?? this.newest?.signers;
      if (keys === undefined) throw new SnapshotRefused("snapshot.without-trust");
      await act(keys);
      this.nowMs = this.now();
      this.problem = null;
      return true;
    } catch (error) {
      this.problem = codeOf(error);
      return false;
    }
  }
}

function ask(province: string | null, since?: string, headers = {}): Promise<Response> {
  const query = new URLSearchParams({
    ...(province === null ? {} : { province }),
    ...(since === undefined ? {} : { since }),
  });
  return fetch(`/v1/snapshot?${query}`, { headers, cache: "no-store" });
}

async function firstKeys(): Promise<PublishedKeys> {
  return (await (await fetch("/v1/snapshot/keys")).json()) as PublishedKeys;
}

function codeOf(error: unknown): string {
  return error instanceof SnapshotRefused ? error.code : "snapshot.not-kept";
}
