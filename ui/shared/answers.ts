/** What the platform's answers look like, as far as the pages use them. */

export type Language = "vi" | "en";
export type Texts = Record<Language, string>;

export interface Platform {
  name: string;
  version: string;
  demo: boolean;
  time: string;
}

export interface Enrolment {
  device_id: string;
  /** `wallet` for a person's own, else an organisation's. */
  kind?: string;
  organisation?: { organisation_id: string; name: string };
}

export interface Purpose {
  purpose: string;
  text: Texts;
}

export interface Place {
  place_id: string;
  name: string;
  kind: string;
  /** In the units of the day of the sign-in; null where they are not certain. */
  province?: string | null;
  commune?: string | null;
}

export interface Reader {
  login: string;
  role: string;
  role_name: Texts;
  /** Why this role sees what it sees. */
  why?: Texts;
  /** Every scan of this role must name a case. */
  needs_case?: boolean;
}

/** What a role sees: for these purposes at these kinds of place, these fields. */
export interface Grant {
  purposes: string[];
  places: string[];
  sees: string[];
}

export interface Policy {
  roles: Record<string, { grants: Grant[] } | undefined>;
}

export interface SessionAnswer {
  session_id: string;
  token: string;
  expires_at: string;
  /** Of the shift. */
  ends_at: string;
  reader: Reader;
  purposes: Purpose[];
  places: Place[];
  /** Where the device stands; null: nowhere yet. */
  place_id: string | null;
  /** Whether this reader may choose another place than that. */
  may_move: boolean;
}

export interface Renewal {
  token: string;
  expires_at: string;
}

export type Outcome =
  | "known"
  | "replaced"
  | "revoked"
  | "unknown"
  | "not-a-person"
  | "malformed"
  | "forged"
  | "expired"
  | "unsigned"
  | "unknown-key"
  | "copied";

export type CardColour = "neutral" | "green" | "yellow" | "red";

export interface Coded {
  code: string;
  text: Texts;
}

export interface ScanAnswer {
  scan_id: string;
  outcome: Outcome;
  advice: Coded;
  /** Only the fields of the reader's view; a field that is not there was not disclosed. */
  who: Record<string, unknown> | null;
  card: { colour: CardColour; text: Texts; valid_until: string | null } | null;
  warnings: Coded[];
  family: string;
  signature: { state: "valid" | "none" | "forged" | "unknown-key"; kid: string | null };
  freshness: { data_at: string; keys_at: string; rules_at: string | null };
  decision_at: string;
  /** Decided without the network: by data of what age, and what it could not know. */
  offline?: {
    age: Texts;
    not_known: Coded[];
    /** One good code in so many is taken for an ended one; null where none was. */
    mistakenOneIn: number | null;
  };
}

export type Handling = "admitted" | "turned-away" | "overridden" | "undone";

export interface ScanRequest {
  scan_id: string;
  checkpoint: string;
  purpose: string;
  /** The case a tracer works on. */
  case?: string;
  at: string;
}
