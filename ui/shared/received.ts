/** What a handheld reader's text was, after whatever the keyboard's way made of it. */

import { judge } from "./inputmethod";
import { hasKnownShape } from "./offline/reading";
import type { Method } from "./typing";
import type { Burst } from "./wedge";

export type Received =
  | { how: "as-it-is"; text: string }
  /** Put right from the physical keys: nothing was guessed. */
  | { how: "by-keys"; text: string }
  /** Put right from the text alone, as only one text explains it. */
  | { how: "by-text"; text: string; method: Method }
  /** Nothing that could be sent; the methods that may have done it. */
  | { how: "spoiled"; methods: Method[] };

export function received(arrived: string, burst: Burst, nowMs: number): Received {
  // What somebody types, corrects and composes with care is their own word.
  const spelled = burst.fast ? [burst.byKeys, burst.unlocked].filter((text) => text !== null) : [];
  const known = spelled.find((text) => hasKnownShape(text, nowMs));
  const [first] = spelled;
  if (burst.composed && first !== undefined) return chosen(arrived, known ?? first);
  // A reader that is set to this keyboard's layout needs nothing put right.
  const touched = burst.fast && burst.takenBack;
  if (!touched && hasKnownShape(arrived, nowMs)) return { how: "as-it-is", text: arrived };
  if (known !== undefined && !touched) return chosen(arrived, known);
  const verdict = judge(arrived);
  if (verdict.kind === "repaired") {
    return { how: "by-text", text: verdict.text, method: verdict.method };
  }
  const spoiled = verdict.kind === "changed" || touched;
  if (!spoiled) return { how: "as-it-is", text: arrived };
  return { how: "spoiled", methods: verdict.kind === "changed" ? verdict.methods : [] };
}

function chosen(arrived: string, text: string): Received {
  return { how: text === arrived ? "as-it-is" : "by-keys", text };
}
