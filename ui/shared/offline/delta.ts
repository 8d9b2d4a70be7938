/** From the snapshot that a gate has to a later one: what ended since, and the rest anew. */

import { compare, isSorted, placeOf, type Row } from "./ended";
import type { Bytes, PublishedKeys } from "./es256";
import { fromBase64, isOne, joined, opened, parsed } from "./signedfile";
import { refuse, sha256Hex, toBase64, type Form } from "./signedfile";
import { snapshotOf, type Snapshot } from "./snapshot";

const DELTA: Form = { word: "motma-snapshot-delta", context: "motma.snapshot-delta.v1\n" };

interface Delta {
  /** `as_of` of the snapshot that it continues, character by character. */
  base: string;
  /** The later body's JSON before and behind its hashes. */
  head: string;
  tail: string;
  add: string;
  drop: string;
  /** SHA-256, in hex, of the later body's JSON. */
  content: string;
}

export function isDelta(data: Bytes): boolean {
  return isOne(DELTA, data);
}

/** The later snapshot; after any refusal the caller fetches the whole. */
export async function applyDelta(
  base: Snapshot,
  data: Bytes,
  trusted: PublishedKeys,
): Promise<Snapshot> {
  const said = parsed<Partial<Delta> | null>(await opened(DELTA, data, trusted));
  if (!isWhole(said)) refuse("snapshot.content");
  if (said.base !== base.as_of) refuse("snapshot.delta-base");
  const { width } = base.ended;
  const [add, drop] = [fromBase64(said.add), fromBase64(said.drop)];
  for (const hashes of [add, drop]) {
    if (!isSorted({ width, hashes })) refuse("snapshot.content");
  }
  const text = new TextEncoder();
  const [head, tail] = [text.encode(said.head), text.encode(said.tail)];
  const hashes = changed(base.ended, add, drop);
  const content = await sha256Hex(joined(head, toBase64(hashes), tail));
  if (content !== said.content) refuse("snapshot.delta-result");
  const later = snapshotOf(joined(head, tail), hashes); // megabytes are not parsed once more
  const goesOn = later.province === base.province && later.asOfMs >= base.asOfMs;
  return goesOn ? later : refuse("snapshot.delta-base");
}

function isWhole(said: Partial<Delta> | null): said is Delta {
  const { base, head, tail, add, drop, content } = said ?? {};
  return [base, head, tail, add, drop, content].every((one) => typeof one === "string");
}

/** The hashes with some more and some less; what is both stays out. All three rows are rising. */
export function changed({ width, hashes }: Row, add: Bytes, drop: Bytes): Bytes {
  const parts: Bytes[] = [];
  let copied = 0;
  for (const [hash, stays] of changes(width, add, drop)) {
    const at = placeOf({ width, hashes }, hash) * width;
    parts.push(hashes.subarray(copied, at));
    if (stays) parts.push(hash);
    const isThere = at < hashes.length && compare(hashes, at, hash, width) === 0;
    copied = isThere ? at + width : at;
  }
  return joined(...parts, hashes.subarray(copied));
}

/** Each hash that is named, rising, and whether it stands in the later row. */
function* changes(width: number, add: Bytes, drop: Bytes): Generator<[Bytes, boolean]> {
  let [more, less] = [0, 0];
  while (more < add.length || less < drop.length) {
    const [come, gone] = [add.subarray(more, more + width), drop.subarray(less, less + width)];
    const order = more === add.length ? 1 : less === drop.length ? -1 : compare(add, more, gone, width);
    if (order <= 0) more += width;
    if (order >= 0) less += width;
    yield order < 0 ? [come, true] : [gone, false];
  }
}
