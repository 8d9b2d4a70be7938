/** The enrolled device as this browser keeps it: its id and its unreadable key, in IndexedDB. */

export interface Device {
  deviceId: string;
  organisation: string;
  key: CryptoKeyPair;
}

const STORE = "device";
/** The reader's; other pages of this browser are other devices, in slots of their own. */
const READER = "this";

export async function loadDevice(slot = READER): Promise<Device | undefined> {
  return run<Device | undefined>("readonly", (store) => store.get(slot));
}

export async function saveDevice(device: Device, slot = READER): Promise<void> {
  await run("readwrite", (store) => store.put(device, slot));
}

export async function forgetDevice(slot = READER): Promise<void> {
  await run("readwrite", (store) => store.delete(slot));
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
