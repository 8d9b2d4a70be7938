/** The codes of cards of others: identity card and health insurance card, by their shape alone. */

import { dayOf, isDay } from "./civil";
import { isMojibake, isSpoiled } from "./screening";

export interface Looked {
  wellFormed: boolean;
  warnings: string[];
}

/** Letters and marks of any script, and what joins the words of a name. */
export const NAME = /^[\p{L}\p{Nl}\p{No}](?:[\p{L}\p{Nl}\p{No}]|[ '.\-\u0300-\u036f\u2019])*$/u;

const EARLIEST_BIRTH = 1880;
const SEXES: Record<string, string | undefined> = { nam: "1", nữ: "2" };
const HEX = /^(?:[0-9A-Fa-f]{2})+$/;

/** Whether the fields are arranged as on an identity card. */
export function looksLikeCccd(parts: string[]): boolean {
  return parts.length >= 5 && birthPosition(parts) !== null;
}

export function readCccd(text: string, today: string): Looked {
  const parts = text.normalize("NFC").split("|");
  const at = birthPosition(parts);
  const refused = { wellFormed: false, warnings: [] };
  if (at === null || parts.length < at + 3) return refused;
  const part = (index: number): string => parts[index] ?? "";
  const [number, old] = [part(0), at === 3 ? part(1) : ""];
  const sex = sexOf(part(at + 1));
  const year = birthYear(part(at), today);
  const issued = part(at + 3);
  const day = /^[0-9]{8}$/.test(issued) ? reversedDay(issued) : null;
  const shapes = [
    [/^[0-9]{12}$/, number], [/^(?:[0-9]{9}|[0-9]{12})?$/, old], [NAME, part(at - 1)],
  ] as const;
  if (!shapes.every(([shape, value]) => shape.test(value))) return refused;
  if (year === null || sex === undefined || (issued !== "" && day === null)) return refused;
  return { wellFormed: true, warnings: documentWarnings(number, year, sex) };
}

export function looksLikeBhyt(parts: string[]): boolean {
  const number = /^(?:[A-Z]{2}[0-9A-Z]{0,20}|[0-9]{10})$/;
  return parts.length >= 7 && number.test(parts[0] ?? "") && HEX.test(parts[1] ?? "");
}

export function readBhyt(text: string, today: string): Looked {
  const parts = text.split("|").map((part) => part.replace(/^ +| +$/g, ""));
  const part = (index: number): string => parts[index] ?? "";
  const name = fromHex(part(1));
  const address = [4, 15].map(part).find((one) => !["", "-", "$"].includes(one));
  const wellFormed =
    /^(?:[A-Z]{2}[1-5][0-9]{2})?[0-9]{10}$/.test(part(0)) &&
    name !== null && NAME.test(name) &&
    writtenBirthYear(part(2), today) !== null &&
    ["1", "2"].includes(part(3)) &&
    (address === undefined || fromHex(address) !== null) &&
    [6, 7].every((at) => isDayOrNothing(part(at)));
  return { wellFormed, warnings: [] };
}

/** What an identity card's number says otherwise than the text; `sex` is 1, 2 or unknown. */
export function documentWarnings(number: string, birthYear: number, sex: string): string[] {
  if (!/^[0-9]{12}$/.test(number)) return [];
  const [century, female] = [Math.floor(Number(number[3]) / 2), Number(number[3]) % 2];
  const found = [];
  if (1900 + 100 * century + Number(number.slice(4, 6)) !== birthYear) {
    found.push("qr.id-says-other-birth-year");
  }
  if (["1", "2"].includes(sex) && female !== Number(sex) - 1) found.push("qr.id-says-other-sex");
  return found;
}

/** Where the birth date stands: told by eight digits there, or by a sex after it. */
function birthPosition(parts: string[]): number | null {
  const byDay = [3, 2].find((at) => /^[0-9]{8}$/.test(parts[at] ?? ""));
  const bySex = [3, 2].find((at) => sexOf(parts[at + 1] ?? "") !== undefined);
  return byDay ?? bySex ?? null;
}

function sexOf(text: string): string | undefined {
  const lower = text.normalize("NFC").toLowerCase();
  return Object.hasOwn(SEXES, lower) ? SEXES[lower] : undefined;
}

/** The birth year of ddmmyyyy; a card of an elder may have zeros for day and month. */
function birthYear(text: string, today: string): number | null {
  if (!/^[0-9]{8}$/.test(text)) return null;
  const [day, month, year] = [text.slice(0, 2), text.slice(2, 4), text.slice(4)];
  return writtenBirthYear(day + month === "0000" ? year : `${day}/${month}/${year}`, today);
}

/** The year of a birth date as people write it, down to the day or the year alone. */
function writtenBirthYear(text: string, today: string): number | null {
  const bare = text.trim().replace(/ 00:00:00$/, "").replace(/T00:00:00$/, "");
  const ours = /^(?:(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-])?([0-9]{4})$/.exec(bare);
  const iso = /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/.exec(bare);
  const [year, month, day] = ours ? [ours[3], ours[2], ours[1]] : (iso?.slice(1) ?? []);
  if (year === undefined || Number(year) < EARLIEST_BIRTH) return null;
  const [first, on] = [Number(month) || 1, Number(day) || 1]; // zeros: not known
  if (!isDay(Number(year), first, on)) return null;
  const earliest = [year, first, on].map((one) => String(one).padStart(2, "0")).join("-");
  return earliest > today ? null : Number(year);
}

function reversedDay(digits: string): string | null {
  return dayOf(digits.slice(4) + digits.slice(2, 4) + digits.slice(0, 2));
}

function isDayOrNothing(text: string): boolean {
  if (text === "" || text === "-") return true;
  const found = /^([0-9]{2})\/([0-9]{2})\/([0-9]{4})$/.exec(text);
  return found !== null && isDay(Number(found[3]), Number(found[2]), Number(found[1]));
}

/** The text behind the hex digits; null when it is none or hides something. */
function fromHex(text: string): string | null {
  if (!HEX.test(text)) return null;
  const pairs = text.match(/../g) ?? [];
  const bytes = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const plain = decoder.decode(bytes).normalize("NFC");
    return isSpoiled(plain) || isMojibake(plain) ? null : plain;
  } catch {
    return null;
  }
}
