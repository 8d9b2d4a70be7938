/** The form of a registration: from what a card says, to the claim that is sent. */

import type { Claim, Commune, Known, Profile, ShownDocument } from "./answers";

/** Coming of age. Source: Civil Code of Vietnam 2015, article 20. */
const ADULT_YEARS = 18;

export interface Draft {
  fullName: string;
  /** As Vietnam writes it: 18/01/1989, 01/1989 or 1989. */
  birth: string;
  sex: string;
  documents: ShownDocument[];
  phone: string;
  commune: Commune | null;
  address: string;
  nationality: string;
  guardian: Known | null;
  evidence: string;
}

export function emptyDraft(): Draft {
  return {
    fullName: "",
    birth: "",
    sex: "unknown",
    documents: [],
    phone: "",
    commune: null,
    address: "",
    nationality: "",
    guardian: null,
    evidence: "",
  };
}

/** What a card says, ready to be checked against the card. */
export function draftOf(said: Claim | null, number: ShownDocument | null = null): Draft {
  const empty = emptyDraft();
  if (said === null) return number ? { ...empty, documents: [{ ...number }] } : empty;
  return {
    ...empty,
    fullName: said.full_name,
    birth: written(said.birth),
    sex: said.sex ?? "unknown",
    documents: (said.documents ?? []).map((each) => ({ ...each })),
    address: said.address ?? "",
    nationality: said.nationality ?? "",
  };
}

/** What stands in the register, to be corrected; the clerk marks the documents that were looked at. */
export function draftOfProfile(profile: Profile): Draft {
  const [code, as_of = ""] = profile.commune?.value.split("@") ?? [];
  return {
    ...emptyDraft(),
    fullName: profile.full_name.value,
    birth: written(profile.birth.value),
    sex: profile.sex?.value ?? "unknown",
    documents: (profile.documents ?? []).map(({ kind, number, issuer }) => ({
      kind,
      number,
      ...(issuer && { issuer }),
      seen: false,
    })),
    phone: profile.phones?.[0]?.value ?? "",
    commune: code ? { code, as_of, name: code } : null,
    address: profile.address?.value ?? "",
    nationality: profile.nationality?.value ?? "",
  };
}

/** The claim; the platform judges it, this only leaves out what is empty. */
export function claimOf(draft: Draft): Claim {
  const claim: Claim = {
    full_name: draft.fullName.trim(),
    birth: isoOf(draft.birth),
    sex: draft.sex,
    documents: draft.documents.filter((each) => each.number.trim() !== ""),
    declared_by: "registrar",
  };
  if (draft.phone.trim() !== "") claim.phones = [draft.phone.trim()];
  if (draft.nationality.trim() !== "") claim.nationality = draft.nationality.trim();
  if (draft.address.trim() !== "") claim.address = draft.address.trim();
  if (draft.commune !== null) {
    claim.commune_code = draft.commune.code;
    claim.commune_as_of = draft.commune.as_of;
  }
  return claim;
}

/** "1989-01-18" → "18/01/1989", "1989-01" → "01/1989", "1989" → "1989" */
export function written(iso: string): string {
  return iso.split("-").reverse().join("/");
}

/** "18/1/1989" → "1989-01-18"; anything else as it is, for the platform to refuse. */
export function isoOf(text: string): string {
  const found = /^(?:(?:(\d{1,2})[/.-])?(\d{1,2})[/.-])?(\d{4})$/.exec(text.trim());
  if (!found) return text.trim();
  const [, day, month, year] = found;
  return [year, month?.padStart(2, "0"), day?.padStart(2, "0")].filter(Boolean).join("-");
}

/** Whether somebody born then is not of age yet; false where the text is no birth date. */
export function isMinor(birth: string, today: Date): boolean {
  const parts = birth.trim().split(/[/.-]/).map(Number);
  const [year, month = 12, day = 31] = birth.includes("-") ? parts : parts.reverse();
  if (year === undefined || !Number.isInteger(year) || year < 1_000) return false;
  const adult = new Date(Date.UTC(year + ADULT_YEARS, month - 1, day));
  return adult.getTime() > today.getTime();
}
