/** Error correction and the order of codewords. Source: ISO/IEC 18004 §7.5, §7.6, table 9. */

export type Level = "L" | "M" | "Q" | "H";

/** For each level: error-correction codewords of a block, by version from 1. */
const PER_BLOCK: Record<Level, number[]> = {
  L: [
    7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
    28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
  ],
  M: [
    10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
    26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  ],
  Q: [
    13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
    28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
  ],
  H: [
    17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
    30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
  ],
};

/** For each level: blocks, by version from 1. */
const BLOCKS: Record<Level, number[]> = {
  L: [
    1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
    8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
  ],
  M: [
    1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
    17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
  ],
  Q: [
    1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
    23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
  ],
  H: [
    1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
    25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
  ],
};

/** Powers of 2 in GF(256) over x⁸ + x⁴ + x³ + x² + 1, and their logarithms. */
const POWERS = new Uint8Array(255);
const LOGARITHMS = new Uint8Array(256);
for (let at = 0, value = 1; at < 255; at++) {
  POWERS[at] = value;
  LOGARITHMS[value] = at;
  value = (value << 1) ^ (value > 127 ? 0x11d : 0);
}

/** Bits of data and error correction that fit a version, with what is left over. */
export function rawBits(version: number): number {
  const side = 4 * version + 17;
  const alignments = version > 1 ? Math.floor(version / 7) + 2 : 0;
  // Finders with separators and format, the two timing lines, alignment (some on the timing).
  let bits = side * side - 3 * 64 - 2 * 15 - 1 - 2 * (side - 16);
  if (alignments) bits -= 25 * (alignments * alignments - 3) - 10 * (alignments - 2);
  return version > 6 ? bits - 36 : bits;
}

/** Codewords of data that a version takes at a level. */
export function dataCodewords(version: number, level: Level): number {
  return (rawBits(version) >> 3) - PER_BLOCK[level][version - 1]! * BLOCKS[level][version - 1]!;
}

/** The codewords of the symbol: data in blocks, corrected, interleaved. */
export function withCorrection(data: Uint8Array, version: number, level: Level): Uint8Array {
  const extra = PER_BLOCK[level][version - 1]!;
  const blocks = BLOCKS[level][version - 1]!;
  const shortLength = Math.floor(data.length / blocks);
  const shortBlocks = blocks - (data.length % blocks);
  const divisor = generator(extra);
  const out = new Uint8Array(data.length + extra * blocks);
  for (let block = 0, from = 0; block < blocks; block++) {
    const length = shortLength + (block < shortBlocks ? 0 : 1);
    const part = data.subarray(from, from + length);
    part.forEach((codeword, at) => {
      // The last codeword of a long block comes after all of the short blocks have ended.
      out[at * blocks + block - (at === shortLength ? shortBlocks : 0)] = codeword;
    });
    remainder(part, divisor).forEach((codeword, at) => {
      out[data.length + at * blocks + block] = codeword;
    });
    from += length;
  }
  return out;
}

/** Coefficients of (x − 2⁰)(x − 2¹)…, the highest left out because it is 1. */
function generator(degree: number): Uint8Array {
  const out = new Uint8Array(degree);
  out[degree - 1] = 1;
  for (let root = 0; root < degree; root++) {
    for (let at = 0; at < degree; at++) {
      out[at] = times(out[at]!, POWERS[root]!) ^ (out[at + 1] ?? 0);
    }
  }
  return out;
}

function remainder(data: Uint8Array, divisor: Uint8Array): Uint8Array {
  const out = new Uint8Array(divisor.length);
  for (const codeword of data) {
    const factor = codeword ^ out[0]!;
    out.copyWithin(0, 1);
    out[out.length - 1] = 0;
    for (let at = 0; at < out.length; at++) out[at]! ^= times(divisor[at]!, factor);
  }
  return out;
}

function times(a: number, b: number): number {
  return a && b ? POWERS[(LOGARITHMS[a]! + LOGARITHMS[b]!) % 255]! : 0;
}
