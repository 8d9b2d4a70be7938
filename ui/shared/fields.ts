/** What an answer says about a person, as rows of label and text. */

import type { Messages } from "./messages";

export interface Row {
  field: string;
  label: string;
  values: string[];
}

/** Shown in this order; fields that are new to this page come after, under their own names. */
const ORDER = ["full_name", "masked_name", "birth", "birth_year", "sex"];

/** The coarser field says nothing more once the finer one is there. */
const COARSER: Record<string, string> = { masked_name: "full_name", birth_year: "birth" };

export function rowsOf(who: Record<string, unknown>, words: Messages): Row[] {
  return Object.entries(who)
    .filter(([field]) => !((COARSER[field] ?? "") in who))
    .map(([field, value]) => ({
      field,
      label: fieldName(field, words),
      values: textsOf(field, value, words),
    }))
    .filter((row) => row.values.length > 0)
    .sort((a, b) => rank(a.field) - rank(b.field));
}

/** The name, which is shown large, apart from the other rows. */
export function isName(row: Row): boolean {
  return row.field === "full_name" || row.field === "masked_name";
}

/** Dates as Vietnam writes them; a birth date may be a year, or a year and a month.
 *
 * "1989-01-18" → "18/01/1989", "1989-01" → "01/1989", "1989" → "1989"
 */
export function dayText(iso: string): string {
  return /^\d{4}(-\d{2}){0,2}$/.test(iso) ? iso.split("-").reverse().join("/") : iso;
}

function rank(field: string): number {
  const at = ORDER.indexOf(field);
  return at === -1 ? ORDER.length : at;
}

function fieldName(field: string, words: Messages): string {
  return field in words.field ? words.field[field as keyof Messages["field"]] : field;
}

function textsOf(field: string, value: unknown, words: Messages): string[] {
  if (value === null || value === undefined || value === "") return [];
  if (Array.isArray(value)) return value.flatMap((each) => textsOf(field, each, words));
  if (typeof value === "object") {
    const parts = Object.values(value).flatMap((part) => textsOf(field, part, words));
    return parts.length > 0 ? [parts.join(" · ")] : [];
  }
  const text = String(value);
  if (field === "sex" && text in words.sex) return [words.sex[text as keyof Messages["sex"]]];
  return [dayText(text)];
}
