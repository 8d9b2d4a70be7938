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

/** What a person said against a colour that was set by hand, and what was answered. */
export interface Appeal {
  text: string;
  filed_at: string;
  due_on: string;
  state: "open" | "upheld" | "ended";
  answer?: string;
  answered_at?: string;
}

/** The newest colour that was set by hand; also when it is over, as long as it is kept. */
export interface Recode {
  colour: CardColour;
  state: string;
  since: string;
  until: string;
  reason: string;
  by_rules: CardColour;
  ended_at?: string;
  ended_because?: string;
  appeal?: Appeal;
  /** Only while an appeal is possible. */
  how_to_appeal?: Texts;
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
