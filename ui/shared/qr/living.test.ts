import { expect, test } from "vitest";
import { cases } from "../../../vectors/qr-living-made.json";
import { attach, importSecret, stripLiving, untilNextStep } from "./living";

test.each(cases)("a living code is the platform's: $name", async (made) => {
  const bytes = made.secret.match(/../g)!.map((byte) => parseInt(byte, 16));
  const key = await importSecret(new Uint8Array(bytes));
  expect(key.extractable).toBe(false);
  const living = { name: made.secret_name, key };
  expect(await attach(made.input, living, Date.parse(made.as_of))).toBe(made.expected);
});

test("only a living code at the very end is taken off", () => {
  expect(stripLiving("a|b<v=1<t=00000007123456")).toBe("a|b<v=1");
  expect(stripLiving("a<t=00000007123456<x=1")).toBe("a<t=00000007123456<x=1");
  expect(stripLiving("a<t=0000000712345")).toBe("a<t=0000000712345");
});

test("a code changes on each half minute", () => {
  expect(untilNextStep(0)).toBe(30_000);
  expect(untilNextStep(29_999)).toBe(1);
  expect(untilNextStep(-1)).toBe(1);
});
