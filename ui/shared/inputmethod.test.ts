import { expect, test } from "vitest";
import { judge } from "./inputmethod";
import { typed } from "./typing";

const CODE = "************|NGUYEN VAN AN|1989-**-**|0|162979388586171100|<<<<7DD4-K2OO9-A1";

test("an ASCII code was not touched", () => {
  expect(judge(CODE)).toEqual({ kind: "untouched" });
});

test("the Vietnamese name on a citizen card is its own", () => {
  const card = "001089000001|012345678|Nguyễn Văn An|01021989|Nam|Hà Nội|01012021";
  expect(judge(card)).toEqual({ kind: "untouched" });
});

test("a signature that Telex changed is put right where one key sequence explains it", () => {
  const arrived = typed("Telex", CODE);
  expect(arrived).toContain("7Đ4-K2Ô9-A1");
  expect(judge(arrived)).toEqual({ kind: "repaired", text: CODE, method: "Telex" });
});

test("a word that several key sequences explain is not guessed at", () => {
  expect(judge("NGUYỄN")).toEqual({ kind: "changed", methods: ["Telex", "VNI"] });
});

test("a text that no method can have made is only reported", () => {
  expect(judge("|漢|A1|AS")).toMatchObject({ kind: "changed" });
});

test("a repair is always what the method would have changed in the same way", () => {
  for (const word of ["DD", "AA", "OO", "EE", "A6", "D9", "AW", "UW"]) {
    for (const method of ["Telex", "VNI"] as const) {
      const arrived = typed(method, `${word}|A1|4DAS2`);
      const verdict = judge(arrived);
      if (verdict.kind === "repaired") expect(typed(verdict.method, verdict.text)).toBe(arrived);
    }
  }
});

test("a long word with many marks is given up, and nothing is guessed", () => {
  // Looking at everything took ten seconds: longer than a test may take here.
  const hex = "5472e1baa76e205468e1bb8b205468e1bbad";
  expect(judge(typed("VNI", `DN4010120878821|${hex}|1990`))).toMatchObject({ kind: "changed" });
});
