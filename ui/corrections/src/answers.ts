/** What the platform's answers about records and claims look like, as far as this page uses them. */

export interface What {
  type: "dose" | "test" | "recovery";
  on?: string;
  at?: string;
  product?: string;
  result?: string;
  number?: number;
  of?: number;
  place?: string;
  lab?: string;
}

export interface Shown {
  record_id: string;
  state: string;
  what: What;
  provenance: { source: string; received_at: string };
  matched?: string;
}

export interface Expected {
  type: What["type"];
  day: string;
  site: string;
}

export type Wish = "missing" | "wrong" | "not-mine";

export interface Claim {
  claim_id: string;
  state: "open" | "accepted" | "refused";
  said: { wish: Wish; expected?: Expected; record_id?: string; note?: string };
  due_on: string;
  overdue: boolean;
  with_photo: boolean;
  reason?: string;
  effect?: string;
}

export interface Listed {
  person_id: string;
  claim_id: string;
  wish: Wish;
  due_on: string;
  overdue: boolean;
  with_photo: boolean;
}

export interface Beside {
  record: Shown;
  fits: boolean;
  rivals: boolean;
  rows: { field: string; person: string[]; record: string; level: string | null }[];
}

export interface SideBySide {
  person_id: string;
  qid: string;
  claim: Claim;
  photo: string | null;
  records: Beside[];
}

/** The day on which a record says something happened. */
export function dayOf(what: What): string {
  return what.on ?? what.at?.slice(0, 10) ?? "";
}
