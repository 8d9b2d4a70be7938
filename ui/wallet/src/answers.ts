/** What the platform's answers look like, as far as the wallet uses them. */

import type { CardColour, Texts } from "../../shared/answers";
import type { Shown } from "./pages/answers";

export interface Reason {
  text: Texts;
  holds: boolean;
  since?: string | null;
  until?: string | null;
  parts?: Reason[];
}

export interface Improvement {
  remedy: string | null;
  colour: CardColour;
  at: string;
  text: Texts;
}

export interface Recode {
  colour: CardColour;
  state: string;
  until: string;
  reason: string;
  by_rules: CardColour;
  how_to_appeal?: Texts | null;
  appeal?: { state: string; due_on: string; answer?: string | null } | null;
}

export interface CardAnswer {
  colour: CardColour;
  text: Texts;
  valid_until: string | null;
  book: { title: Texts; version: number };
  reasons?: Reason | null;
  improvements?: Improvement[] | null;
  recode?: Recode | null;
}

export interface CodeAnswer {
  text: string;
  signed: string;
  renew_at: string;
}

export interface LivingAnswer {
  name: number;
  secret: string;
}

export interface Dependant {
  dependant_id: string;
  confirmed: boolean;
  until: string;
  qid: string | null;
}

export interface DependantRecords {
  records: Shown[];
  /** How fresh what is known of each kind is. */
  freshness: Texts[];
}

export interface Notice {
  kind: string;
  at: string;
}

/** What happened to the person, in words; `read` is their own mark, set on any device. */
export interface Item {
  event_id: string;
  heading: string;
  at: string;
  text: Texts;
  details: { reason?: string; organisation_name?: string; saw?: string[] };
  read: boolean;
  intact: boolean;
}

export interface Inbox {
  items: Item[];
  unread: number;
}
