/** What the platform answers to the wallet's other pages, as far as they use it. */

import type { Texts } from "../../../shared/answers";

export interface Read {
  event_id: string;
  at: string;
  place: string | null;
  organisation: string | null;
  role: string | null;
  purpose: string | null;
  saw: string[];
  intact: boolean;
  /** When and why I called it wrong, and what was answered. */
  reported: Reported | null;
  decided: { outcome: "in-order" | "wrong"; words: string } | null;
}

export interface Reported {
  kind: "not-there" | "not-needed" | "too-much" | "other";
  text: string;
}

export interface Policy {
  roles: Record<string, { name: Texts } | undefined>;
  purposes: Record<string, Texts | undefined>;
}

export interface Phone {
  /** Whether messages are sent here at all. */
  on: boolean;
  phone: { number: string; pin: boolean; confirm_by: string } | null;
}

export interface Passkeys {
  /** Whether this address has passkeys at all. */
  on: boolean;
  most: number;
  passkeys: Passkey[];
}

export interface Passkey {
  passkey_id: string;
  label: string;
  /** Whether it is on all phones of one account with the phone's maker. */
  synced: boolean;
  added_at: string;
  used_at: string | null;
}

export interface Device {
  device_id: string;
  label: string;
  status: string;
  enrolled_at: string;
  /** Until then it may not change the account. */
  settles_at?: string | null;
}

export interface What {
  type: "dose" | "test" | "recovery";
  on?: string;
  at?: string;
  product?: string;
  result?: string;
  place?: string;
  lab?: string;
}

export interface Shown {
  record_id: string;
  state: string;
  what: What;
  provenance: { source: string; source_name?: string; received_at: string };
  matched?: string;
}

/** What happened to a record. */
export interface Step {
  at: string;
  kind: string;
  how?: string;
  reason?: string;
}

export interface Expected {
  type: What["type"];
  day: string;
  site: string;
}

export interface Why {
  status: string;
  text: Texts;
}

export type Wish = "missing" | "wrong" | "not-mine";

export interface Filing {
  wish: Wish;
  expected?: Expected;
  record_id?: string;
  note: string;
  photo?: string;
}

export interface Claim {
  claim_id: string;
  state: "open" | "accepted" | "refused";
  said: { wish: Wish; expected?: Expected };
  due_on: string;
  overdue: boolean;
  reason?: string;
  effect?: string;
}

/** The day on which a record says something happened. */
export function dayOf(what: What): string {
  return what.on ?? what.at?.slice(0, 10) ?? "";
}
