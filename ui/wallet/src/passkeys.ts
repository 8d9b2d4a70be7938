/** Passkeys: one is made on a wallet, and brings the wallet to another phone.
 *
 * What is asked and answered is WebAuthn's own JSON, handed on as it is. The phone checks who holds
 * it; no fingerprint and no face ever comes here.
 */

import { asAnybody, link } from "./link";

interface Asked<Options> {
  challenge_id: string;
  public_key: Options;
}

/** Whether this browser has passkeys at all; those before 2024 lack one of these. */
export function able(): boolean {
  return "PublicKeyCredential" in globalThis && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

export async function add(label: string): Promise<void> {
  const path = "/v1/me/passkeys:begin";
  const asked = await link.ask<Asked<PublicKeyCredentialCreationOptionsJSON>>("POST", path, {
    label,
  });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked.public_key);
  const credential = told(await navigator.credentials.create({ publicKey }));
  await link.ask("POST", "/v1/me/passkeys", { challenge_id: asked.challenge_id, credential });
}

/** Make this phone a wallet of whoever has the passkey. */
export async function enter(label: string): Promise<void> {
  const path = "/v1/sign-ins/passkeys:begin";
  const asked = await asAnybody<Asked<PublicKeyCredentialRequestOptionsJSON>>(path, null);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.public_key);
  const credential = told(await navigator.credentials.get({ publicKey }));
  const body = { challenge_id: asked.challenge_id, credential };
  await link.enrolBy("/v1/sign-ins/passkeys:finish", body, label);
}

function told(credential: Credential | null): ReturnType<PublicKeyCredential["toJSON"]> {
  if (credential === null) throw new DOMException("no credential", "NotAllowedError");
  return (credential as PublicKeyCredential).toJSON();
}
