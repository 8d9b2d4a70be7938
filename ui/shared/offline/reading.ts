/** What a scanned text says by itself: family, form, signature; as scan/codes.py. */

import { documentWarnings, looksLikeBhyt, looksLikeCccd, NAME } from "./cards";
import { readBhyt, readCccd, type Looked } from "./cards";
import { civilDay, dayOf } from "./civil";
import type { KeySet } from "./es256";
import { isIssued, parseIssued, signatureOf, type Issued, type SignatureState } from "./issued";
import { isSpoiled, withoutEdges } from "./screening";

export type Family =
  | "personal" | "cccd" | "bhyt" | "place" | "hcert" | "shc" | "nzcp" | "vds-nc" | "icao-mrz"
  | "url" | "unknown";

export interface Code {
  family: Family;
  wellFormed: boolean;
  signature: SignatureState;
  /** Of our own form, with a grammar that holds. */
  issued: Issued | null;
  /** It names a person: by a QID or a document. */
  ofPerson: boolean;
  warnings: string[];
}

const EARLIEST_YEAR = 1850;
const QID = "[0-9A-Za-z_.:-]{1,128}";
const BHYT = "[A-Z]{2}[0-9]{13}|[0-9]{10}";
const PLAIN = new RegExp(
  `^([0-9A-Z]{5,20}|)\\|([A-Z][A-Z'.-]*(?: [A-Z'.-]+)*)\\|([0-9]{4}-[0-9]{2}-[0-9]{2})\\|[01]\\|` +
    `${QID}\\|(?:${QID})?` +
    `(?:<[012]?(?:<(?:${BHYT})?(?:<(?:0[0-9]{9})?(?:<(?!v=)[ -;=-{}~]*)*)?)?)?$`,
);
const TOKENS = [`(?:${QID})?`, "[012]?", `(?:${BHYT})?`, "(?:0[0-9]{9})?"].map(
  (shape) => new RegExp(`^(?:${shape})$`),
);
const MASKED_BIRTH = /^[0-9]{4}-\*\*-\*\*$/;

