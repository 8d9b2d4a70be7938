import { expect, test } from "vitest";
import { claimOf, draftOf, draftOfProfile, emptyDraft, isMinor, isoOf, written } from "./draft";

const SAID = {
  full_name: "Thử Thị Nghiệm",
  birth: "1990-02-03",
  sex: "female",
  documents: [{ kind: "cccd", number: "001190000001", seen: true }],
  address: "Số 1",
};

test("a card that nobody corrects is claimed as it says", () => {
  const claim = claimOf(draftOf(SAID));
  expect(claim).toEqual({ ...SAID, declared_by: "registrar" });
});

test("what is empty is not claimed", () => {
  const draft = { ...emptyDraft(), fullName: " A ", birth: "1950" };
  draft.documents.push({ kind: "cccd", number: " ", seen: true });
  expect(claimOf(draft)).toEqual({
    full_name: "A",
    birth: "1950",
    sex: "unknown",
    documents: [],
    declared_by: "registrar",
  });
});

test("a typed number is a document whose holder is still to be written", () => {
  const number = { kind: "cmnd", number: "012345678", seen: true };
  expect(draftOf(null, number)).toEqual({ ...emptyDraft(), documents: [number] });
});

test.each([
  ["1990-02-03", "03/02/1990"],
  ["1990-02", "02/1990"],
  ["1990", "1990"],
])("the birth date %s is written %s", (iso, text) => expect(written(iso)).toBe(text));

test.each([
  ["3/2/1990", "1990-02-03"],
  ["02.1990", "1990-02"],
  [" 1990 ", "1990"],
  ["1990-02-03", "1990-02-03"],
  ["năm ngoái", "năm ngoái"],
])("the birth date %s is claimed as %s", (text, iso) => expect(isoOf(text)).toBe(iso));

test.each([
  ["26/11/2008", true],
  ["25/11/2008", false],
  ["11/2008", true],
  ["2008", true],
  ["2007", false],
  ["2020-05-01", true],
  ["", false],
  ["năm ngoái", false],
])("somebody born %s on 25 November 2026: minor %s", (birth, minor) => {
  expect(isMinor(birth, new Date("2026-11-25T03:00:00Z"))).toBe(minor);
});

test("what stands in the register is claimed again unchanged, with nothing marked as seen", () => {
  const known = (value: string) => ({ value, assurance: 1, known_at: "", source: "" });
  const draft = draftOfProfile({
    full_name: known("Thử Thị Nghiệm"),
    birth: known("1990-02"),
    commune: known("00004@2025-07-01"),
    phones: [known("+84912345678")],
    documents: [{ kind: "passport", number: "C1234567", assurance: 1, issuer: "LAO" }],
  });
  expect(claimOf(draft)).toEqual({
    full_name: "Thử Thị Nghiệm",
    birth: "1990-02",
    sex: "unknown",
    documents: [{ kind: "passport", number: "C1234567", issuer: "LAO", seen: false }],
    phones: ["+84912345678"],
    commune_code: "00004",
    commune_as_of: "2025-07-01",
    declared_by: "registrar",
  });
});
