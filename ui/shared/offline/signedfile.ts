/** What a whole snapshot and a delta have in common: a line, a packed body, a signature. */

import { KeySet, verifyRaw, type Bytes, type PublishedKeys } from "./es256";

const LONGEST_LINE = 128;
const SIGNATURE_BYTES = 64;

/** Largest file, and largest body once it is unpacked. */
export const MOST_BYTES = 96 * 2 ** 20;

/** Why a file is refused, by the platform's permanent codes, such as `snapshot.forged`. */
export class SnapshotRefused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** A signature of one form means nothing in another: the context is signed too. */
export interface Form {
  word: string;
  context: string;
}

/** The unpacked body, once the signature was found to be of a key that is trusted. */
export async function opened(form: Form, data: Bytes, trusted: PublishedKeys): Promise<Bytes> {
  const start = new TextDecoder("latin1").decode(data.subarray(0, LONGEST_LINE));
  const shape = `^${form.word} ([0-9]+) ([0-9]{6}) ([0-9]{1,9}) ([0-9a-f]{64})\n`;
  const line = new RegExp(shape).exec(start);
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
  const message = joined(new TextEncoder().encode(form.context), data.subarray(0, end));
  if (!(await verifyRaw(key, data.subarray(end), message))) {
    throw new SnapshotRefused("snapshot.forged");
  }
  return unpacked(packed).catch(() => refuse("snapshot.content"));
}

/** Whether the file says that it is of this form; nothing is checked. */
export function isOne(form: Form, data: Bytes): boolean {
  const word = new TextEncoder().encode(`${form.word} `);
  return word.every((byte, at) => data[at] === byte);
}

/** What the JSON says; what is signed can be wrong only by a defect, and is refused all the same. */
export function parsed<T>(plain: Bytes): T {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain)) as T;
  } catch {
    return refuse("snapshot.content");
  }
}

export function refuse(code: string): never {
  throw new SnapshotRefused(code);
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

/** The bytes behind base64; whatever else stands there is refused. */
export function fromBase64(text: string): Bytes {
  try {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch {
    return refuse("snapshot.content");
  }
}

const LETTERS = new TextEncoder().encode(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);

/** The ASCII of base64, without a string of megabytes on the way. */
export function toBase64(bytes: Bytes): Bytes {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill(0x3d); // "="
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const left = bytes.length - from;
    const three =
      (bytes[from]! << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    text[to] = LETTERS[three >> 18]!;
    text[to + 1] = LETTERS[(three >> 12) & 63]!;
    if (left > 1) text[to + 2] = LETTERS[(three >> 6) & 63]!;
    if (left > 2) text[to + 3] = LETTERS[three & 63]!;
  }
  return text;
}

async function unpacked(packed: Bytes): Promise<Bytes> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const chunks: Bytes[] = [];
  let size = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return joined(...chunks);
    size += value.length;
    if (size > MOST_BYTES) refuse("snapshot.content");
    chunks.push(value);
  }
}
