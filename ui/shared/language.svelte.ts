/** The language on screen: Vietnamese unless this browser was told otherwise. */

import type { Language, Texts } from "./answers";
import { messages, type Messages } from "./messages";

const KEPT = "motma.language";

class Speech {
  language = $state<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "vi");

  get words(): Messages {
    return messages[this.language];
  }

  /** The text of the platform in this language; Vietnamese when it has no other. */
  of(texts: Texts): string {
    return texts[this.language] ?? texts.vi;
  }

  choose(language: Language): void {
    this.language = language;
    localStorage.setItem(KEPT, language);
  }
}

export const speech = new Speech();
