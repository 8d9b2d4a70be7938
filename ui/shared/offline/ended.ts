/** The filter of codes that are not valid any more: sorted, shortened, salted hashes. */

import type { Bytes } from "./es256";

/** Shortened hashes, each once, rising. */
export interface Row {
  width: number;
  hashes: Bytes;
}

/** The first `width` bytes of SHA-256(salt ‖ entry) of each entry. */
export interface Filter extends Row {
  salt: Bytes;
}

/** Whether the entry ended, or looks so by chance. */
export async function hasEnded(filter: Filter, entry: string): Promise<boolean> {
  const wanted = await hashOf(filter, entry);
  const at = placeOf(filter, wanted);
  return at < count(filter) && compare(filter.hashes, at * filter.width, wanted, filter.width) === 0;
}

/** The number of the first hash that does not come before this one. */
export function placeOf({ width, hashes }: Row, wanted: Bytes): number {
  let [low, high] = [0, Math.floor(hashes.length / width)];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(hashes, middle * width, wanted, width) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function count(filter: Filter): number {
  return Math.floor(filter.hashes.length / filter.width);
}

/** The part of good codes that is found by chance. */
export function falseRate(filter: Filter): number {
  return count(filter) / 256 ** filter.width;
}

/** Whether a search finds everything that is in it: any other order would miss some. */
export function isSorted({ width, hashes }: Row): boolean {
  if (hashes.length % width !== 0 || width < 3 || width > 16) return false;
  for (let at = width; at < hashes.length; at += width) {
    if (compare(hashes, at - width, hashes.subarray(at, at + width), width) >= 0) return false;
  }
  return true;
}

async function hashOf({ salt, width }: Filter, entry: string): Promise<Bytes> {
  const text = new TextEncoder().encode(entry);
  const data = new Uint8Array(salt.length + text.length);
  data.set(salt);
  data.set(text, salt.length);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data)).subarray(0, width);
}

/** Below zero when the row's hash comes first. */
export function compare(row: Bytes, at: number, other: Bytes, width: number): number {
  for (let byte = 0; byte < width; byte++) {
    const difference = (row[at + byte] ?? 0) - (other[byte] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
