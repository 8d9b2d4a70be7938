/** Text → QR symbol without any dependency. Source: ISO/IEC 18004; its smallest version. */

import { dataCodewords, withCorrection, type Level } from "./correction";
import { draw } from "./grid";
import { charactersOf, shortest, Unencodable, type Bits, type Width } from "./segments";

export { Unencodable, type Level };

export interface Matrix {
  /** Modules on a side, without the quiet zone. */
  size: number;
  /** 1 to 40. */
  version: number;
  dark(x: number, y: number): boolean;
}

/** Modules of white around a symbol. Source: ISO/IEC 18004 §5.3.8. */
export const QUIET_ZONE = 4;

/** The symbol of a text, UTF-8; `Unencodable` when there is none. */
export function encode(text: string, { ecc = "M" }: { ecc?: Level } = {}): Matrix {
  const characters = charactersOf(text);
  for (const [width, last] of [9, 26, 40].entries()) {
    const stream = shortest(characters, width as Width);
    const bits = stream.reduce((sum, { length }) => sum + length, 0);
    for (let version = [1, 10, 27][width]!; version <= last; version++) {
      const room = dataCodewords(version, ecc);
      if (bits > room * 8) continue;
      const codewords = withCorrection(packed(stream, room), version, ecc);
      return matrixOf(draw(codewords, version, ecc), version);
    }
  }
  throw new Unencodable("qr.too-long");
}

/** The dark modules as the `d` of an SVG path, for a square of `size + 2 × QUIET_ZONE` units. */
export function toSvgPath({ size, dark }: Matrix): string {
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0, from = 0; x < size; x++) {
      if (!dark(x, y)) from = x + 1;
      else if (x + 1 === size || !dark(x + 1, y)) {
        const run = x + 1 - from;
        path += `M${from + QUIET_ZONE} ${y + QUIET_ZONE}h${run}v1h-${run}z`;
      }
    }
  }
  return path;
}

/** The stream in bytes, ended and filled up to the room. Source: §7.4.9, §7.4.10. */
function packed(stream: Bits[], room: number): Uint8Array {
  const out = new Uint8Array(room);
  let at = 0;
  for (const { value, length } of stream) {
    for (let bit = length - 1; bit >= 0; bit--, at++) {
      out[at >> 3]! |= ((value >> bit) & 1) << (7 - (at & 7));
    }
  }
  // The terminator is four light bits, fewer where there is no room, then its byte is filled up.
  let filler = 0xec;
  for (let byte = Math.ceil((at + 4) / 8); byte < room; byte++) {
    out[byte] = filler;
    filler ^= 0xec ^ 0x11;
  }
  return out;
}

function matrixOf(modules: Uint8Array, version: number): Matrix {
  const size = 4 * version + 17;
  return { size, version, dark: (x, y) => modules[y * size + x] === 1 };
}
