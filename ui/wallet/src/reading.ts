/** What a stored text of ours says, for its holder's eyes; layout: docs/qr-format.md. */

import type { CardColour } from "../../shared/answers";

export interface Said {
  name: string;
  born: string;
  qid: string;
  document: string;
  /** The last civil day in Vietnam on which it is good, YYYY-MM-DD. */
  expires: string;
  colour: CardColour | null;
  /** Until when the colour holds; null without one. */
  colourUntil: Date | null;
}

const TAIL = /<m=\d{6}[12]\d\d{5}\d{8}(\d{8})\d{8}(?:<c=\d{4}([12])(\d{12}))?/;
const COLOURS: Record<string, CardColour> = { "1": "green", "2": "yellow" };

export function read(text: string): Said {
  const [document = "", name = "", born = "", , qid = "", ext = ""] = text.split("|");
  const [, expires = "", colour, until] = TAIL.exec(ext) ?? [];
  return {
    document,
    name,
    born,
    qid,
    expires: expires.replace(/^(....)(..)(..)$/, "$1-$2-$3"),
    colour: colour === undefined ? null : (COLOURS[colour] ?? null),
    colourUntil: until === undefined ? null : minuteOf(until),
  };
}

/** Vietnam's civil day, whatever the phone's own zone is; it has had no summer time since 1975. */
export function civilDay(atMs: number): string {
  return new Date(atMs + 7 * 3_600_000).toISOString().slice(0, 10);
}

/** YYYYMMDDHHMM in UTC. */
function minuteOf(digits: string): Date {
  return new Date(digits.replace(/^(....)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5Z"));
}
