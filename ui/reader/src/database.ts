/** What a gate keeps on this device between scans: the snapshot and its trust, and the queue. */

const NAME = "motma-gate";
const VERSION = 1;

export type Store = "kept" | "queue";

/** One transaction over one store; resolves once it is on the disk. */
export async function within<T>(
  store: Store,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await (opened ??= open());
  const transaction = database.transaction(store, mode, { durability: "strict" });
  const request = act(transaction.objectStore(store));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    // A full disk aborts here, not at the request.
    transaction.onabort = () => reject(transaction.error ?? request.error);
  });
  return request.result;
}

export async function kept<T>(name: string): Promise<T | undefined> {
  return (await within("kept", "readonly", (store) => store.get(name))) as T | undefined;
}

/** Keep all of these, or none where power fails. */
export async function keep(values: Record<string, unknown>): Promise<void> {
  await within("kept", "readwrite", (store) =>
    Object.entries(values).map(([name, value]) => store.put(value, name)).at(-1)!,
  );
}

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      request.result.createObjectStore("queue", { keyPath: "id" });
    };
    request.onsuccess = () => {
      // The browser closes it when a newer page upgrades it or storage is cleared.
      request.result.onclose = request.result.onversionchange = () => {
        request.result.close();
        opened = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}
