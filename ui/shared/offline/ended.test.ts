import { expect, test } from "vitest";
import { changed } from "./delta";
import { count, hasEnded, isSorted, placeOf, type Filter } from "./ended";
import { toBase64 } from "./signedfile";

/** A small generator with a seed: the same cases in every run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SALT = new Uint8Array(16);

async function hashOf(entry: string, width: number): Promise<string> {
  const data = new Uint8Array([...SALT, ...new TextEncoder().encode(entry)]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return hexOf(digest.subarray(0, width));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function row(hashes: Iterable<string>): Uint8Array<ArrayBuffer> {
  const pairs = [...new Set(hashes)].sort().join("").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

async function filterOf(entries: string[], width: number): Promise<Filter> {
  const hashes = await Promise.all(entries.map((entry) => hashOf(entry, width)));
  return { salt: SALT, width, hashes: row(hashes) };
}

test("whoever is in the filter is found, whatever its size and width", async () => {
  const below = chance(1);
  for (let round = 0; round < 40; round++) {
    const width = 3 + below(6);
    const entries = Array.from({ length: below(400) }, () => `${below(2 ** 31)}#${below(9)}`);
    const filter = await filterOf(entries, width);
    expect(isSorted(filter)).toBe(true);
    const found = await Promise.all(entries.map((entry) => hasEnded(filter, entry)));
    expect(found.every(Boolean)).toBe(true);
  }
});

test("nobody is found in an empty filter", async () => {
  expect(await hasEnded(await filterOf([], 5), "1")).toBe(false);
  expect(placeOf({ width: 5, hashes: new Uint8Array() }, new Uint8Array(5))).toBe(0);
});

test("base64 is what the browser's own is", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 83 + length) % 256);
    const text = new TextDecoder().decode(toBase64(bytes));
    expect(text).toBe(btoa(String.fromCharCode(...bytes)));
  }
});

test("a filter out of order, with one twice or cut within a hash is no filter", async () => {
  const { hashes } = await filterOf(["a", "b", "c"], 5);
  const swapped = Uint8Array.from([...hashes.subarray(5, 10), ...hashes.subarray(0, 5)]);
  const twice = Uint8Array.from([...hashes.subarray(0, 5), ...hashes.subarray(0, 5)]);
  for (const wrong of [swapped, twice, hashes.subarray(1)]) {
    expect(isSorted({ width: 5, hashes: wrong })).toBe(false);
  }
});

test("a delta makes the row that sets would make: all that was, without drop, and add", () => {
  const below = chance(2);
  const hash = (): string => below(256).toString(16).padStart(2, "0").repeat(3);
  for (let round = 0; round < 300; round++) {
    const some = (most: number): string[] => Array.from({ length: below(most) }, hash);
    const [was, add, drop] = [some(60), some(20), some(20)];
    const wanted = [...was, ...add].filter((one) => !drop.includes(one));
    const made = changed({ width: 3, hashes: row(was) }, row(add), row(drop));
    expect(hexOf(made)).toBe(hexOf(row(wanted)));
    expect(count({ salt: SALT, width: 3, hashes: made })).toBe(new Set(wanted).size);
  }
});
