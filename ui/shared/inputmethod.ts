/** Notices that a Vietnamese input method changed a scanned text; undoes only what is certain. */

import { specialKeys, typed, wordsOf, type Method } from "./typing";

export type Verdict =
  | { kind: "untouched" }
  | { kind: "repaired"; text: string; method: Method }
  | { kind: "changed"; methods: Method[] };

/** More ways than this to have typed one word, and nothing is certain about it any more. */
const MOST_CANDIDATES = 2_000;

/** So many texts are tried for one word: a page that thinks for seconds holds up a queue. */
const MOST_TRIED = 5_000;

const METHODS: readonly Method[] = ["Telex", "VNI"];

/**
 * What became of a code on its way through the keyboard.
 *
 * A repair is offered only if, over both methods, exactly one sequence of keys gives this text.
 */
export function judge(text: string): Verdict {
  // Codes that handheld readers type are ASCII, but for the name on a CCCD card.
  if (isAscii(text) || isCitizenCard(text)) return { kind: "untouched" };
  const found = METHODS.map((method) => ({ method, ways: waysToType(method, text) }));
  const possible = found.filter(({ ways }) => ways === "many" || ways.length > 0);
  const [only, ...others] = possible;
  if (only && others.length === 0 && only.ways !== "many" && only.ways.length === 1) {
    return { kind: "repaired", text: only.ways[0] ?? text, method: only.method };
  }
  return { kind: "changed", methods: possible.map(({ method }) => method) };
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** A CCCD's text: its name and address are Vietnamese, everything else is ASCII. */
function isCitizenCard(text: string): boolean {
  const fields = text.normalize("NFC").split("|");
  const shaped = /^\d{12}$/.test(fields[0] ?? "") && /^\d{8}$/.test(fields[3] ?? "");
  const vietnamese = [2, 4, 5]; // name, sex, address
  return (
    shaped &&
    fields.length >= 6 &&
    fields.every((field, at) => isAscii(field) || vietnamese.includes(at))
  );
}

/** Every sequence of keys that the method turns into this text. */
function waysToType(method: Method, text: string): string[] | "many" {
  let ways = [""];
  let end = 0;
  for (const match of text.normalize("NFC").matchAll(wordsOf(method))) {
    const words = waysToTypeWord(method, match[0]);
    const between = text.normalize("NFC").slice(end, match.index);
    end = match.index + match[0].length;
    if (words === "many") return "many";
    if (words.length === 0) return [];
    if (ways.length * words.length > MOST_CANDIDATES) return "many";
    ways = ways.flatMap((way) => words.map((word) => way + between + word));
  }
  const rest = text.normalize("NFC").slice(end);
  return ways.map((way) => way + rest).filter(hasPlainName);
}

/** A personal code's second field is a name of letters: digits there mean a wrong guess. */
function hasPlainName(text: string): boolean {
  const fields = text.split("|");
  return fields.length !== 6 || !/\d/.test(fields[1] ?? "");
}

/**
 * The keys that become this word; a mark that was typed twice to take it back is not considered,
 * or every text could be anything.
 */
function waysToTypeWord(method: Method, word: string): string[] | "many" {
  const bases = bareLetters(word);
  const upper = word === word.toUpperCase();
  const keys = [...specialKeys(method)].map((key) => (upper ? key.toUpperCase() : key));
  // In Telex a lone W is Ư.
  const loneW = method === "Telex" && /[ưƯ]/.test(word);
  let texts = new Set([bases, loneW ? bases.replace(/u/i, upper ? "W" : "w") : bases]);
  const ways = new Set<string>();
  for (let left = isAscii(word) ? 0 : marksIn(word); ; left -= 1) {
    for (const text of texts) if (typed(method, text) === word) ways.add(text);
    if (left === 0) break;
    texts = new Set([...texts].flatMap((text) => inserted(text, keys)));
    if (texts.size > MOST_TRIED) return "many"; // whoever stops here has not seen all of them
  }
  return [...ways];
}

function bareLetters(word: string): string {
  const plain = word.replaceAll("đ", "d").replaceAll("Đ", "D");
  return plain.normalize("NFD").replace(/\p{M}/gu, "");
}

function marksIn(word: string): number {
  return [...word.normalize("NFD")].filter((each) => /[\p{M}đĐ]/u.test(each)).length;
}

/** The text with one more key, at every place but the first. */
function inserted(text: string, keys: string[]): string[] {
  return keys.flatMap((key) =>
    Array.from(text, (_, at) => text.slice(0, at + 1) + key + text.slice(at + 1)),
  );
}
