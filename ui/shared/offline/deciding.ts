/** Deciding without the network, as `motma scan --offline` does; docs/offline.md. */

import { chooseBook, NEUTRAL, type Place } from "./books";
import { civilDay, reads } from "./civil";
import { count, falseRate, hasEnded } from "./ended";
import type { Issued } from "./issued";
import { readCode, type Code } from "./reading";
import { ageOf, type Book, type Both, type Snapshot } from "./snapshot";

export type OfflineOutcome =
  | "known" | "replaced" | "revoked" | "not-a-person" | "malformed" | "forged" | "expired"
  | "unsigned" | "unknown-key";

export interface Said {
  code: string;
  text: Both;
}

export interface OfflineCard {
  colour: "neutral" | "green" | "yellow";
  book: string;
  scheme: number | null;
  valid_until: string | null;
  text: Both;
}

export interface OfflineAnswer {
  outcome: OfflineOutcome;
  advice: Said;
  /** What stands in the code itself. */
  who: Record<string, string> | null;
  card: OfflineCard | null;
  warnings: Said[];
  snapshot: {
    as_of: string;
    age_s: number;
    demo: boolean;
    ended: number;
    false_rate: number;
    text: Both;
  };
  not_known: Said[];
  code: Code;
}

/** The answer for any QR text at a moment; nothing is known here without a signature. */
export async function decide(
  snapshot: Snapshot,
  text: string,
  place: Place,
  atMs: number,
): Promise<OfflineAnswer> {
  const code = await readCode(text, snapshot.codeKeys, atMs);
  const outcome = await outcomeOf(snapshot, code, atMs);
  const good = outcome === "known" ? code.issued : null;
  return {
    outcome,
    advice: snapshot.texts.advice[outcome] ?? { code: outcome, text: { vi: outcome, en: outcome } },
    who: good && whoIs(good),
    card: good && cardOf(snapshot, good, place, atMs),
    warnings: warningsOf(snapshot, code, place, atMs),
    snapshot: about(snapshot, atMs),
    not_known: good ? notKnown(snapshot) : [],
    code,
  };
}

/** How old the data are, in words. */
export function aged(snapshot: Snapshot, atMs: number): Both {
  const { aged: said, units } = snapshot.texts;
  const minutes = Math.max(0, Math.floor((atMs - snapshot.asOfMs) / 60_000));
  const unit = units.find(({ minutes: size, most }) => most === null || minutes < size * most);
  const number = Math.floor(minutes / (unit?.minutes ?? 1));
  const en = unit?.en ?? "";
  const names = { vi: unit?.vi ?? "", en: number === 1 ? en.slice(0, -1) : en };
  return filled(said, { count: { vi: `${number}`, en: `${number}` }, unit: names });
}

async function outcomeOf(snapshot: Snapshot, code: Code, atMs: number): Promise<OfflineOutcome> {
  const { issued, signature } = code;
  if (!code.wellFormed || code.family === "unknown") return "malformed";
  if (signature === "forged") return "forged";
  if (!code.ofPerson) return "not-a-person";
  if (signature !== "valid" || issued === null) {
    return signature === "unknown-key" ? "unknown-key" : "unsigned";
  }
  if (civilDay(atMs) > issued.expiresOn) return "expired";
  if (await hasEnded(snapshot.ended, issued.qid)) return "revoked";
  const replaced = await hasEnded(snapshot.ended, `${issued.qid}#${issued.number}`);
  return replaced ? "replaced" : "known";
}

/** The little of the code that the guard compares with the person. */
function whoIs(issued: Issued): Record<string, string> {
  const words = issued.name.split(" ");
  const shown = words.map((word, at) =>
    at < words.length - 1 ? word.slice(0, 1) : word.slice(0, Math.ceil(word.length / 2)),
  );
  const masked_name = shown.map((part) => `${part}***`).join(" ");
  return { masked_name, birth_year: issued.born.slice(0, 4) };
}

/** The colour in the code, if it was given under the book that speaks here and still holds. */
function cardOf(snapshot: Snapshot, issued: Issued, place: Place, atMs: number): OfflineCard {
  const book = chooseBook(snapshot, place, atMs);
  const slot = issued.card;
  if (slot === null) return neutral(snapshot, book, "no-colour", null);
  if (slot.scheme !== book.number) {
    const scheme = snapshot.schemes.find(({ number }) => number === slot.scheme);
    const number = String(slot.scheme).padStart(4, "0");
    const title = scheme?.title ?? { vi: number, en: number };
    return neutral(snapshot, book, "other-scheme", slot.scheme, title);
  }
  const label = book.colours.find(({ id }) => id === slot.colour)?.label;
  if (label === undefined) return neutral(snapshot, book, "no-colour", null);
  const until = { vi: reads(slot.untilMs), en: reads(slot.untilMs) };
  if (atMs >= slot.untilMs) return neutral(snapshot, book, "over", slot.scheme, until);
  const said = snapshot.texts.card["holds"] ?? label;
  return {
    colour: slot.colour, book: book.id, scheme: slot.scheme,
    valid_until: new Date(slot.untilMs).toISOString(),
    text: filled(said, { colour: label, vi: until, en: until }),
  };
}

/** No colour, and why. */
function neutral(
  snapshot: Snapshot,
  book: Book,
  why: string,
  scheme: number | null,
  fill: Both = { vi: "", en: "" },
): OfflineCard {
  const said = snapshot.texts.card[book.number === 0 && !scheme ? "no-rule" : why];
  const text = filled(said ?? { vi: why, en: why }, { vi: fill, en: fill });
  return { colour: NEUTRAL, book: book.id, scheme, valid_until: null, text };
}

function warningsOf(snapshot: Snapshot, code: Code, place: Place, atMs: number): Said[] {
  const found = code.warnings.filter((one) => one.startsWith("qr.id-says"));
  if (ageOf(snapshot, atMs) !== "fresh") found.push("scan.snapshot-old");
  const { province } = snapshot;
  if (province !== null && place.province && place.province !== province) {
    found.push("scan.snapshot-of-elsewhere");
  }
  return found.map((one) => {
    return { code: one, text: snapshot.texts.warnings[one] ?? { vi: one, en: one } };
  });
}

function about(snapshot: Snapshot, atMs: number): OfflineAnswer["snapshot"] {
  return {
    as_of: snapshot.as_of,
    age_s: Math.max(0, Math.floor((atMs - snapshot.asOfMs) / 1000)),
    demo: snapshot.demo,
    ended: count(snapshot.ended),
    false_rate: falseRate(snapshot.ended),
    text: aged(snapshot, atMs),
  };
}

/** What only the network could tell. */
function notKnown(snapshot: Snapshot): Said[] {
  const since = { vi: reads(snapshot.asOfMs), en: reads(snapshot.asOfMs) };
  return Object.entries(snapshot.texts.not_known).map(([code, text]) => {
    return { code, text: filled(text, { since }) };
  });
}

/** A sentence with its braces filled, each language with its own words. */
function filled(said: Both, fills: Record<string, Both>): Both {
  const fill = (language: keyof Both): string =>
    said[language].replace(/\{([a-z]+)\}/g, (_, name: string) => fills[name]?.[language] ?? "");
  return { vi: fill("vi"), en: fill("en") };
}