/** TD3 and TD2 two lines, TD1 three; readers may join the lines. Source: ICAO Doc 9303-4 to -6. */
const MRZ = new RegExp(
  "^(?:[PV][A-Z0-9<]{43}\\s*[A-Z0-9<]{44}|[ACIPV][A-Z0-9<]{35}\\s*[A-Z0-9<]{36}" +
    "|[ACI][A-Z0-9<]{29}\\s*[A-Z0-9<]{30}\\s*[A-Z0-9<]{30})$",
);
const PREFIXES: [string, Family][] = [
  ["HC1:", "hcert"], ["SHC:/", "shc"], ["NZCP:/", "nzcp"], ["HTTP://", "url"], ["HTTPS://", "url"],
];
const SHAPES: Partial<Record<Family, RegExp>> = {
  hcert: /^HC1:[0-9A-Z $%*+./:-]+$/,
  shc: /^shc:\/(?:[0-9]{1,3}\/[0-9]{1,3}\/)?[0-9]+$/iu,
  nzcp: /^NZCP:\/[0-9]+\/[A-Z2-7]+=*$/,
  url: /^https?:\/\/[^\s<>"]+$/iu,
  "icao-mrz": MRZ,
};
const PLACE_LOOKS = /^https?:\/\/[^/?#]+\/p\/1\..*$/iu;
const PLACE = new RegExp(
  "^https://[0-9a-z.-]+(?::[0-9]{1,5})?/p/1\\." +
    "([0-9]{1,39})\\.[1-9][0-9]{0,5}\\.[0-9]{6}\\.[0-9]{155}$",
);

export async function readCode(raw: string, keys: KeySet, nowMs: number): Promise<Code> {
  const text = withoutEdges(raw);
  const family = familyOf(text);
  const issued = isSpoiled(text) ? null : parseIssued(text);
  const looked = look(text, family, issued, civilDay(nowMs));
  const ours = family === "personal" && isIssued(text);
  const state = ours ? await signatureOf(text, keys) : "none";
  const unread = issued === null;
  // A later layout is read as v1.1 and proves nothing; a damaged text of ours may be a forgery.
  const signature = unread && looked.wellFormed ? "none" : state;
  const forged = unread && signature === "forged";
  const ofPerson = looked.wellFormed && ["personal", "cccd", "bhyt"].includes(family);
  return {
    family, issued, signature, ofPerson,
    wellFormed: looked.wellFormed || forged, warnings: looked.warnings,
  };
}

/** Whether a text is a person's code or card by its form alone; nothing is proven. */
export function hasKnownShape(raw: string, nowMs: number): boolean {
  const text = withoutEdges(raw);
  const family = familyOf(text);
  if (!["personal", "cccd", "bhyt"].includes(family)) return false;
  const issued = isSpoiled(text) ? null : parseIssued(text);
  return look(text, family, issued, civilDay(nowMs)).wellFormed;
}

function familyOf(text: string): Family {
  if (PLAIN.test(text)) return "personal";
  const start = text.slice(0, 8).toUpperCase();
  const prefix = PREFIXES.find(([begin]) => start.startsWith(begin));
  if (prefix) return prefix[1] === "url" && PLACE_LOOKS.test(text) ? "place" : prefix[1];
  if (text.startsWith("{") && text.includes('"hdr"') && text.includes('"icao.')) return "vds-nc";
  if (MRZ.test(text)) return "icao-mrz";
  if (!text.includes("|")) return "unknown";
  const parts = text.split("|");
  if (looksLikeBhyt(parts)) return "bhyt";
  return looksLikeCccd(parts) ? "cccd" : "personal";
}

function look(text: string, family: Family, issued: Issued | null, today: string): Looked {
  if (isSpoiled(text) || family === "unknown") return { wellFormed: false, warnings: [] };
  if (family === "cccd") return readCccd(text, today);
  if (family === "bhyt") return readBhyt(text, today);
  if (family === "personal") return lookPersonal(text, issued, today);
  return { wellFormed: isForeign(text, family), warnings: [] };
}

function isForeign(text: string, family: Family): boolean {
  if (family === "place") {
    const place = PLACE.exec(text);
    return place !== null && BigInt(place[1] ?? "") < 1n << 128n;
  }
  if (family !== "vds-nc") return SHAPES[family]?.test(text) ?? true;
  try {
    const whole = JSON.parse(text) as { data?: { hdr?: unknown; msg?: unknown }; sig?: unknown };
    const data = whole.data;
    return typeof data === "object" && "hdr" in data && "msg" in data && "sig" in whole;
  } catch {
    return false;
  }
}

/** A v1.1 text, field by field; in our own layout the stricter grammar decides. */
function lookPersonal(text: string, issued: Issued | null, today: string): Looked {
  const parts = text.split("|");
  if (parts.length < 5 || parts.length > 6) return { wellFormed: false, warnings: [] };
  const [document = "", name = "", born = "", kind = "", qid = "", ext] = parts;
  const tokens = ext?.split("<") ?? [];
  const versioned = (tokens[5] ?? "").startsWith("v=");
  const stars = document.includes("*") || MASKED_BIRTH.test(born);
  const starred = versioned && document.includes("*");
  const shape = starred ? /^\*{6}[0-9A-Z]{0,20}$/ : /^(?:[0-9A-Z]{5,20}|)$/;
  const body =
    (!stars || versioned) && shape.test(document) && NAME.test(name) &&
    (MASKED_BIRTH.test(born) || isBirth(born, today)) &&
    ["0", "1"].includes(kind) && new RegExp(`^${QID}$`).test(qid) &&
    TOKENS.every((one, at) => one.test(tokens[at] ?? ""));
  const strict = tokens[5] !== "v=1" || issued !== null;
  const told = !document.includes("*") && /^[0-9]+$/.test(born.slice(0, 4));
  const year = Number(born.slice(0, 4));
  const warnings = told ? documentWarnings(document, year, tokens[1] ?? "") : [];
  return { wellFormed: body && strict, warnings: body && !strict ? [] : warnings };
}

function isBirth(text: string, today: string): boolean {
  const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.test(text);
  const born = found ? dayOf(text.replaceAll("-", "")) : null;
  return born !== null && Number(born.slice(0, 4)) >= EARLIEST_YEAR && born <= today;
}
