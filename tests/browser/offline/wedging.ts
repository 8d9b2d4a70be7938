/** Types texts as a handheld reader on the US layout does, through whatever changes them. */

import { readFileSync } from "node:fs";
import { given, type LayoutName } from "../../../ui/shared/layouts";
import { received } from "../../../ui/shared/received";
import { typed, type Method } from "../../../ui/shared/typing";
import { keyFor, Wedge, type Burst } from "../../../ui/shared/wedge";

interface Way {
  /** The layout of the keyboard as the computer believes it to be. */
  layout?: LayoutName;
  capsLock?: boolean;
  /** Takes the keys and composes in the browser. */
  composing?: Method;
  /** Deletes letters and puts others, as UniKey does. */
  replacing?: Method;
}

interface Asked {
  texts: string[];
  ways: Way[];
  atMs: number;
}

function come(text: string, way: Way): { arrived: string; burst: Burst } | null {
  const keys = [...text].map(keyFor);
  if (keys.includes(null)) return null;
  if (way.replacing) return replaced(text, way.replacing);
  const wedge = new Wedge();
  let arrived = "";
  for (const [at, key] of keys.entries()) {
    const letter = way.layout ? given(way.layout, key!, text[at]!) : text[at]!;
    const shown = way.capsLock ? flipped(letter ?? "") : (letter ?? "");
    arrived += shown;
    const name = way.composing ? "Process" : letter === null ? "Dead" : shown;
    const capsLock = way.capsLock ?? false;
    wedge.note({ key: name, ...key!, capsLock, atMs: at * 3 });
  }
  if (way.composing) arrived = typed(way.composing, text);
  return { arrived, burst: wedge.finish() };
}

/** Letters that the method puts have no key of their own. */
function replaced(text: string, method: Method): { arrived: string; burst: Burst } {
  const takenBack = [...text].some((_, at) => !text.startsWith(typed(method, text.slice(0, at + 1))));
  const none = { byKeys: null, unlocked: null, spelled: null };
  return { arrived: typed(method, text), burst: { fast: true, composed: false, takenBack, ...none } };
}

function flipped(letters: string): string {
  return letters === letters.toUpperCase() ? letters.toLowerCase() : letters.toUpperCase();
}

function outcome(text: string, way: Way, atMs: number): string {
  const came = come(text, way);
  if (came === null) return "no-key";
  const found = received(came.arrived, came.burst, atMs);
  if (found.how === "spoiled") return "told";
  return found.text === text ? found.how : "wrong";
}

const { texts, ways, atMs } = JSON.parse(readFileSync(0, "utf-8")) as Asked;
const answer = ways.map((way) => texts.map((text) => outcome(text, way, atMs)));
process.stdout.write(JSON.stringify({ answer }));
