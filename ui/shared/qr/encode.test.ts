import { expect, test } from "vitest";
import { encode, QUIET_ZONE, toSvgPath, Unencodable } from "./encode";
import { penaltyOf } from "./grid";

function problemOf(text: string): string {
  try {
    encode(text);
  } catch (error) {
    if (error instanceof Unencodable) return error.code;
  }
  return "none";
}

test("what has no symbol is named as the platform names it", () => {
  expect(problemOf("")).toBe("qr.empty");
  expect(problemOf("9".repeat(5597))).toBe("qr.too-long");
  expect(problemOf("9".repeat(5596))).toBe("none");
  expect(problemOf("a\ud800b")).toBe("qr.not-utf8");
});

test("a stretch of digits inside of a text costs ten bits for three", () => {
  expect(encode(`a|${"7".repeat(155)}<v=1`).version).toBeLessThan(
    encode(`a|${"x".repeat(155)}<v=1`).version,
  );
});

test("a higher level takes a larger symbol", () => {
  const versions = (["L", "M", "Q", "H"] as const).map((ecc) => encode("a".repeat(92), { ecc }));
  expect(versions.map(({ version }) => version)).toEqual([5, 6, 8, 9]);
});

test("the path draws every dark module, and leaves four light ones around", () => {
  const matrix = encode("******|MAU|1989-**-**|0|162979388586171104|");
  const drawn = new Set<string>();
  const strokes = /M(\d+) (\d+)h(\d+)v1h-\3z/y;
  const path = toSvgPath(matrix);
  while (strokes.lastIndex < path.length) {
    const [, x, y, run] = strokes.exec(path)!.map(Number);
    for (let at = 0; at < run!; at++) drawn.add(`${x! + at - QUIET_ZONE},${y! - QUIET_ZONE}`);
  }
  for (let y = -4; y < matrix.size + 4; y++) {
    for (let x = -4; x < matrix.size + 4; x++) {
      const inside = x >= 0 && y >= 0 && x < matrix.size && y < matrix.size;
      expect(drawn.has(`${x},${y}`)).toBe(inside && matrix.dark(x, y));
    }
  }
});

function penaltyOfRows(...rows: string[]): number {
  const modules = Uint8Array.from(rows.join(""), (module) => Number(module === "#"));
  return penaltyOf(modules, rows.length);
}

test("a run of five costs three, and one more for each module beyond", () => {
  // Rows only: columns alternate in step of two, so that no run and no block is made there.
  const chess = ["#.#.#.", ".#.#.#", "#.#.#.", ".#.#.#", "#.#.#.", ".#.#.#"];
  expect(penaltyOfRows(...chess)).toBe(0);
  const five = ["#.#.#.", ".#.#.#", "#####.", ".#.#.#", "#.#.#.", ".#.#.#"];
  const six = ["#.#.#.", ".#.#.#", "######", ".#.#.#", "#.#.#.", ".#.#.#"];
  expect(penaltyOfRows(...five)).toBe(3 + balance(20, 36));
  expect(penaltyOfRows(...six)).toBe(4 + balance(21, 36));
});

test("a block of four costs three", () => {
  expect(penaltyOfRows("##..", "##..", "..##", "..##")).toBe(4 * 3);
});

test("what looks like a finder costs forty, the light outside of the symbol counted", () => {
  const other = ".#.#.#.";
  const finder = penaltyOfRows("#.###.#", other, "#.#.#.#", other, "#.#.#.#", other, "#.#.#.#");
  // Light on either side: it is found twice.
  expect(finder).toBe(2 * 40 + balance(26, 49));
});

function balance(dark: number, modules: number): number {
  return 10 * Math.floor(Math.abs((100 * dark) / modules - 50) / 5);
}
