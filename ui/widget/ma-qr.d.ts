/** Types of `<ma-qr>`, the element that shows a personal QR. Reference: docs/widget.md. */

export type Mode = "masked" | "full";

/** What the platform said of the code since: empty, it stands. */
export type State = "" | "replaced" | "revoked";

/** What is known of the signature; only `verified` is a proof. */
export type Proof = "verified" | "unverified" | "unknown-key" | "forged";

/** The secret of the living code; the key is HMAC with SHA-256, good for `sign`. */
export interface Living {
  /** Number of the secret, 0 to 99,999,999. */
  name: number;
  key: CryptoKey;
}

/** A card as `GET /v1/me/card` answers it; what else stands in it is ignored. */
export interface Card {
  colour: "green" | "yellow" | "red" | "neutral" | (string & {});
  text?: { vi: string; en?: string };
  /** RFC 3339; null or absent: nothing changes it. */
  valid_until?: string | null;
}

/** Why something is not shown; `docs/qr-format.md` has the words of `qr.…`. */
export type Refusal =
  | "qr.not-issued"
  | "qr.layout"
  | "qr.too-long"
  | "widget.unsigned"
  | "widget.forged"
  | "widget.not-masked"
  | "widget.not-full"
  | "widget.another-person"
  | "widget.origin"
  | "widget.living"
  | "widget.memory";

/** Every event bubbles and crosses shadow roots; no detail tells whose code it is. */
export interface MaQrEvents {
  /** A symbol was drawn for the first time, in another mode, or for another text. */
  "ma-qr-shown": CustomEvent<{ mode: Mode; version: number; living: boolean }>;
  /** The living code changed. */
  "ma-qr-renewed": CustomEvent<{ step: number }>;
  /** The person pressed the toggle. */
  "ma-qr-mode": CustomEvent<{ mode: Mode }>;
  /** Something given can't be used. */
  "ma-qr-refused": CustomEvent<{
    of: "signed" | "full" | "origin" | "living" | "remember";
    code: Refusal;
  }>;
  /** The signature was looked at. */
  "ma-qr-verified": CustomEvent<{ proof: Proof }>;
  /** The code is not what a reader accepts any more, or is again. */
  "ma-qr-state": CustomEvent<{ state: "current" | "expired" | "replaced" | "revoked" }>;
  /** Shown from memory, because the app gave no text. */
  "ma-qr-recalled": CustomEvent<{ saved_at: string }>;
}

export interface MaQrElement extends HTMLElement {
  /** The masked text as the platform signed it; with or without its living code. */
  signed: string;
  /** The full text of the same person; without it there is no toggle. */
  full: string;
  mode: Mode;
  /** Where the published keys are fetched, `https://host`; empty: nothing is ever fetched. */
  origin: string;
  state: State;
  /** Under which name the last text is kept on this device; null: nothing is kept. */
  remember: string | null;
  /** Keep the full text too, which shows the document number. */
  rememberFull: boolean;
  living: Living | null;
  /** Null: the colour in the code itself, or “ask”. */
  card: Card | null;
  readonly proof: Proof;
  /** Forget what is kept, and keep nothing more: takes `remember` off. */
  forget(): Promise<void>;
}

export declare const MaQr: { new (): MaQrElement };

declare global {
  interface HTMLElementTagNameMap {
    "ma-qr": MaQrElement;
  }
  interface HTMLElementEventMap extends MaQrEvents {}
}
