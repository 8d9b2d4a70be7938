/** What the platform answers to a desk, as far as this page uses it. */

export type Verdict =
  | "unreadable"
  | "unknown"
  | "new"
  | "alike"
  | "known"
  | "ended"
  | "differs"
  | "several";

export interface ShownDocument {
  kind: string;
  number: string;
  issuer?: string;
  seen?: boolean;
}

export interface Claim {
  full_name: string;
  birth: string;
  sex?: string;
  nationality?: string | null;
  documents?: ShownDocument[];
  phones?: string[];
  commune_code?: string | null;
  commune_as_of?: string | null;
  address?: string | null;
  declared_by?: string;
}

export interface Known {
  qid: string;
  full_name: string;
  birth: string;
  commune: string | null;
  sex?: string | null;
  assurance?: number;
}

export interface Recognised {
  family: string;
  verdict: Verdict;
  said: Claim | null;
  number: ShownDocument | null;
  people: Known[];
  findings: string[];
}

export interface Registration {
  qid: string;
  created: boolean;
  warnings: string[];
}

export interface Attribute {
  value: string;
  assurance: number;
  known_at: string;
  source: string;
}

export interface Held {
  kind: string;
  number: string;
  assurance: number;
  issuer?: string;
}

export interface Profile {
  full_name: Attribute;
  birth: Attribute;
  sex?: Attribute;
  nationality?: Attribute;
  commune?: Attribute;
  address?: Attribute;
  phones?: Attribute[];
  documents?: Held[];
}

export interface Person {
  qid: string;
  profile: Profile;
  version: number;
  updated_at: string;
  qids: { qid: string; state: string; issue_no: number; issued_at: string; reason?: string }[];
}

export interface Wallet {
  device_id: string;
  label: string;
  status: string;
  enrolled_at: string;
}

export interface Commune {
  code: string;
  as_of: string;
  name: string;
}

export interface Case {
  person_id: string;
  case_id: string;
  kind: string;
  opened_at: string;
  file: { known: Profile; news: Profile; others: string[] };
}

export interface Read {
  event_id: string;
  at: string;
  role: string | null;
  organisation: string | null;
  place: string | null;
  purpose: string | null;
}

export interface Dependant {
  person: Known;
  confirmed: boolean;
  until: string;
}

export interface Activation {
  code: string;
  expires_at: string;
}
