/** `<ma-qr>`: shows one personal QR, masked or in full, living, with its card. docs/widget.md. */

import type { Card, Living, MaQrElement, MaQrEvents, Mode, Proof, Refusal, State } from "../ma-qr";
import { signatureOf, type SignatureState } from "../../shared/offline/issued";
import type { PublishedKeys } from "../../shared/offline/es256";
import { civilDay } from "../../shared/offline/civil";
import { attach, STEP_MS, stripLiving, untilNextStep } from "../../shared/qr/living";
import { Attributes, SHOWN, TAKEN } from "./attributes";
import { keySetOf, originOf, publishedKeys } from "./keys";
import { drop, keep, recall, type Kept } from "./memory";
import { take, type Taken } from "./taking";
import { readable, View, type Standing } from "./view";

/** Timers stop while a device sleeps; a look at the clock each second needs no waking up. */
const LOOK_MS = 1_000;

const PROOFS: Record<SignatureState, Proof> = {
  valid: "verified",
  forged: "forged",
  "unknown-key": "unknown-key",
  none: "unverified",
  unsigned: "unverified",
};

type Details = { [Name in keyof MaQrEvents]: MaQrEvents[Name]["detail"] };
type Given = Details["ma-qr-refused"]["of"];

export class MaQr extends Attributes implements MaQrElement {
  static readonly observedAttributes = [...TAKEN, ...SHOWN];

  readonly #view = new View(this.attachShadow({ mode: "open" }));
  #living: Living | null = null;
  #card: Card | null = null;
  #kept: Kept | null = null;
  #masked: Taken | null = null;
  #full: Taken | null = null;
  #proof: Proof | null = null;
  #refusal: Refusal | null = null;
  #keys: PublishedKeys | null = null;
  /** Counts what was given, so that an answer to something older is dropped. */
  #turn = 0;
  #taken = { text: "", atMs: 0 };
  #step = -1;
  #drawing = 0;
  #drawn = { text: "", key: "" };
  #told: Standing = "current";
  #timer: ReturnType<typeof setInterval> | undefined;

  get mode(): Mode {
    return this.getAttribute("mode") === "full" && this.#full ? "full" : "masked";
  }
  set mode(mode: Mode) {
    this.setAttribute("mode", mode);
  }
  get living(): Living | null {
    return this.#living;
  }
  set living(living: Living | null) {
    this.#living = living;
    void this.#update();
  }
  get card(): Card | null {
    return this.#card;
  }
  set card(card: Card | null) {
    this.#card = card;
    void this.#update();
  }
  get proof(): Proof {
    return this.#proof ?? "unverified";
  }

  async forget(): Promise<void> {
    const name = this.remember;
    this.#kept = null;
    // Off first: what is being kept at this moment would come back after it.
    this.remember = null;
    if (name !== null) await drop(name);
  }

