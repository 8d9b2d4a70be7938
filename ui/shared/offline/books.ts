/** Which rule book speaks at a place: the most specific in force, else the neutral default. */

import { civilDay } from "./civil";
import type { Book, Snapshot } from "./snapshot";

/** Where the gate stands, by the units of the snapshot's day. */
export interface Place {
  province?: string | null;
  commune?: string | null;
  kind?: string | null;
  activity?: string | null;
}

export const NEUTRAL = "neutral";
const NOBODYS: Book = {
  id: NEUTRAL, number: 0, version: 1, title: { vi: NEUTRAL, en: NEUTRAL },
  scope: {}, valid: {}, colours: [],
};

export function chooseBook(snapshot: Snapshot, place: Place, atMs: number): Book {
  const today = civilDay(atMs);
  let best: { book: Book; rank: (number | string)[] } | null = null;
  for (const [at, book] of snapshot.books.entries()) {
    const size = sizeOf(snapshot.reach[at] ?? null, place);
    if (size === null || !speaks(book, place) || !inForce(book, today)) continue;
    const rank = [
      size, Number(!!book.scope.place_kinds?.length), Number(!!book.scope.activities?.length),
      book.valid.from ?? "0001-01-01", book.version, book.number, book.id,
    ];
    if (best === null || isAbove(rank, best.rank)) best = { book, rank };
  }
  return best?.book ?? NOBODYS;
}

/** 0 by the country, 1 by its province, 2 by its commune; null: it does not speak there. */
function sizeOf(reach: Record<string, number> | null, place: Place): number | null {
  if (reach === null) return 0;
  return reach[place.commune ?? place.province ?? ""] ?? null;
}

function speaks({ scope }: Book, { kind, activity }: Place): boolean {
  const fits = (wanted: string[] | undefined, have: string | null | undefined): boolean =>
    !wanted?.length || (!!have && wanted.includes(have));
  return fits(scope.place_kinds, kind) && fits(scope.activities, activity);
}

function inForce({ valid }: Book, today: string): boolean {
  return (valid.from ?? today) <= today && today <= (valid.until ?? today);
}

function isAbove(one: (number | string)[], other: (number | string)[]): boolean {
  for (const [at, value] of one.entries()) {
    const against = other[at] ?? value;
    if (value !== against) return value > against;
  }
  return false;
}
