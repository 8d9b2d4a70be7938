/** Codewords → modules. Source: ISO/IEC 18004: §6.3 patterns, §7.7 placing, §7.8 masks. */

import { rawBits, type Level } from "./correction";

/** What the format information says of a level. */
const FORMAT: Record<Level, number> = { L: 1, M: 0, Q: 3, H: 2 };

const MASKS: ((x: number, y: number) => number)[] = [
  (x, y) => (x + y) % 2,
  (_x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** 1 is dark. Rows follow each other. */
type Modules = Uint8Array;

/** The symbol with the mask that looks least like something else. */
export function draw(codewords: Uint8Array, version: number, level: Level): Modules {
  const side = 4 * version + 17;
  const grid = new Grid(side);
  grid.drawFixed(version);
  grid.drawCodewords(codewords, rawBits(version));
  let best: { modules: Modules; penalty: number } | undefined;
  for (const mask of MASKS.keys()) {
    const modules = grid.masked(mask, FORMAT[level]);
    const penalty = penaltyOf(modules, side);
    if (!best || penalty < best.penalty) best = { modules, penalty };
  }
  return best!.modules;
}

class Grid {
  readonly #modules: Modules;
  readonly #fixed: Uint8Array;

  readonly side: number;

  constructor(side: number) {
    this.side = side;
    this.#modules = new Uint8Array(side * side);
    this.#fixed = new Uint8Array(side * side);
  }

  #set(x: number, y: number, dark: number | boolean): void {
    if (x < 0 || y < 0 || x >= this.side || y >= this.side) return;
    this.#modules[y * this.side + x] = Number(dark);
    this.#fixed[y * this.side + x] = 1;
  }

  drawFixed(version: number): void {
    const { side } = this;
    for (let at = 0; at < side; at++) {
      this.#set(6, at, at % 2 === 0);
      this.#set(at, 6, at % 2 === 0);
    }
    for (const x of [3, side - 4]) this.#rings(x, 3, 4);
    this.#rings(3, side - 4, 4);
    const centres = alignmentCentres(version);
    const last = centres.length - 1;
    centres.forEach((x, i) => {
      centres.forEach((y, j) => {
        const onFinder = (i === 0 && (j === 0 || j === last)) || (i === last && j === 0);
        if (!onFinder) this.#rings(x, y, 2);
      });
    });
    this.#drawFormat(0);
    if (version > 6) this.#drawVersion(version);
  }

  /** Squares in one another: a finder with its separator reaches 4, an alignment pattern 2. */
  #rings(centreX: number, centreY: number, reach: number): void {
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        this.#set(centreX + x, centreY + y, reach === 4 ? ring !== 2 && ring !== 4 : ring !== 1);
      }
    }
  }

  /** Level and mask, BCH(15, 5), twice. */
  #drawFormat(data: number): void {
    const bits = ((data << 10) | bch(data, 10, 0x537)) ^ 0x5412;
    for (let at = 0; at < 15; at++) {
      const dark = (bits >> at) & 1;
      // Around the first finder, stepping over the timing lines.
      if (at < 8) this.#set(8, at < 6 ? at : at + 1, dark);
      else this.#set(at === 8 ? 7 : 14 - at, 8, dark);
      if (at < 8) this.#set(this.side - 1 - at, 8, dark);
      else this.#set(8, this.side - 15 + at, dark);
    }
    this.#set(8, this.side - 8, 1);
  }

  /** The version, BCH(18, 6), twice. */
  #drawVersion(version: number): void {
    const bits = (version << 12) | bch(version, 12, 0x1f25);
    for (let at = 0; at < 18; at++) {
      const across = this.side - 11 + (at % 3);
      const along = Math.floor(at / 3);
      this.#set(across, along, (bits >> at) & 1);
      this.#set(along, across, (bits >> at) & 1);
    }
  }

  /** Two columns at a time from the right, up and down, over the timing column. */
  drawCodewords(codewords: Uint8Array, bits: number): void {
    const { side } = this;
    let at = 0;
    for (let right = side - 1; right > 0; right -= 2) {
      if (right === 6) right = 5;
      const upward = ((right + 1) & 2) === 0;
      for (let step = 0; step < side; step++) {
        const y = upward ? side - 1 - step : step;
        for (const x of [right, right - 1]) {
          const here = y * side + x;
          if (this.#fixed[here] || at >= bits) continue;
          this.#modules[here] = ((codewords[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
          at++;
        }
      }
    }
  }

  /** A copy under a mask; format information is never masked. */
  masked(mask: number, level: number): Modules {
    this.#drawFormat((level << 3) | mask);
    const out = this.#modules.slice();
    const rule = MASKS[mask]!;
    for (let y = 0, here = 0; y < this.side; y++) {
      for (let x = 0; x < this.side; x++, here++) {
        if (!this.#fixed[here] && rule(x, y) === 0) out[here]! ^= 1;
      }
    }
    return out;
  }
}

/** Rows and columns on which alignment patterns are centred. Source: annex E. */
function alignmentCentres(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  // Evenly spaced from the last back to the second; 32 is the one that the table has otherwise.
  const gap = version === 32 ? 26 : Math.ceil((4 * version + 4) / (2 * count - 2)) * 2;
  const centres = [6];
  for (let at = count - 2; at >= 0; at--) centres.push(4 * version + 10 - at * gap);
  return centres;
}

/** Remainder of a BCH code: `data` moved up by `degree`, divided by `divisor`. */
function bch(data: number, degree: number, divisor: number): number {
  let rest = data;
  for (let at = 0; at < degree; at++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * divisor);
  return rest;
}

/** The four rules of §7.8.3.1, table 11. */
export function penaltyOf(modules: Modules, side: number): number {
  let penalty = 0;
  let dark = 0;
  for (let line = 0; line < side; line++) {
    penalty += linePenalty(modules, line * side, 1, side);
    penalty += linePenalty(modules, line, side, side);
  }
  for (let y = 0, here = 0; y < side; y++) {
    for (let x = 0; x < side; x++, here++) {
      const colour = modules[here]!;
      dark += colour;
      if (
        x + 1 < side &&
        y + 1 < side &&
        colour === modules[here + 1] &&
        colour === modules[here + side] &&
        colour === modules[here + side + 1]
      ) {
        penalty += 3;
      }
    }
  }
  // Ten for each whole five per cent away from half.
  return penalty + 10 * Math.floor((Math.abs(2 * dark - side * side) * 10) / (side * side));
}

/** Runs of five and more, and what looks like a finder with four light modules beside it. */
function linePenalty(modules: Modules, start: number, step: number, side: number): number {
  let penalty = 0;
  let run = 0;
  // The last eleven modules as bits; what is outside of the symbol is light.
  let seen = 0;
  for (let at = 0; at < side + 4; at++) {
    const inside = at < side;
    const colour = inside ? modules[start + at * step]! : 0;
    if (inside) {
      run = at > 0 && colour === (seen & 1) ? run + 1 : 1;
      if (run === 5) penalty += 3;
      else if (run > 5) penalty++;
    }
    seen = ((seen << 1) | colour) & 0x7ff;
    if (seen === 0b00001011101 || seen === 0b10111010000) penalty += 40;
  }
  return penalty;
}