  connectedCallback(): void {
    this.upgrade();
    this.#view.toggle.onclick = () => this.#press();
    this.#timer = setInterval(this.#look, LOOK_MS);
    document.addEventListener("visibilitychange", this.#look);
    void this.#update();
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#look);
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (!SHOWN.includes(name)) void this.#update();
    // What ended must not be back when the app starts without a network.
    else void this.#show().then(() => (name === "state" ? this.#keep() : undefined));
  }

  /** Take what was given anew; several changes in one go are taken once. */
  async #update(): Promise<void> {
    const turn = ++this.#turn;
    await Promise.resolve();
    if (turn !== this.#turn || !this.isConnected) return;
    if (this.signed) this.#kept = null;
    else if (this.remember !== null) await this.#recall(turn);
    if (turn !== this.#turn) return;
    this.#refusal = null;
    this.#proof = null;
    if (this.signed !== this.#taken.text) this.#taken = { text: this.signed, atMs: Date.now() };
    this.#masked = this.#take(this.signed || this.#kept?.signed, "signed");
    this.#full = this.#masked && this.#take(this.full || this.#kept?.full, "full");
    if (this.#full && this.#full.qid !== this.#masked!.qid) {
      this.#full = null;
      this.#refuse("full", "widget.another-person");
    }
    await this.#show();
    await this.#verify(turn);
    if (turn === this.#turn) await this.#keep();
  }

  #take(text: string | undefined, of: "signed" | "full"): Taken | null {
    if (!text) return null;
    const taken = take(text, of);
    if (typeof taken !== "string") return taken;
    this.#refuse(of, taken);
    return null;
  }

  async #recall(turn: number): Promise<void> {
    if (this.#kept) return;
    const kept = await recall(this.remember ?? "").catch(() => {
      this.#refuse("remember", "widget.memory");
      return undefined;
    });
    if (!kept || turn !== this.#turn) return;
    this.#kept = kept;
    this.#tell("ma-qr-recalled", { saved_at: kept.savedAt });
  }

  /** Ask the origin for its keys, and look at the signatures of both texts. */
  async #verify(turn: number): Promise<void> {
    const taken = [this.#masked, this.#full].filter((one) => one !== null);
    if (taken.length === 0) return;
    const keys = await this.#findKeys();
    const states = keys
      ? await Promise.all(taken.map(({ bare }) => signatureOf(bare, keySetOf(keys))))
      : [];
    if (turn !== this.#turn) return;
    this.#keys = keys;
    if (states[0] === "forged") this.#masked = null;
    if (states.includes("forged")) {
      this.#full = null;
      this.#refuse(states[0] === "forged" ? "signed" : "full", "widget.forged");
    }
    this.#proof = PROOFS[states[0] ?? "none"];
    this.#tell("ma-qr-verified", { proof: this.#proof });
    await this.#show();
  }

  async #findKeys(): Promise<PublishedKeys | null> {
    if (!this.origin) return null;
    const origin = originOf(this.origin);
    if (origin === null) {
      this.#refuse("origin", "widget.origin");
      return null;
    }
    return publishedKeys(origin, Date.now()).catch(() => this.#kept?.keys ?? null);
  }

  async #keep(): Promise<void> {
    if (this.remember === null || !this.#masked) return;
    const kept: Kept = {
      signed: this.#masked.bare,
      full: this.rememberFull ? (this.#full?.bare ?? "") : "",
      state: this.#stateNow(),
      living: this.#living ?? this.#kept?.living ?? null,
      card: this.#card ?? this.#kept?.card ?? null,
      keys: this.#keys ?? this.#kept?.keys ?? null,
      savedAt: this.#kept?.savedAt ?? new Date().toISOString(),
    };
    await keep(this.remember, kept).catch(() => this.#refuse("remember", "widget.memory"));
  }

  /** Put on the screen what is held now. */
  async #show(): Promise<void> {
    if (!this.isConnected) return;
    const { mode } = this;
    const taken = mode === "full" ? this.#full : this.#masked;
    const living = taken?.issued?.form === "paper" ? null : (this.#living ?? this.#kept?.living);
    const standing = this.#standing(taken);
    this.#view.fill({
      taken,
      mode,
      standing,
      hasFull: this.#full !== null,
      card: this.#card ?? this.#kept?.card ?? null,
      proof: this.#proof,
      refusal: this.#refusal,
      living: Boolean(living),
      nowMs: Date.now(),
      language: this.language(),
    });
    if (taken && standing !== this.#told) {
      this.#told = standing;
      this.#tell("ma-qr-state", { state: standing });
    }
    this.#step = stepOf(Date.now());
    const turn = ++this.#drawing;
    const text = taken && readable(standing) ? await this.#written(taken, living ?? null) : "";
    if (turn === this.#drawing) this.#draw(text, mode, Boolean(living));
  }

  /** The text with its living code of now: made here, or given and not yet too old. */
  async #written({ bare, token }: Taken, living: Living | null): Promise<string> {
    try {
      if (living) return await attach(bare, living, Date.now());
    } catch {
      this.#living = null;
      if (this.#kept) this.#kept.living = null;
      this.#refuse("living", "widget.living");
      void this.#show();
    }
    // A reader takes it for a copy when it is older than the step before its own.
    return stepOf(Date.now()) - stepOf(this.#taken.atMs) > 1 ? bare : bare + token;
  }

  #draw(text: string, mode: Mode, living: boolean): void {
    const before = this.#drawn;
    const now = { text, key: [mode, this.language(), stripLiving(text)].join() };
    if (before.text === text && before.key === now.key) return;
    this.#drawn = now;
    if (!text) return this.#view.clear();
    const version = this.#view.draw(text, mode);
    if (before.key === now.key) this.#tell("ma-qr-renewed", { step: this.#step });
    else this.#tell("ma-qr-shown", { mode, version, living });
    this.#beat();
  }

  readonly #look = (): void => {
    if (stepOf(Date.now()) !== this.#step) void this.#show();
    this.#beat();
  };

  #beat(): void {
    this.#view.beat(untilNextStep(Date.now()) / STEP_MS);
  }

  #standing(taken: Taken | null): Standing {
    const until = taken?.issued?.expiresOn;
    return this.#stateNow() || (until && civilDay(Date.now()) > until ? "expired" : "current");
  }

  /** What the app says, even if it is nothing; else what it said of the text in memory. */
  #stateNow(): State {
    return this.hasAttribute("state") ? this.state : (this.#kept?.state ?? "");
  }

  #press(): void {
    const mode = this.mode === "full" ? "masked" : "full";
    this.mode = mode;
    this.#tell("ma-qr-mode", { mode });
  }

  #refuse(of: Given, code: Refusal): void {
    if (of === "signed") this.#refusal = code;
    this.#tell("ma-qr-refused", { of, code });
  }

  #tell<Name extends keyof Details>(name: Name, detail: Details[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

function stepOf(atMs: number): number {
  return Math.floor(atMs / STEP_MS);
}

if (globalThis.customElements && !customElements.get("ma-qr")) {
  customElements.define("ma-qr", MaQr);
}
