/** The words of a language; both languages have the same shape, held by the compiler. */

import type { Language } from "../answers";
import { en } from "./en";
import { vi } from "./vi";

export type Messages = typeof vi;

export const messages: Record<Language, Messages> = { vi, en };

const LOCALES: Record<Language, string> = { vi: "vi-VN", en: "en-GB" };

/** A moment as a person at a gate reads it, on Vietnam's clock whatever the device says. */
export function clockTime(iso: string, language: Language): string {
  return show(iso, language, { timeStyle: "medium" });
}

export function dayAndTime(iso: string, language: Language): string {
  return show(iso, language, { dateStyle: "short", timeStyle: "short" });
}

function show(iso: string, language: Language, style: Intl.DateTimeFormatOptions): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const format = new Intl.DateTimeFormat(LOCALES[language], { ...style, timeZone: ZONE });
  return format.format(at);
}

const ZONE = "Asia/Ho_Chi_Minh";
