/** What this phone keeps, in IndexedDB: signed strings, the living key, and the last card. */

import type { Language } from "../../shared/answers";
import type { PublishedKeys } from "../../shared/offline/es256";
import type { Living } from "../../shared/qr/living";
import type { CardAnswer } from "./answers";

/** The code of one person on this phone. */
export interface Kept {
  /** `me`, or the id of a dependant. */
  id: string;
  /** The signed text, the same in every app, without its living part. */
  masked: string;
  /** The same in full; a dependant's has none. */
  full: string | null;
  /** Its key makes codes here and can be read by nobody, not even this page. */
  living: Living | null;
  /** By the platform's clock, milliseconds. */
  keptAt: number;
  renewAt: number;
  card: CardAnswer | null;
  cardAt: number | null;
}

/** Small things beside the codes. */
export interface Remembered {
  /** The running session; its token is made anew from the device's key. */
  session: string;
  /** Milliseconds to add to this phone's clock to get the platform's. */
  clock: number;
  demo: boolean;
  /** Items of the inbox that were not read on any device. */
  unread: number;
  /** For the worker, which says in words what knocks at a closed wallet. */
  language: Language;
  /** Whether the person wants to be knocked at on this phone. */
  knocked: boolean;
  /** Public keys of scanners' own codes, to check one without a network. */
  readerKeys: PublishedKeys;
  /** The largest checkpoint of the log that this phone saw, by size and root. */
  log: { size: number; root: string };
  /** The keys that the log's checkpoints were signed with when one was last checked. */
  logKeys: string[];
}

const PEOPLE = "people";
const SMALL = "small";
type Store = typeof PEOPLE | typeof SMALL;

export function everybody(): Promise<Kept[]> {
  return run(PEOPLE, "readonly", (store) => store.getAll() as IDBRequest<Kept[]>);
}

export async function keep(kept: Kept): Promise<void> {
  await run(PEOPLE, "readwrite", (store) => store.put(kept));
}

export async function drop(id: string): Promise<void> {
  await run(PEOPLE, "readwrite", (store) => store.delete(id));
}

export function recall<Name extends keyof Remembered>(
  name: Name,
): Promise<Remembered[Name] | undefined> {
  return run(SMALL, "readonly", (store) => store.get(name));
}

export async function remember<Name extends keyof Remembered>(
  name: Name,
  value: Remembered[Name],
): Promise<void> {
  await run(SMALL, "readwrite", (store) => store.put(value, name));
}

/** Forget everything: this phone shows nobody's code any more. */
export async function forgetAll(): Promise<void> {
  await run(PEOPLE, "readwrite", (store) => store.clear());
  await run(SMALL, "readwrite", (store) => store.clear());
}

async function run<T>(
  name: Store,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  const database = await opened();
  const transaction = database.transaction(name, mode);
  const request = act(transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result as T);
    transaction.onabort = () => reject(transaction.error);
  });
}

let opening: Promise<IDBDatabase> | undefined;

/** One connection for the page: opening takes longer than reading. */
function opened(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("motma-wallet", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(PEOPLE, { keyPath: "id" });
      request.result.createObjectStore(SMALL);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}
