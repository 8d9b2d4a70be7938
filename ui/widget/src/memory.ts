/** The last text on this device, in IndexedDB, only where the app asked for it. */

import type { Card, Living, State } from "../ma-qr";
import type { PublishedKeys } from "../../shared/offline/es256";

const DATABASE = "ma-qr";
const STORE = "kept";

/** What an element needs without any network. */
export interface Kept {
  signed: string;
  full: string;
  state: State;
  living: Living | null;
  card: Card | null;
  keys: PublishedKeys | null;
  savedAt: string;
}

export async function keep(name: string, kept: Kept): Promise<void> {
  await inStore("readwrite", (store) => store.put(kept, name));
}

export async function recall(name: string): Promise<Kept | undefined> {
  return inStore("readonly", (store) => store.get(name) as IDBRequest<Kept | undefined>);
}

export async function drop(name: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(name));
}

async function inStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      // The request may succeed in a transaction that is then undone by a full disk.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
