/** Checks in this browser that a read is in the log whose checkpoint the platform published.
 *
 * The tree is RFC 9162's; the signed text is a checkpoint of C2SP (c2sp.org/tlog-checkpoint). The
 * row is hashed as docs/flows/audit.md says. Its signature is looked at in `logkeys`.
 */

/** A row of the log: its columns in the order in which they are hashed; times in microseconds. */
interface Row {
  device_id: string;
  event_id: string;
  kind: string;
  at_us: number;
  known_at_us: number;
  person_tag: string | null;
  outcome: string | null;
  body_hash: string | null;
  sealed: string;
}

/** Bytes are base64url. */
export interface Proof {
  row: Row;
  salt: string;
  commitment: string;
  index: number;
  size: number;
  path: string[];
  checkpoint: string;
}

export interface Checked {
  /** Whether the row, as the platform shows it, is what the log committed to. */
  unchanged: boolean;
  /** Whether the path leads from it to the root that the checkpoint names. */
  included: boolean;
  /** Of the checkpoint. */
  size: number;
  at: string;
  root: string;
}

interface Head {
  size: number;
  root: Uint8Array<ArrayBuffer>;
  at: string;
}

const LABEL = "motma event v1\0";

export async function check(proof: Proof): Promise<Checked> {
  const head = readHead(proof.checkpoint);
  const commitment = await digest(joined(bytes(proof.salt), canonical(proof.row)));
  const unchanged = same(commitment, bytes(proof.commitment));
  const included = head.size === proof.size && (await includes(proof, head.root));
  return { unchanged, included, size: head.size, at: head.at, root: base64(head.root) };
}

/** The fields of a checkpoint; throws on anything else. */
export function readHead(note: string): Head {
  const cut = note.lastIndexOf("\n\n");
  const [origin, size, root, at] = note.slice(0, cut + 1).split("\n");
  if (cut < 0 || !origin || !size || !root || !/^\d+$/.test(size)) throw new Error("no checkpoint");
  const moment = at?.startsWith("at ") ? at.slice(3) : "";
  return { size: Number(size), root: bytes(root), at: moment };
}

/** Every column but the salt: fixed lengths, or a length before the bytes. */
function canonical(row: Row): Uint8Array<ArrayBuffer> {
  const kind = utf8(row.kind);
  return joined(
    utf8(LABEL),
    uuid(row.device_id),
    uuid(row.event_id),
    bigEndian(kind.length, 2),
    kind,
    bigEndian(row.at_us, 8),
    bigEndian(row.known_at_us, 8),
    optional(row.person_tag === null ? null : bytes(row.person_tag)),
    optional(row.outcome === null ? null : utf8(row.outcome)),
    optional(row.body_hash === null ? null : bytes(row.body_hash)),
    optional(bytes(row.sealed)),
  );
}

function optional(value: Uint8Array | null): Uint8Array {
  if (value === null) return Uint8Array.of(0);
  return joined(Uint8Array.of(1), bigEndian(value.length, 4), value);
}

function bigEndian(value: number, length: 2 | 4 | 8): Uint8Array {
  const out = new DataView(new ArrayBuffer(length));
  if (length === 2) out.setUint16(0, value);
  else if (length === 4) out.setUint32(0, value);
  else out.setBigInt64(0, BigInt(value));
  return new Uint8Array(out.buffer);
}

function uuid(text: string): Uint8Array {
  const hex = text.replaceAll("-", "").match(/../g) ?? [];
  return Uint8Array.from(hex, (pair) => Number.parseInt(pair, 16));
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Source: RFC 9162 §2.1.3.2. Sizes stay far below 2⁵³: no shifts, which end at 2³¹. */
async function includes(proof: Proof, root: Uint8Array): Promise<boolean> {
  let place = proof.index;
  let last = proof.size - 1;
  if (place < 0 || place > last) return false;
  let value = await hash(0, bytes(proof.commitment));
  for (const sibling of proof.path.map(bytes)) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      value = await hash(1, sibling, value);
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else {
      value = await hash(1, value, sibling);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(value, root);
}

async function hash(prefix: number, ...parts: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  return digest(joined(Uint8Array.of(prefix), ...parts));
}

async function digest(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function base64(data: Uint8Array): string {
  return btoa(String.fromCharCode(...data));
}
