/** The language on screen: the same choice as on the other pages, without the words of them all. */

import type { Language, Texts } from "../../shared/answers";
import { Watched } from "./watched";

const KEPT = "motma.language";
const LOCALES: Record<Language, string> = { vi: "vi-VN", en: "en-GB" };

class Tongue extends Watched {
  language: Language = localStorage.getItem(KEPT) === "en" ? "en" : "vi";

  /** The text of the platform in this language; Vietnamese when it has no other. */
  of(texts: Texts): string {
    return texts[this.language] ?? texts.vi;
  }

  choose(language: Language): void {
    this.language = language;
    localStorage.setItem(KEPT, language);
    this.changed();
  }

  /** A moment on Vietnam's clock, whatever the phone's zone is. */
  when(at: string | number): string {
    const moment = new Date(at);
    if (Number.isNaN(moment.getTime())) return String(at);
    const style = { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" } as const;
    return new Intl.DateTimeFormat(LOCALES[this.language], style).format(moment);
  }

  /** A day, or a month or year where no more is known: 2021-09-03 → 03/09/2021. */
  day(iso: string): string {
    return iso.slice(0, 10).split("-").reverse().join("/");
  }
}

export const tongue = new Tongue();
