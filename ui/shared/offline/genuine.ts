/** A scanner's own code: made by the reader page, checked by a wallet without the network. */

import { base64url } from "../encoding";
import { KeySet, verifyRaw, type Bytes, type PublishedKeys } from "./es256";

const STATEMENT = "motma.reader-statement.v1\n";
const SCREEN = "motma.reader-screen.v1\n";
const STEP_S = 30;
const STEPS_AROUND = 1;
const HEAD_BYTES = 58;

const TEXT = new RegExp(
  "^(https?://[0-9A-Za-z.:-]{1,100}/r/1\\.([0-9A-Za-z_-]{80,200}))\\.([0-9A-Za-z_-]{86})" +
    "\\.([0-9]{1,12})\\.([0-9A-Za-z_-]{86})$",
);

/** What a role may see, one bit each, the lowest first; the platform's policy has the same order. */
const FIELDS = [
  "masked_name", "full_name", "birth_year", "birth", "sex", "nationality", "documents", "bhyt",
  "phones", "address", "card", "card_reasons", "records",
] as const;

const PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Why a text is not genuine: none of ours, not signed by us or by its device, or an old one. */
export type NotGenuine = "not-one" | "unknown-key" | "forged" | "expired";

export type Genuine =
  | { genuine: false; reason: NotGenuine }
  | {
      genuine: true;
      organisation: string;
      place: string;
      /** As the policy names it, such as `checkpoint`. */
      role: string;
      sees: string[];
      validUntilMs: number;
    };

/** Whether a text looks like a scanner's code, to be checked at all. */
export function looksLikeReader(text: string): boolean {
  return /^https?:\/\/[^/]+\/r\/1\./.test(text.trim());
}

/** What the text proves; only the platform knows whether device and shift still stand. */
export async function checkReader(
  raw: string,
  keys: PublishedKeys,
  nowMs: number,
): Promise<Genuine> {
  const text = raw.trim();
  const found = TEXT.exec(text);
  const [, signed = "", packed = "", signature = "", step = "", proof = ""] = found ?? [];
  const said = found && statementOf(packed);
  if (!said) return { genuine: false, reason: "not-one" };
  const key = await new KeySet(keys).find(said.kid);
  if (key === null) return { genuine: false, reason: "unknown-key" };
  const device = await new KeySet({ keys: [said.device] }).find("");
  const whole = text.slice(0, text.lastIndexOf("."));
  const proven =
    device !== null &&
    (await verifyRaw(key, fromBase64url(signature), bytesOf(STATEMENT + signed))) &&
    (await verifyRaw(device, fromBase64url(proof), bytesOf(SCREEN + whole)));
  if (!proven) return { genuine: false, reason: "forged" };
  const steps = Math.abs(stepOf(nowMs) - Number(step));
  if (steps > STEPS_AROUND || nowMs > said.endsMs) return { genuine: false, reason: "expired" };
  const { organisation, place, role, sees, endsMs } = said;
  return { genuine: true, organisation, place, role, sees, validUntilMs: endsMs };
}

/** The text for the screen now; `statement` is what the platform gave, `key` the device's. */
export async function screenText(
  statement: string,
  key: CryptoKey,
  atMs: number,
): Promise<string> {
  const unsigned = `${statement}.${stepOf(atMs)}`;
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const proof = await crypto.subtle.sign(algorithm, key, bytesOf(SCREEN + unsigned));
  return `${unsigned}.${base64url(new Uint8Array(proof))}`;
}

/** Milliseconds until the text must be made again. */
export function untilNextStep(atMs: number): number {
  return STEP_S * 1000 - (atMs % (STEP_S * 1000));
}

function stepOf(atMs: number): number {
  return Math.floor(atMs / (STEP_S * 1000));
}

function statementOf(packed: string) {
  const data = fromBase64url(packed);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const lines = new TextDecoder().decode(data.subarray(HEAD_BYTES)).split("\n");
  const [role, organisation, place] = lines;
  const device = data.length > HEAD_BYTES && lines.length === 3 && keyOf(data.subarray(0, 33));
  if (!device || !role || organisation === undefined || place === undefined) return null;
  const kid = (view.getUint8(49) << 16) | view.getUint16(50);
  const mask = view.getUint16(56);
  return {
    device, role, organisation, place,
    kid: String(kid).padStart(6, "0"),
    endsMs: view.getUint32(52) * 1000,
    sees: FIELDS.filter((_, at) => (mask >> at) & 1) as string[],
  };
}

/** The key of a compressed point (SEC 1 v2, §2.3.4); null when it is none. */
function keyOf(point: Bytes) {
  const sign = point[0] ?? 0;
  const x = numberOf(point.subarray(1));
  if ((sign !== 2 && sign !== 3) || x >= PRIME) return null;
  const square = (((x * x - 3n) * x + B) % PRIME + PRIME) % PRIME;
  const root = power(square, (PRIME + 1n) / 4n); // as PRIME is 3 modulo 4
  if ((root * root) % PRIME !== square) return null;
  const y = root % 2n === BigInt(sign - 2) ? root : PRIME - root;
  return { kty: "EC", crv: "P-256", kid: "", x: coordinate(x), y: coordinate(y) };
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

function coordinate(value: bigint): string {
  const hex = value.toString(16).padStart(64, "0");
  const bytes = Uint8Array.from({ length: 32 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
  return base64url(bytes);
}

function numberOf(bytes: Bytes): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function bytesOf(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function fromBase64url(text: string): Bytes {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
