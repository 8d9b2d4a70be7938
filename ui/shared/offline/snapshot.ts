/** The snapshot's file, checked before anything in it is believed; docs/offline.md. */

import { isSorted, type Filter } from "./ended";
import { KeySet, verifyRaw, type Bytes, type PublishedKeys } from "./es256";

const CONTEXT = "motma.snapshot.v1\n";
const LINE = /^motma-snapshot ([0-9]+) ([0-9]{6}) ([0-9]{1,9}) ([0-9a-f]{64})\n/;
const LONGEST_LINE = 128;
const SIGNATURE_BYTES = 64;
const HOUR_MS = 3_600_000;

/** Clocks of gates are off by this much. */
const SKEW_MS = 10 * 60_000;
/** Largest file, and largest body once it is unpacked. */
export const MOST_BYTES = 96 * 2 ** 20;

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

/** Why a snapshot is refused, by the platform's permanent codes, such as `snapshot.forged`. */
export class SnapshotRefused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** The snapshot in a file, its signature checked with a key that this device trusts. */
export async function readSnapshot(data: Bytes, trusted: PublishedKeys): Promise<Snapshot> {
  const { packed } = await opened(data, trusted);
  const body = await bodyOf(packed);
  const ended = {
    salt: fromBase64(body.ended.salt),
    width: body.ended.width,
    hashes: fromBase64(body.ended.hashes),
  };
  const asOfMs = Date.parse(body.as_of);
  if (Number.isNaN(asOfMs) || !isSorted(ended)) throw new SnapshotRefused("snapshot.content");
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
  if (snapshot.asOfMs > nowMs + SKEW_MS) throw new SnapshotRefused("snapshot.ahead");
  if (seenMs !== null && snapshot.asOfMs < seenMs) throw new SnapshotRefused("snapshot.older");
  if (ageOf(snapshot, nowMs) === "too-old") throw new SnapshotRefused("snapshot.too-old");
}

async function opened(data: Bytes, trusted: PublishedKeys): Promise<{ packed: Bytes }> {
  const start = new TextDecoder("latin1").decode(data.subarray(0, LONGEST_LINE));
  const line = LINE.exec(start);
  if (line === null) throw new SnapshotRefused("snapshot.not-one");
  const [whole, version, kid = "", length, digest] = line;
  if (version !== "1") throw new SnapshotRefused("snapshot.version");
  const end = whole.length + Number(length);
  if (data.length < end + SIGNATURE_BYTES) throw new SnapshotRefused("snapshot.truncated");
  const packed = data.subarray(whole.length, end);
  const same = (await sha256Hex(packed)) === digest;
  if (data.length > end + SIGNATURE_BYTES || !same) throw new SnapshotRefused("snapshot.corrupted");
  const key = await new KeySet(trusted).find(kid);
  if (key === null) throw new SnapshotRefused("snapshot.unknown-key");
  const message = joined(new TextEncoder().encode(CONTEXT), data.subarray(0, end));
  if (!(await verifyRaw(key, data.subarray(end), message))) {
    throw new SnapshotRefused("snapshot.forged");
  }
  return { packed };
}

/** The body; what is signed can be wrong only by a defect, and is refused all the same. */
async function bodyOf(packed: Bytes): Promise<Body> {
  try {
    const plain = await unpacked(packed);
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain)) as Body;
  } catch {
    throw new SnapshotRefused("snapshot.content");
  }
}

async function unpacked(packed: Bytes): Promise<Bytes> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const chunks: Bytes[] = [];
  let size = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return joined(...chunks);
    size += value.length;
    if (size > MOST_BYTES) throw new SnapshotRefused("snapshot.content");
    chunks.push(value);
  }
}

export function joined(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function sha256Hex(data: Bytes): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromBase64(text: string): Bytes {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
