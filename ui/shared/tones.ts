/** How serious an outcome is: what decides colour, icon, sound and vibration together. */

import type { CardColour, Outcome, ScanAnswer } from "./answers";

/** `good` and `plain` pass; `check` asks for a document; `stop` is wrong; `hint` is no person. */
export type Tone = "good" | "plain" | "check" | "stop" | "hint";

const OUTCOMES: Record<Exclude<Outcome, "known">, Tone> = {
  replaced: "stop",
  revoked: "stop",
  forged: "stop",
  unknown: "check",
  expired: "check",
  unsigned: "check",
  "unknown-key": "check",
  copied: "check",
  "not-a-person": "hint",
  malformed: "hint",
};

const CARDS: Record<CardColour, Tone> = {
  green: "good",
  yellow: "check",
  red: "stop",
  neutral: "plain",
};

/** A phone's code without its living part: nobody may pass on the colour alone. */
const COPY = "scan.no-living-code";

export function toneOf(answer: ScanAnswer): Tone {
  const tone = byOutcome(answer);
  const maybeCopy = answer.warnings.some(({ code }) => code === COPY);
  return maybeCopy && (tone === "good" || tone === "plain") ? "check" : tone;
}

function byOutcome(answer: ScanAnswer): Tone {
  if (answer.outcome === "known") return CARDS[answer.card?.colour ?? "neutral"];
  // An outcome that this page does not know yet must not pass as good.
  return OUTCOMES[answer.outcome] ?? "check";
}
