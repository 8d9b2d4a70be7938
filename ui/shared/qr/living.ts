/** The living code, `<t=` and fourteen digits, made without a network: docs/qr-format.md. */

const TOKEN = /<t=[0-9]{14}$/;

/** Milliseconds of a step. */
export const STEP_MS = 30_000;

export interface Living {
  /** Which secret it is, 0 to 99,999,999. */
  name: number;
  /** HMAC with SHA-256, good for `sign`; need not be extractable. */
  key: CryptoKey;
}

/** The secret as a key that no script can read again. */
export async function importSecret(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
}

/** The text without its living code: the string that is the same in every app. */
export function stripLiving(text: string): string {
  return text.replace(TOKEN, "");
}

/** The text with a fresh living code in place of any earlier one. */
export async function attach(text: string, { name, key }: Living, atMs: number): Promise<string> {
  const bare = stripLiving(text);
  const written = new TextEncoder().encode(bare);
  const message = new Uint8Array(8 + written.length);
  new DataView(message.buffer).setBigInt64(0, BigInt(Math.floor(atMs / STEP_MS)));
  message.set(written, 8);
  const digest = new DataView(await crypto.subtle.sign("HMAC", key, message));
  // Dynamic truncation. Source: RFC 4226 §5.3.
  const code = (digest.getUint32(digest.getUint8(31) & 15) & 0x7fffffff) % 1_000_000;
  return `${bare}<t=${String(name).padStart(8, "0")}${String(code).padStart(6, "0")}`;
}

/** Milliseconds until the code changes. */
export function untilNextStep(atMs: number): number {
  return STEP_MS - (((atMs % STEP_MS) + STEP_MS) % STEP_MS);
}
