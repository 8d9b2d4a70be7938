/** The published keys of the one origin that the app named; nothing else is ever asked. */

import { KeySet, type PublishedKeys } from "../../shared/offline/es256";

const PATH = "/.well-known/jwks.json";

/** Milliseconds for which fetched keys are used without asking again. */
const FRESH_MS = 300_000;
/** A page that waits longer shows “unverified” meanwhile, and tries again on the next text. */
const PATIENCE_MS = 10_000;

const fetched = new Map<string, { atMs: number; keys: Promise<PublishedKeys> }>();

/** The origin if it may be asked: HTTPS, or this machine. */
export function originOf(given: string): string | null {
  try {
    const { origin, protocol, hostname } = new URL(given);
    const local = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
    return protocol === "https:" || (protocol === "http:" && local) ? origin : null;
  } catch {
    return null;
  }
}

/** The key set as published; rejects without a network. */
export async function publishedKeys(origin: string, nowMs: number): Promise<PublishedKeys> {
  const known = fetched.get(origin);
  if (known && nowMs - known.atMs < FRESH_MS) return known.keys;
  const keys = ask(origin);
  fetched.set(origin, { atMs: nowMs, keys });
  keys.catch(() => fetched.delete(origin));
  return keys;
}

export function keySetOf(keys: PublishedKeys): KeySet {
  return new KeySet(keys);
}

async function ask(origin: string): Promise<PublishedKeys> {
  const answer = await fetch(origin + PATH, {
    credentials: "omit",
    referrerPolicy: "no-referrer",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const keys: unknown = answer.ok ? await answer.json() : null;
  if (!isKeySet(keys)) throw new TypeError("no key set");
  return keys;
}

function isKeySet(value: unknown): value is PublishedKeys {
  return typeof value === "object" && value !== null && "keys" in value && Array.isArray(value.keys);
}
