/** Reads questions as JSON on standard input, and answers them as a browser's gate would. */

import { readFileSync } from "node:fs";
import { checkReader, screenText } from "../../../ui/shared/offline";
import { applyDelta, decide, insistUsable } from "../../../ui/shared/offline";
import { readSnapshot, SnapshotRefused } from "../../../ui/shared/offline";
import { verifyIssued, type Place, type PublishedKeys, type Snapshot } from "../../../ui/shared/offline";

interface Asked {
  trusted: PublishedKeys;
  files: string[];
  /** Each makes one more file, numbered behind the whole ones. */
  deltas: { base: number; file: string }[];
  codes: { file: number; text: string; place: Place; atMs: number }[];
  issued: { text: string; keys: PublishedKeys; atMs: number }[];
  readers: { text: string; keys: PublishedKeys; atMs: number }[];
  screens: { statement: string; secret: JsonWebKey; atMs: number }[];
  usable: { file: number; nowMs: number; seenMs: number | null }[];
}

type Opened = Snapshot | string;

async function opened(file: string, trusted: PublishedKeys): Promise<Opened> {
  const data = Uint8Array.from(Buffer.from(file, "base64"));
  return refusal(() => readSnapshot(data, trusted));
}

async function continued(base: Opened, file: string): Promise<Opened> {
  if (typeof base === "string") return base;
  return refusal(() => applyDelta(base, Uint8Array.from(Buffer.from(file, "base64")), asked.trusted));
}

async function refusal<T>(act: () => T | Promise<T>): Promise<T | string> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof SnapshotRefused) return error.code;
    throw error;
  }
}

function signing(secret: JsonWebKey): Promise<CryptoKey> {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  return crypto.subtle.importKey("jwk", secret, curve, false, ["sign"]);
}

const asked = JSON.parse(readFileSync(0, "utf-8")) as Asked;
const files = await Promise.all(asked.files.map((file) => opened(file, asked.trusted)));
for (const { base, file } of asked.deltas) files.push(await continued(files[base]!, file));
const snapshot = (at: number): Snapshot => files[at] as Snapshot;

const answer = {
  files: files.map((file) => (typeof file === "string" ? file : "accepted")),
  codes: await Promise.all(
    asked.codes.map(({ file, text, place, atMs }) =>
      typeof files[file] === "string" ? null : decide(snapshot(file), text, place, atMs),
    ),
  ),
  issued: await Promise.all(
    asked.issued.map(({ text, keys, atMs }) => verifyIssued(text, keys, atMs)),
  ),
  readers: await Promise.all(
    asked.readers.map(({ text, keys, atMs }) => checkReader(text, keys, atMs)),
  ),
  screens: await Promise.all(
    asked.screens.map(async ({ statement, secret, atMs }) =>
      screenText(statement, await signing(secret), atMs),
    ),
  ),
  usable: await Promise.all(
    asked.usable.map(async ({ file, nowMs, seenMs }) =>
      (await refusal(() => insistUsable(snapshot(file), nowMs, seenMs))) ?? "usable",
    ),
  ),
};
process.stdout.write(JSON.stringify(answer));
