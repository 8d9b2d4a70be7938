/** Proof that this device holds its key: one signed statement per request (RFC 9449). */

import { base64url, randomBytes } from "./encoding";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;

export interface PublicJwk {
  kty: "EC";
  crv: "P-256";
  x: string;
  y: string;
}

export interface Proof {
  method: string;
  /** Absolute; query and fragment are dropped, as `htu` demands. */
  url: string;
  /** Seconds since 1970 by the platform's clock. */
  issuedAt: number;
  /** The access token this proof goes with, if any. */
  token?: string;
}

/** A key pair whose private half can sign but can never be read, not even by this page. */
export function newDeviceKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
}

export async function publicJwk(pair: CryptoKeyPair): Promise<PublicJwk> {
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty: "EC", crv: "P-256", x: jwk.x ?? "", y: jwk.y ?? "" };
}

export async function prove(pair: CryptoKeyPair, proof: Proof): Promise<string> {
  const url = new URL(proof.url);
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: await publicJwk(pair) };
  const payload = {
    jti: base64url(randomBytes(16)),
    htm: proof.method,
    htu: url.origin + url.pathname,
    iat: proof.issuedAt,
    ...(proof.token === undefined ? {} : { ath: await digest(proof.token) }),
  };
  const signed = `${part(header)}.${part(payload)}`;
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    pair.privateKey,
    new TextEncoder().encode(signed),
  );
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return base64url(new Uint8Array(hash));
}

function part(value: object): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)));
}
