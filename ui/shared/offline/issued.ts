/** Our issued form of the personal QR: its fields, and what its signature proves. */

import { dayOf } from "./civil";
import { verifyDigits, KeySet, type Bytes, type PublishedKeys } from "./es256";

const CONTEXT = "motma.personal-qr.v1\n";
const NAME_LETTERS = 40;
const MASK = "******";
const MASKED_DAY = "-**-**";

/** As the grammar of docs/qr-format.md; the last token is the living code. */
const ISSUED = new RegExp(
  "^(\\*{6}|[0-9A-Z]{5,20}|)\\|([A-Z]+(?: [A-Z]+)*)\\|" +
    "([0-9]{4}-(?:[0-9]{2}-[0-9]{2}|\\*\\*-\\*\\*))\\|" +
    "([01])\\|([1-9][0-9]{17})\\|([1-9][0-9]{17}|)<([012]?)<([A-Z]{2}[0-9]{13}|[0-9]{10}|)" +
    "<(0[0-9]{9}|)<([0-9]{155}|)<" +
    "v=1<m=([0-9]{6})([12])([012])([0-9]{5})([0-9]{8})([0-9]{8})([0-9]{8})" +
    "(?:<c=([0-9]{4})([12])([0-9]{12}))?(?:<t=([0-9]{8})([0-9]{6}))?$",
);
/** Any layout: what is signed, the slot cut out, and the key id. */
const SIGNED = /^((?:[^|<]*\|){5}(?:[^|<]*<){4})([0-9]{155}|)(<v=[0-9]+<m=([0-9]{6})[^|]*)$/s;
const VERSIONED = /^(?:[^|]*\|){5}(?:[^<|]*<){5}v=[^|]*$/s;
const LIVING = /<t=([0-9]{8})([0-9]{6})$/;

export type SignatureState = "none" | "unsigned" | "valid" | "forged" | "unknown-key";

/** A favourable colour that stands in the code. */
export interface Slot {
  scheme: number;
  colour: "green" | "yellow";
  untilMs: number;
}

export interface Issued {
  document: string;
  name: string;
  born: string;
  qid: string;
  sex: string;
  form: "phone" | "paper";
  number: number;
  assurance: number;
  issuedOn: string;
  expiresOn: string;
  installation: number | null;
  kid: string;
  signed: boolean;
  card: Slot | null;
  /** Which installation's secret the living code names. */
  living: number | null;
}

export interface Verified {
  signature: SignatureState;
  /** Null when the text is not of our present layout. */
  issued: Issued | null;
  expired: boolean;
  /** Valid, of our layout and not expired: all that can be said without the register. */
  good: boolean;
}

/** What a text of our form says by itself; whether it was revoked is another question. */
export async function verifyIssued(
  text: string,
  keys: PublishedKeys | KeySet,
  nowMs: number,
): Promise<Verified> {
  const bare = text.replace(/^[\r\n\t \ufeff]+|[\r\n\t \ufeff]+$/g, "");
  const signature = await signatureOf(bare, keys instanceof KeySet ? keys : new KeySet(keys));
  const issued = parseIssued(bare);
  const today = new Date(nowMs + 7 * 3_600_000).toISOString().slice(0, 10);
  const expired = issued !== null && today > issued.expiresOn;
  return { signature, issued, expired, good: signature === "valid" && !!issued && !expired };
}

/** The fields of a text of our form, or null: it is another's, or breaks the grammar. */
export function parseIssued(text: string): Issued | null {
  const found = ISSUED.exec(text);
  if (found === null) return null;
  const part = (at: number): string => found[at] ?? "";
  const [issuedOn, expiresOn] = [dayOf(part(15)), dayOf(part(16))];
  const card = found[18] === undefined ? null : slotOf(part(18), part(19), part(20));
  if (issuedOn === null || expiresOn === null || card === "malformed") return null;
  const issued: Issued = {
    document: part(1), name: part(2), born: part(3), qid: part(5), sex: part(7),
    form: part(12) === "2" ? "paper" : "phone",
    number: Number(part(14)), assurance: Number(part(13)), issuedOn, expiresOn,
    installation: Number(part(17)) || null,
    kid: part(11), signed: part(10) !== "", card,
    living: found[21] === undefined ? null : Number(part(21)),
  };
  const told = part(6) + part(7) + part(8) + part(9);
  return isWhole(issued, told) ? issued : null;
}

/** Whether the text says that it is of our form, of any layout. */
export function isIssued(text: string): boolean {
  return VERSIONED.test(text);
}

export async function signatureOf(text: string, keys: KeySet): Promise<SignatureState> {
  const found = SIGNED.exec(text.replace(LIVING, ""));
  if (found === null) return "none";
  const [, before = "", digits = "", after = "", kid = ""] = found;
  if (digits === "") return "unsigned";
  const key = await keys.find(kid);
  if (key === null) return "unknown-key";
  const message: Bytes = new TextEncoder().encode(CONTEXT + before + after);
  return (await verifyDigits(key, digits, message)) ? "valid" : "forged";
}

/** What the grammar can't say: a mask that is whole, dates in order, no colour on paper. */
function isWhole(issued: Issued, told: string): boolean {
  const masked = issued.document === MASK;
  const maskedBirth = issued.born.endsWith(MASKED_DAY);
  if (issued.name.length > NAME_LETTERS || issued.number === 0) return false;
  if (masked && (!maskedBirth || told !== "")) return false;
  if (!maskedBirth && dayOf(issued.born.replaceAll("-", "")) === null) return false;
  if (issued.expiresOn < issued.issuedOn) return false;
  return issued.form === "phone" || (issued.card === null && issued.living === null);
}

function slotOf(scheme: string, colour: string, until: string): Slot | "malformed" {
  const day = dayOf(until.slice(0, 8));
  const [hour, minute] = [Number(until.slice(8, 10)), Number(until.slice(10))];
  if (day === null || hour > 23 || minute > 59) return "malformed";
  const untilMs = Date.parse(`${day}T00:00:00Z`) + (60 * hour + minute) * 60_000;
  return { scheme: Number(scheme), colour: colour === "1" ? "green" : "yellow", untilMs };
}
