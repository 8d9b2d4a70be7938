import { expect, test } from "vitest";
import vectors from "../../../vectors/qr-issued.json";
import { take } from "./taking";

const PHONE = vectors.cases[0]!.input;
const LATER = PHONE.replace("<v=1", "<v=2");
const FULL = PHONE.replace("******", "001189000000").replace("1989-**-**", "1989-03-02");

test("a signed text is taken as it is, its living code aside", () => {
  const taken = take(` ${PHONE}<t=00000007123456\r\n`, "signed");
  expect(taken).toMatchObject({ bare: PHONE, token: "<t=00000007123456", born: "1989-**-**" });
});

test("tokens of a later layout are kept", () => {
  const later = `${LATER}<zz=new things`;
  expect(take(later, "signed")).toMatchObject({ bare: later, issued: null });
});

test.each([
  ["a text of another country", "HC1:6BFOXN", "signed", "qr.not-issued"],
  ["the national form unsigned", "0010|A B|1987-01-18|0|16|<1", "signed", "qr.not-issued"],
  ["a layout that is broken", PHONE.replace("NGUYEN", "Nguyen"), "signed", "qr.layout"],
  ["an unknown token in our layout", `${PHONE}<zz=1`, "signed", "qr.layout"],
  ["letters that hide others", LATER.replace("NG", "\u202e"), "signed", "qr.layout"],
  ["an empty signature", PHONE.replace(/[0-9]{155}/, ""), "signed", "widget.unsigned"],
  ["a full text where the masked one belongs", FULL, "signed", "widget.not-masked"],
  ["a masked text where the full one belongs", PHONE, "full", "widget.not-full"],
  ["more than a symbol holds", `${LATER}<a=${"x".repeat(2400)}`, "signed", "qr.too-long"],
] as const)("%s is refused by name", (_what, text, mode, code) => {
  expect(take(text, mode)).toBe(code);
});

test("the full text of a person is taken in its place", () => {
  expect(take(FULL, "full")).toMatchObject({ bare: FULL, document: "001189000000" });
});
