import { expect, test } from "vitest";
import { Watching } from "./watching";

const NOTHING = { texts: [], unread: false };
const UNREAD = { texts: [], unread: true };

test("one code in view is taken", () => {
  expect(new Watching().see({ texts: ["a"], unread: false }, 0)).toEqual({ code: "a", notice: null });
});

test("two codes in view are a warning, and neither is taken until one was away for a second", () => {
  const watching = new Watching();
  expect(watching.see({ texts: ["a", "b"], unread: false }, 0)).toEqual({ code: null, notice: "two" });
  expect(watching.see({ texts: ["a"], unread: false }, 900)).toEqual({ code: null, notice: "two" });
  expect(watching.see({ texts: ["a"], unread: false }, 1000)).toEqual({ code: "a", notice: null });
});

test("what looks like a code for three seconds and is not read is told", () => {
  const watching = new Watching();
  for (let at = 0; at < 3_000; at += 100) expect(watching.see(UNREAD, at).notice).toBe(null);
  expect(watching.see(UNREAD, 3_000).notice).toBe("unreadable");
  expect(watching.see(NOTHING, 3_900).notice).toBe("unreadable");
  expect(watching.see(NOTHING, 4_100).notice).toBe(null);
});

test("a code that is read in between, or a gap, begins the three seconds anew", () => {
  const watching = new Watching();
  for (let at = 0; at < 2_900; at += 100) watching.see(UNREAD, at);
  watching.see({ texts: ["a"], unread: false }, 2_950);
  expect(watching.see(UNREAD, 3_100).notice).toBe(null);
  expect(watching.see(UNREAD, 5_000).notice).toBe(null);
  expect(watching.see(UNREAD, 7_900).notice).toBe(null);
});
