/** Says an answer aloud, in the page's language; a newer one cuts the older short. */

import type { Language } from "./answers";

const VOICES: Record<Language, string> = { vi: "vi-VN", en: "en-GB" };

export function say(text: string, language: Language): void {
  if (!("speechSynthesis" in globalThis)) return;
  speechSynthesis.cancel();
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = VOICES[language];
  const voice = speechSynthesis.getVoices().find((each) => each.lang.startsWith(language));
  if (voice) spoken.voice = voice;
  speechSynthesis.speak(spoken);
}

export function hush(): void {
  globalThis.speechSynthesis?.cancel();
}
