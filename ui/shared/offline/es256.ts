/** ES256 as our codes carry it: 155 decimal digits, s in the lower half; docs/qr-format.md. */

/** Order of the group of P-256. Source: SEC 2 v2, §2.4.2. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF = 1n << 256n;
const SIGNATURE_BYTES = 64;

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const ALGORITHM = { name: "ECDSA", hash: "SHA-256" } as const;

export type Bytes = Uint8Array<ArrayBuffer>;

/** A published key as it stands in a key set (RFC 7517); `state` is ours. */
export interface PublishedKey {
  kty: string;
  crv?: string;
  kid?: string;
  x?: string;
  y?: string;
  state?: string;
}

export interface PublishedKeys {
  keys: PublishedKey[];
}

/** The keys of a set that may be believed, imported when first asked for. */
export class KeySet {
  private readonly imported = new Map<string, Promise<CryptoKey | null>>();

  constructor(private readonly published: PublishedKeys) {}

  /** The key, or null when it is not here, retired, or no key. */
  find(kid: string): Promise<CryptoKey | null> {
    const known = this.imported.get(kid) ?? this.import(kid);
    this.imported.set(kid, known);
    return known;
  }

  private async import(kid: string): Promise<CryptoKey | null> {
    const key = this.published.keys.find((one) => one.kid === kid && one.crv === "P-256");
    if (!key || key.state === "retired" || key.x === undefined || key.y === undefined) return null;
    const jwk = { kty: "EC", crv: "P-256", x: key.x, y: key.y };
    return crypto.subtle.importKey("jwk", jwk, CURVE, true, ["verify"]).catch(() => null);
  }
}

/** The 64 bytes behind the digits, or null when (r, s) is outside what an honest signer makes. */
export function fromDigits(digits: string): Bytes | null {
  const both = BigInt(digits);
  const [r, s] = [both / HALF, both % HALF];
  return inRange(r, s) ? bytesOf(both) : null;
}

export async function verifyDigits(
  key: CryptoKey,
  digits: string,
  message: Bytes,
): Promise<boolean> {
  const signature = fromDigits(digits);
  return signature !== null && crypto.subtle.verify(ALGORITHM, key, signature, message);
}

/** Whether raw r ‖ s is the key's signature; s may be in either half, as signers leave it. */
export async function verifyRaw(
  key: CryptoKey,
  signature: Bytes,
  message: Bytes,
): Promise<boolean> {
  if (signature.length !== SIGNATURE_BYTES) return false;
  return crypto.subtle.verify(ALGORITHM, key, signature, message);
}

/** Signs, and writes the signature as digits with s in the lower half. */
export async function signDigits(key: CryptoKey, message: Bytes): Promise<string> {
  const raw = new Uint8Array(await crypto.subtle.sign(ALGORITHM, key, message));
  const hex = Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const [r, s] = [BigInt(`0x${hex.slice(0, 64)}`), BigInt(`0x${hex.slice(64)}`)];
  const low = s > ORDER / 2n ? ORDER - s : s;
  return (r * HALF + low).toString().padStart(155, "0");
}

function inRange(r: bigint, s: bigint): boolean {
  return r > 0n && r < ORDER && s > 0n && s <= ORDER / 2n;
}

function bytesOf(both: bigint): Bytes {
  const hex = both.toString(16).padStart(2 * SIGNATURE_BYTES, "0");
  return Uint8Array.from({ length: SIGNATURE_BYTES }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}
