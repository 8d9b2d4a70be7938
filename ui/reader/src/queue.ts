/**
 * Scans that the platform has not heard of yet: encrypted on this device, sent when it is back.
 *
 * The key can't be read by any program, this page included. What was acknowledged is deleted; the
 * platform knows each scan by its id, so that one sent twice is one scan.
 */

import type { Handling, ScanRequest } from "../../shared/answers";
import { Refused } from "../../shared/api";
import { keep, kept, within } from "./database";

const KEY = "queue-key";
const CIPHER = "AES-GCM";
/** In one request; the platform takes 1,000. */
const BATCH = 250;

/** A scan or what was done after it, as it waits. */
export type Waiting =
  | { kind: "scan"; role: string; request: ScanRequest; code: string }
  | { kind: "handling"; role: string; scanId: string; action: Handling; reason?: string };

interface Sealed {
  /** The scan's id, so that they are sent in order; what was done sorts behind its scan. */
  id: string;
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

interface Acknowledgement {
  scan_id: string;
  status: "accepted" | "duplicate" | "refused";
  code: string | null;
}

/** The calls that a sync needs. */
export interface Sender {
  ask<T>(method: string, path: string, body?: object): Promise<T>;
  handle(scanId: string, action: Handling, reason?: string): Promise<void>;
}

export interface Synced {
  sent: number;
  /** Refused for good, by the platform's codes; they are not kept. */
  refused: string[];
  /** Of other roles: they wait until somebody of that role is signed in. */
  others: number;
}

/** The disk is full: the scan is not kept. */
export class DiskFull extends Error {}

export async function add(waiting: Waiting): Promise<void> {
  const id = waiting.kind === "scan" ? waiting.request.scan_id : `${waiting.scanId}#done`;
  const sealed = await seal(id, waiting);
  try {
    await within("queue", "readwrite", (store) => store.put(sealed));
  } catch (error) {
    if (isFull(error)) throw new DiskFull();
    throw error;
  }
}

export async function remove(...ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  // In one transaction: each waits for the disk.
  await within("queue", "readwrite", (store) => ids.map((id) => store.delete(id)).at(-1)!);
}

/** How many scans wait; what was done after them is not counted. */
export async function count(): Promise<number> {
  const ids = await within("queue", "readonly", (store) => store.getAllKeys());
  return ids.filter((id) => !String(id).endsWith("#done")).length;
}

/** Whether nothing at all waits: no scan, and nothing that was done after one. */
export async function isEmpty(): Promise<boolean> {
  return (await within("queue", "readonly", (store) => store.count())) === 0;
}

/** A scan that still waits here, opened. */
export async function waitingScan(id: string): Promise<Waiting | null> {
  const sealed = (await within("queue", "readonly", (store) => store.get(id))) as
    | Sealed
    | undefined;
  return sealed ? open(sealed) : null;
}

/** Whether this scan still waits here. */
export async function has(id: string): Promise<boolean> {
  return (await within("queue", "readonly", (store) => store.count(id))) > 0;
}

/**
 * Send what waits, oldest first, in batches; what fails on the way stays for the next time.
 * Only one page of this browser sends at a time.
 */
export async function sync(sender: Sender, role: string): Promise<Synced> {
  const done: Synced = { sent: 0, refused: [], others: 0 };
  await navigator.locks.request("motma-sync", async () => {
    let after = "";
    for (;;) {
      const sealed = await next(after);
      if (sealed.length === 0) return;
      after = sealed.at(-1)?.id ?? after;
      const opened = await Promise.all(sealed.map(open));
      const mine = opened.filter((one) => one.role === role);
      done.others += opened.length - mine.length;
      await send(sender, mine, done);
    }
  });
  return done;
}

async function send(sender: Sender, waiting: Waiting[], done: Synced): Promise<void> {
  const scans = waiting.filter((one) => one.kind === "scan");
  if (scans.length > 0) {
    const body = { scans: scans.map(({ request, code }) => ({ ...request, code })) };
    const path = "/v1/scans:batch";
    const { results } = await sender.ask<{ results: Acknowledgement[] }>("POST", path, body);
    for (const { status, code } of results) {
      if (status === "refused") done.refused.push(code ?? status);
      else done.sent += 1;
    }
    await remove(...results.map(({ scan_id }) => scan_id));
  }
  for (const one of waiting) {
    if (one.kind !== "handling") continue;
    await sender.handle(one.scanId, one.action, one.reason).catch((error: unknown) => {
      const final = error instanceof Refused && ![401, 429].includes(error.status);
      if (!final) throw error; // of a scan that was refused there is nothing to record
    });
    await remove(`${one.scanId}#done`);
  }
}

function next(after: string): Promise<Sealed[]> {
  const range = after === "" ? null : IDBKeyRange.lowerBound(after, true);
  return within("queue", "readonly", (store) => store.getAll(range, BATCH)) as Promise<Sealed[]>;
}

async function seal(id: string, waiting: Waiting): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(waiting));
  const how = { name: CIPHER, iv, additionalData: new TextEncoder().encode(id) };
  return { id, iv, data: await crypto.subtle.encrypt(how, await queueKey(), plain) };
}

async function open({ id, iv, data }: Sealed): Promise<Waiting> {
  const how = { name: CIPHER, iv, additionalData: new TextEncoder().encode(id) };
  const plain = await crypto.subtle.decrypt(how, await queueKey(), data);
  return JSON.parse(new TextDecoder().decode(plain)) as Waiting;
}

let key: Promise<CryptoKey> | undefined;

function queueKey(): Promise<CryptoKey> {
  return (key ??= navigator.locks.request("motma-queue-key", loadKey));
}

async function loadKey(): Promise<CryptoKey> {
  const known = await kept<CryptoKey>(KEY);
  if (known) return known;
  const use: KeyUsage[] = ["encrypt", "decrypt"];
  const fresh = await crypto.subtle.generateKey({ name: CIPHER, length: 256 }, false, use);
  await keep({ [KEY]: fresh });
  return fresh;
}

function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
