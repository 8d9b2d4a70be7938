import { expect, test } from "vitest";
import { Wedge, type Press } from "./wedge";

function press(key: string, code: string, atMs: number, shift = false): Press {
  return { key, code, shift, capsLock: false, atMs };
}

function type(text: string, gapMs: number): Wedge {
  const wedge = new Wedge();
  [...text].forEach((key, at) => wedge.note(press(key, `Key${key.toUpperCase()}`, at * gapMs)));
  return wedge;
}

test("keys 5 ms apart come from a reader", () => {
  expect(type("ABCDEFGH", 5).finish()).toMatchObject({ fast: true, spelled: null });
});

test("keys 120 ms apart come from a person", () => {
  expect(type("ABCDEFGH", 120).finish().fast).toBe(false);
});

test("a pause begins a new text", () => {
  const wedge = type("ABCDEFGH", 5);
  wedge.note(press("X", "KeyX", 5_000));
  expect(wedge.bursting).toBe(false);
});

test("keys that an input method swallowed are spelled from their physical names", () => {
  const wedge = new Wedge();
  const codes = ["KeyN", "KeyG", "KeyU", "KeyY", "KeyE", "KeyE", "KeyN", "KeyX"];
  codes.forEach((code, at) => wedge.note(press("Process", code, at * 5, true)));
  wedge.note(press("|", "Backslash", 45, true));
  wedge.note(press("1", "Digit1", 50));
  expect(wedge.finish().spelled).toBe("NGUYEENX|1");
});

test("a key without a physical name leaves nothing to spell", () => {
  const wedge = new Wedge();
  wedge.note(press("Ễ", "", 0));
  expect(wedge.finish().spelled).toBeNull();
});
