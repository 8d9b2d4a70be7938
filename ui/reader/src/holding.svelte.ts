/** The snapshot that this gate holds: checked, kept, renewed; how old it is, always known. */

import { ageOf, aged, insistUsable, readSnapshot, SnapshotRefused } from "../../shared/offline";
import type { Age, Both, Bytes, PublishedKeys, Snapshot } from "../../shared/offline";
import { keep, kept } from "./database";

const HELD = "snapshot";
const RENEW_MS = 10 * 60_000;
const TICK_MS = 15_000;

interface Held {
  file: Bytes;
  /** Those that sign the next snapshots: a rotation reaches the gate before it counts. */
  signers: PublishedKeys;
  /** The newest that was ever accepted here; no older one is, whatever it says. */
  seenMs: number;
  tag: string;
  province: string | null;
}

export class Holding {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why the last attempt brought none; a permanent code. */
  problem = $state<string | null>(null);
  private nowMs = $state(Date.now());
  private held: Held | undefined;
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
    this.held = await kept<Held>(HELD).catch(() => undefined);
    if (this.held === undefined) return;
    try {
      this.snapshot = await readSnapshot(this.held.file, this.held.signers);
      this.nowMs = this.now();
    } catch (error) {
      this.problem = codeOf(error);
    }
  }

  /** Take a snapshot's file, from the network or a memory stick, if it may be believed. */
  async accept(file: Bytes, trusted?: PublishedKeys, tag = ""): Promise<boolean> {
    try {
      const keys = trusted ?? this.held?.signers;
      if (keys === undefined) throw new SnapshotRefused("snapshot.without-trust");
      const snapshot = await readSnapshot(file, keys);
      insistUsable(snapshot, this.now(), this.held?.seenMs ?? null);
      const { signers, asOfMs: seenMs, province } = snapshot;
      const held = { file, signers, seenMs, tag, province };
      await keep(HELD, held);
      [this.held, this.snapshot] = [held, snapshot];
      this.nowMs = this.now();
      this.problem = null;
      return true;
    } catch (error) {
      this.problem = codeOf(error);
      return false;
    }
  }

  /** Fetch the present one for the province, unless that was done lately. */
  async renew(province: string | null, { force = false } = {}): Promise<void> {
    const same = this.held?.province === province;
    if (!force && same && this.now() - this.renewedMs < RENEW_MS) return;
    this.renewedMs = this.now();
    const query = province === null ? "" : `?province=${province}`;
    const headers = same && this.held?.tag ? { "If-None-Match": this.held.tag } : {};
    try {
      const answer = await fetch(`/v1/snapshot${query}`, { headers, cache: "no-store" });
      if (answer.status === 304 || !answer.ok) return;
      const file = new Uint8Array(await answer.arrayBuffer());
      // Nothing is trusted yet: the first keys come with the page itself, over the same line.
      const trusted = this.held ? undefined : await firstKeys();
      await this.accept(file, trusted, answer.headers.get("ETag") ?? "");
    } catch {
      this.renewedMs = 0; // no network: the next chance counts
    }
  }
}

async function firstKeys(): Promise<PublishedKeys> {
  return (await (await fetch("/v1/snapshot/keys")).json()) as PublishedKeys;
}

function codeOf(error: unknown): string {
  return error instanceof SnapshotRefused ? error.code : "snapshot.not-kept";
}
