/** The enrolled device as this browser keeps it: its id and its unreadable key, in IndexedDB. */

export interface Device {
  deviceId: string;
  organisation: string;
  key: CryptoKeyPair;
}

const STORE = "device";
const ONLY = "this";

export async function loadDevice(): Promise<Device | undefined> {
  return run<Device | undefined>("readonly", (store) => store.get(ONLY));
}

export async function saveDevice(device: Device): Promise<void> {
  await run("readwrite", (store) => store.put(device, ONLY));
}

export async function forgetDevice(): Promise<void> {
  await run("readwrite", (store) => store.delete(ONLY));
}

async function run<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, mode);
    const request = act(transaction.objectStore(STORE));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result as T;
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("motma", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
