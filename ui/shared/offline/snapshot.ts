/** The snapshot's file, checked before anything in it is believed; docs/offline.md. */

import { isSorted, type Filter } from "./ended";
import { KeySet, type Bytes, type PublishedKeys } from "./es256";
import { fromBase64, opened, parsed, refuse, type Form } from "./signedfile";

export const WHOLE: Form = { word: "motma-snapshot", context: "motma.snapshot.v1\n" };

const HOUR_MS = 3_600_000;
/** Clocks of gates are off by this much. */
const SKEW_MS = 10 * 60_000;

export type Both = Record<"vi" | "en", string>;

export interface Book {
  id: string;
  number: number;
  version: number;
  title: Both;
  scope: { areas?: unknown[]; place_kinds?: string[]; activities?: string[] };
  valid: { from?: string | null; until?: string | null };
  colours: { id: string; label: Both }[];
}

/** What a guard reads; the authority's words, signed with the rest. */
export interface Words {
  advice: Record<string, { code: string; text: Both } | undefined>;
  card: Record<string, Both | undefined>;
  not_known: Record<string, Both>;
  warnings: Record<string, Both | undefined>;
  aged: Both;
  units: ({ minutes: number; most: number | null } & Both)[];
}

interface Body {
  as_of: string;
  demo: boolean;
  province: string | null;
  keys: PublishedKeys;
  signers: PublishedKeys;
  books: Book[];
  schemes: { number: number; title: Both }[];
  ended: { salt: string; width: number; hashes: string };
  ages: { warn_h: number; refuse_h: number };
  reach: (Record<string, number> | null)[];
  texts: Words;
}

export interface Snapshot extends Omit<Body, "ended"> {
  asOfMs: number;
  codeKeys: KeySet;
  ended: Filter;
}

/** The snapshot in a file, its signature checked with a key that this device trusts. */
export async function readSnapshot(data: Bytes, trusted: PublishedKeys): Promise<Snapshot> {
  return snapshotOf(await opened(WHOLE, data, trusted));
}

/** The snapshot that a signed body says; `known` are its hashes where they are at hand already. */
export function snapshotOf(plain: Bytes, known?: Bytes): Snapshot {
  const body = parsed<Body>(plain);
  const { salt, width, hashes } = body.ended ?? refuse("snapshot.content");
  const ended = { salt: fromBase64(salt), width, hashes: known ?? fromBase64(hashes) };
  const asOfMs = Date.parse(body.as_of);
  if (Number.isNaN(asOfMs) || !isSorted(ended)) refuse("snapshot.content");
  return { ...body, asOfMs, ended, codeKeys: new KeySet(body.keys) };
}

export type Age = "fresh" | "old" | "too-old";

/** How old it is, by the ages that the authority signed. */
export function ageOf(snapshot: Snapshot, nowMs: number): Age {
  const ageMs = nowMs - snapshot.asOfMs;
  if (ageMs > snapshot.ages.refuse_h * HOUR_MS) return "too-old";
  return ageMs > snapshot.ages.warn_h * HOUR_MS ? "old" : "fresh";
}

/** Refuse one of the future, one older than was seen here, and one that is too old. */
export function insistUsable(snapshot: Snapshot, nowMs: number, seenMs: number | null): void {
  if (snapshot.asOfMs > nowMs + SKEW_MS) refuse("snapshot.ahead");
  if (seenMs !== null && snapshot.asOfMs < seenMs) refuse("snapshot.older");
  if (ageOf(snapshot, nowMs) === "too-old") refuse("snapshot.too-old");
}
