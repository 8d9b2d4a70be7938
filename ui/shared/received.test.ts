import { expect, test } from "vitest";
import { given, LAYOUTS, type LayoutName } from "./layouts";
import { received } from "./received";
import { typed } from "./typing";
import { keyFor, Wedge, type Burst } from "./wedge";

const NOW = Date.parse("2026-11-25T03:00:00Z");
const SIGNATURE = "0123456789".repeat(16).slice(0, 155);
const MADE = "v=1<m=50000221000012026010120270101";
const CODE = `******|LEE KIM|1989-**-**|0|162979388586171100|<<<<${SIGNATURE}<${MADE}00000000`;

interface Way {
  layout?: LayoutName;
  capsLock?: boolean;
  composed?: boolean;
}

/** What arrives in the field and the keys' events, as a reader on the US layout types a text. */
function through(text: string, { layout, capsLock = false, composed = false }: Way) {
  const wedge = new Wedge();
  let arrived = "";
  for (const [at, character] of [...text].entries()) {
    const key = keyFor(character)!;
    const letter = layout ? given(layout, key, character) : character;
    const locked = /\p{L}/u.test(letter ?? "") && capsLock ? flipped(letter!) : letter;
    arrived += locked ?? "";
    const name = composed ? "Process" : (locked ?? "Dead");
    wedge.note({ key: name, ...key, capsLock, atMs: at * 3 });
  }
  return { arrived, burst: wedge.finish() };
}

function flipped(letter: string): string {
  return letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
}

test.each(Object.keys(LAYOUTS) as LayoutName[])(
  "on the layout %s the physical keys tell what the reader typed",
  (layout) => {
    const { arrived, burst } = through(CODE, { layout });
    expect(arrived).not.toBe(CODE);
    expect(received(arrived, burst, NOW)).toEqual({ how: "by-keys", text: CODE });
  },
);

test("a reader that is set to the keyboard's own layout is believed", () => {
  const { burst } = through(CODE, { layout: "French" });
  expect(received(CODE, burst, NOW)).toEqual({ how: "as-it-is", text: CODE });
});

test("Caps Lock changes nothing", () => {
  const { arrived, burst } = through(CODE, { capsLock: true });
  expect(arrived).toContain("lee kim");
  expect(received(arrived, burst, NOW)).toEqual({ how: "by-keys", text: CODE });
});

test("what a composing method made is not believed, even if it looks like a code", () => {
  const twice = CODE.replace("LEE KIM", "CASSIE");
  const { burst } = through(twice, { composed: true });
  const arrived = twice.replace("CASSIE", "CASIE");
  expect(received(arrived, burst, NOW)).toEqual({ how: "by-keys", text: twice });
});

test("a method that takes letters back in a burst is noticed, though the rest looks like a code", () => {
  const burst: Burst = {
    fast: true, composed: false, takenBack: true, byKeys: null, unlocked: null, spelled: null,
  };
  const arrived = CODE.replace("LEE KIM", "CASIE");
  expect(received(arrived, burst, NOW)).toEqual({ how: "spoiled", methods: [] });
});

test("somebody who types slowly may delete letters", () => {
  const burst: Burst = {
    fast: false, composed: false, takenBack: true, byKeys: "x", unlocked: "x", spelled: null,
  };
  expect(received(CODE, burst, NOW)).toEqual({ how: "as-it-is", text: CODE });
});

test("a Vietnamese name that somebody types is not taken apart", () => {
  const card = "001190000001||Trần Thị Thử|03021990|Nữ|Hà Nội|10052021";
  const burst: Burst = {
    fast: false, composed: true, takenBack: false, byKeys: "x", unlocked: "x", spelled: "x",
  };
  expect(received(card, burst, NOW)).toEqual({ how: "as-it-is", text: card });
});

test("text that a method replaced is put right where one text explains it", () => {
  const nothing: Burst = {
    fast: true, composed: false, takenBack: true, byKeys: null, unlocked: null, spelled: null,
  };
  const found = received(typed("Telex", CODE), nothing, NOW);
  expect(found).toEqual({ how: "by-text", text: CODE, method: "Telex" });
});
