/** What stands in the shadow root: made once, then only filled, so that focus stays where it is. */

import type { Card, Mode, Proof, Refusal, State } from "../ma-qr";
import { reads } from "../../shared/offline/civil";
import { cardNodes, element, symbol } from "./drawing";
import { LOOK } from "./look";
import type { Taken } from "./taking";
import { wordsOf, type Words } from "./words";

/** Whether it is still good, as far as this device knows. */
export type Standing = "current" | "expired" | Exclude<State, "">;

/** Everything that decides what is on the screen, but for the moving symbol. */
export interface Shown {
  taken: Taken | null;
  mode: Mode;
  hasFull: boolean;
  card: Card | null;
  standing: Standing;
  proof: Proof | null;
  refusal: Refusal | null;
  living: boolean;
  nowMs: number;
  /** The tag of the nearest `lang`. */
  language: string;
}

export class View {
  readonly toggle = element("button", { type: "button", part: "toggle" });
  readonly #notice = element("p", { class: "notice", part: "notice", role: "alert" });
  readonly #symbol = element("div", { class: "symbol" });
  readonly #left = element("i");
  readonly #beat = element("div", { class: "beat", part: "beat", "aria-hidden": "true" }, this.#left);
  readonly #name = element("p", { class: "name", part: "name" });
  readonly #facts = element("p", { part: "facts" });
  readonly #card = element("p", { class: "card", part: "card" });
  readonly #mode = element("p", { class: "quiet", part: "mode", role: "status" });
  readonly #small = element("p", { class: "quiet", part: "proof" });
  readonly #frame = element(
    "div",
    // The words are left to right; in a page of another direction they stay so.
    { class: "frame", part: "frame", role: "group", dir: "ltr" },
    this.#notice,
    this.#symbol,
    this.#beat,
    this.#name,
    this.#facts,
    this.#card,
    this.toggle,
    this.#mode,
    this.#small,
  );
  #words: Words = wordsOf("vi").words;

  constructor(root: ShadowRoot) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(LOOK);
      root.adoptedStyleSheets = [sheet];
    } catch {
      // Browsers before 2023; a policy without 'unsafe-inline' leaves it unstyled there.
      root.append(element("style", {}, LOOK));
    }
    root.append(this.#frame);
  }

  /** Fill everything but the symbol. */
  fill(shown: Shown): void {
    const { language, words } = wordsOf(shown.language);
    this.#words = words;
    const { taken, mode } = shown;
    this.#frame.lang = language;
    this.#frame.setAttribute("aria-label", words.title);
    say(this.#notice, notice(shown, words));
    this.#symbol.hidden = !taken || !readable(shown.standing);
    this.#beat.hidden = this.#symbol.hidden || !shown.living;
    say(this.#name, taken?.name ?? "");
    say(this.#facts, taken ? facts(taken, mode, words) : "");
    this.#fillCard(shown);
    say(this.toggle, words.toggle);
    this.toggle.hidden = !shown.hasFull || this.#symbol.hidden;
    this.toggle.setAttribute("aria-pressed", String(mode === "full"));
    say(this.#mode, this.#symbol.hidden ? "" : words.modes[mode]);
    const proof = shown.proof && shown.proof !== "forged" ? words.proofs[shown.proof] : "";
    const alive = this.#beat.hidden ? "" : words.living;
    say(this.#small, taken ? [alive, proof].filter(Boolean).join(" · ") : "");
  }

  /** Draw the symbol of a text; its version. */
  draw(text: string, mode: Mode): number {
    const { svg, version } = symbol(text, this.#words.symbol[mode]);
    this.#symbol.replaceChildren(svg);
    return version;
  }

  /** Take the symbol away: what is not shown must not stay in the page. */
  clear(): void {
    this.#symbol.replaceChildren();
  }

  /** How much of the step is left, 0 to 1. */
  beat(left: number): void {
    this.#left.style.inlineSize = `${Math.round(left * 100)}%`;
  }

  #fillCard({ taken, card, standing, nowMs }: Shown): void {
    this.#card.hidden = !taken || !readable(standing);
    const slot = taken?.issued?.card;
    const untilMs = card ? Date.parse(card.valid_until ?? "") : (slot?.untilMs ?? NaN);
    const over = untilMs <= nowMs;
    const colour = over ? "neutral" : (card?.colour ?? slot?.colour ?? "neutral");
    const { words } = wordsOf(this.#frame.lang);
    const given = card?.text && (this.#frame.lang === "en" ? card.text.en : card.text.vi);
    const word = (over ? "" : given) || words.colours[colour] || words.colours["neutral"]!;
    const end = over ? words.over : isNaN(untilMs) ? "" : `${words.until} ${reads(untilMs)}`;
    const more = end || (card || slot ? "" : words.ask);
    // Only what changed is touched: a reader of the screen would lose its place.
    const key = [colour, word, more].join("\n");
    if (this.#card.dataset["shown"] === key) return;
    this.#card.dataset["shown"] = key;
    this.#card.dataset["colour"] = colour;
    this.#card.replaceChildren(...cardNodes(colour, word, more));
  }
}

/** Whether a reader may still accept it: an expired one may be expired only by this clock. */
export function readable(standing: Standing): boolean {
  return standing === "current" || standing === "expired";
}

function notice({ taken, standing, refusal }: Shown, words: Words): string {
  if (taken) return standing === "current" ? "" : words.states[standing];
  return refusal ? (words.refusals[refusal] ?? words.refused) : words.none;
}

function facts({ born, document }: Taken, mode: Mode, words: Words): string {
  const birth = `${words.born}: ${born.split("-").reverse().join("/").replaceAll("**/", "")}`;
  return mode === "full" && document ? `${birth} · ${words.document}: ${document}` : birth;
}

/** Set a text only when it changed, so that nothing is announced twice. */
function say(where: HTMLElement, text: string): void {
  if (where.textContent !== text) where.textContent = text;
  where.hidden = text === "" && where.getAttribute("role") === null;
}
