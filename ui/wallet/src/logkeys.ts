/** Whether the log itself signed a checkpoint (Ed25519). Source: c2sp.org/signed-note. */

export interface LogKeys {
  origin: string;
  /** C2SP verifier keys: `name+hash+base64`. */
  log: string[];
}

/** `new-key`: signed, by a key that this phone did not know at the last check; `untold`: this
 * browser can't check such signatures. */
export type Signed = "signed" | "new-key" | "unsigned" | "untold";

const ED25519 = 1;
const HASH_BYTES = 4;

/** Judge by the published keys; `known` are those that this phone saw before. */
export async function signedBy(
  note: string,
  { origin, log }: LogKeys,
  known: string[],
): Promise<Signed> {
  const cut = note.lastIndexOf("\n\n");
  const text = note.slice(0, cut + 1);
  if (cut < 0 || text.split("\n")[0] !== origin) return "unsigned";
  for (const line of note.slice(cut + 2).split("\n")) {
    const [dash, name, encoded] = line.split(" ");
    if (dash !== "—" || name !== origin || encoded === undefined) continue;
    for (const vkey of log) {
      const good = await holds(text, bytes(encoded), vkey, origin);
      if (good === null) return "untold";
      if (good) return known.includes(vkey) ? "signed" : "new-key";
    }
  }
  return "unsigned";
}

/** Null where the browser knows no Ed25519. */
async function holds(
  text: string,
  signature: Uint8Array<ArrayBuffer>,
  vkey: string,
  origin: string,
): Promise<boolean | null> {
  const [name, hash, ...rest] = vkey.split("+"); // base64 has a plus of its own
  const [kind, ...raw] = bytes(rest.join("+"));
  if (name !== origin || kind !== ED25519) return false;
  if (hex(signature.subarray(0, HASH_BYTES)) !== hash) return false;
  const key = await crypto.subtle
    .importKey("raw", Uint8Array.from(raw), "Ed25519", false, ["verify"])
    .catch(() => null);
  if (key === null) return null;
  const signed = new TextEncoder().encode(text);
  return crypto.subtle.verify("Ed25519", key, signature.slice(HASH_BYTES), signed);
}

function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
