/** Text → the shortest stream of bits in mixed segments. Source: ISO/IEC 18004 §7.4. */

type Impossible = "qr.empty" | "qr.too-long" | "qr.not-utf8";

/** Why a text has no symbol; the codes are those of the platform (docs/qr-format.md). */
export class Unencodable extends Error {
  readonly code: Impossible;

  constructor(code: Impossible) {
    super(code);
    this.code = code;
  }
}

const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** Modes from the narrowest to the widest; a character that fits one fits all that follow. */
const NUMERIC = 0;
const LETTERS = 1;
const BYTES = 2;
const MODES = [NUMERIC, LETTERS, BYTES] as const;
type Mode = (typeof MODES)[number];

/** Indicator of each mode, and bits of its count in versions 1–9, 10–26 and 27–40. */
const INDICATORS = [1, 2, 4] as const;
const COUNT_BITS = [
  [10, 12, 14],
  [9, 11, 13],
  [8, 16, 16],
] as const;

/** Sixths of a bit, so that ten bits for three digits and eleven for two letters stay whole. */
const SIXTHS = [20, 33, 48] as const;

/** ECI 26, UTF-8: without it the standard reads bytes as ISO 8859-1. ASCII is the same in both. */
const UTF8_HEADER = 0b0111_00011010;

interface Character {
  text: string;
  narrowest: Mode;
  bytes: Uint8Array;
}

export interface Bits {
  value: number;
  length: number;
}

/** The characters of a text with the bytes that they take. */
export function charactersOf(text: string): Character[] {
  if (text === "") throw new Unencodable("qr.empty");
  // No symbol holds more digits; what comes after would only cost time.
  if (text.length > 7089) throw new Unencodable("qr.too-long");
  const utf8 = new TextEncoder();
  return Array.from(text, (character) => {
    if (/[\uD800-\uDFFF]/u.test(character)) throw new Unencodable("qr.not-utf8");
    const at = ALPHANUMERIC.indexOf(character);
    const narrowest = at < 0 ? BYTES : at < 10 ? NUMERIC : LETTERS;
    return { text: character, narrowest, bytes: utf8.encode(character) };
  });
}

/** Which of the three ranges of versions it is, and so how wide the counts are. */
export type Width = 0 | 1 | 2;

/** The shortest stream for a symbol of such a version. */
export function shortest(characters: Character[], width: Width): Bits[] {
  const modes = bestModes(characters, width);
  const stream: Bits[] = [];
  if (characters.some(({ bytes }) => bytes.length > 1)) {
    stream.push({ value: UTF8_HEADER, length: 12 });
  }
  for (let from = 0, to = 0; from < characters.length; from = to) {
    const mode = modes[from]!;
    while (modes[to] === mode) to++;
    writeSegment(stream, mode, characters.slice(from, to), width);
  }
  return stream;
}

/** The mode of each character in the cheapest segmentation, found from the left. */
function bestModes(characters: Character[], width: Width): Mode[] {
  const heads = MODES.map((mode) => 6 * (4 + COUNT_BITS[mode][width]));
  // costs[mode]: sixths of a bit up to here when the last character stands in this mode.
  let costs = heads;
  const steps = characters.map(({ narrowest, bytes }) => {
    const before = costs;
    const reach = (mode: Mode, from: Mode): number =>
      from === mode ? before[from]! : wholeBits(before[from]!) + heads[mode]!;
    const froms = MODES.map((mode) =>
      MODES.reduce((best, from) => (reach(mode, from) < reach(mode, best) ? from : best), mode),
    );
    costs = MODES.map((mode) =>
      mode < narrowest
        ? Infinity
        : reach(mode, froms[mode]!) + SIXTHS[mode] * (mode === BYTES ? bytes.length : 1),
    );
    return froms;
  });
  const cheaper = (one: Mode, other: Mode): Mode =>
    wholeBits(costs[other]!) < wholeBits(costs[one]!) ? other : one;
  let mode = MODES.reduce(cheaper);
  const modes: Mode[] = [];
  for (let at = steps.length - 1; at >= 0; at--) {
    modes[at] = mode;
    mode = steps[at]![mode]!;
  }
  return modes;
}

/** A segment ends on a whole bit. */
function wholeBits(sixths: number): number {
  return Math.ceil(sixths / 6) * 6;
}

function writeSegment(stream: Bits[], mode: Mode, characters: Character[], width: Width): void {
  const text = characters.map((character) => character.text).join("");
  const bytes = characters.flatMap((character) => [...character.bytes]);
  const count = mode === BYTES ? bytes.length : text.length;
  stream.push({ value: INDICATORS[mode], length: 4 });
  stream.push({ value: count, length: COUNT_BITS[mode][width] });
  if (mode === BYTES) {
    stream.push(...bytes.map((value) => ({ value, length: 8 })));
  } else if (mode === LETTERS) {
    for (const pair of text.match(/..?/g)!) {
      const values = Array.from(pair, (letter) => ALPHANUMERIC.indexOf(letter));
      const value = values.reduce((sum, one) => sum * 45 + one, 0);
      stream.push({ value, length: pair.length * 5 + 1 });
    }
  } else {
    for (const three of text.match(/..?.?/g)!) {
      stream.push({ value: Number(three), length: three.length * 3 + 1 });
    }
  }
}
