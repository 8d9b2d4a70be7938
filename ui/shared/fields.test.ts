import { expect, test } from "vitest";
import { dayText, isName, rowsOf } from "./fields";
import { messages } from "./messages";
import { toneOf } from "./tones";
import type { ScanAnswer } from "./answers";

const words = messages.vi;

test("the finer field replaces the coarser one", () => {
  const who = { masked_name: "N*** A*", full_name: "Nguyễn A", birth_year: 1989, birth: "1989-05-17" };
  expect(rowsOf(who, words).map((row) => row.field)).toEqual(["full_name", "birth"]);
});

test("what was not disclosed has no row", () => {
  expect(rowsOf({ bhyt: null, phones: [], sex: "" }, words)).toEqual([]);
});

test("nested values become one line each, in the words of the language", () => {
  const who = { documents: [{ kind: "cccd", number: "001089000017" }], sex: "female" };
  expect(rowsOf(who, words)).toEqual([
    { field: "sex", label: "Giới tính", values: ["Nữ"] },
    { field: "documents", label: "Giấy tờ", values: ["cccd · 001089000017"] },
  ]);
});

test("a field that this page does not know yet is shown under its own name", () => {
  expect(rowsOf({ blood_group: "A" }, words)[0]?.label).toBe("blood_group");
});

test("only names are shown as names", () => {
  expect(rowsOf({ full_name: "A", birth: "1989" }, words).filter(isName)).toHaveLength(1);
});

test.each([
  ["1989-05-17", "17/05/1989"],
  ["1989-05", "05/1989"],
  ["1989", "1989"],
  ["about 1989", "about 1989"],
])("the day %s reads %s", (iso, text) => {
  expect(dayText(iso)).toBe(text);
});

test("an outcome that this page does not know yet never passes as good", () => {
  const answer = {
    outcome: "invented-later",
    card: { colour: "green" },
    warnings: [],
  } as unknown as ScanAnswer;
  expect(toneOf(answer)).toBe("check");
});

test("both languages say everything", () => {
  expect(shape(messages.en)).toEqual(shape(messages.vi));
});

function shape(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
}
