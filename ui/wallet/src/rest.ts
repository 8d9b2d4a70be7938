/** Has the worker keep the pages that were not opened yet, once nobody waits for anything. */

/** For browsers that do not say when they are idle. */
const CALM_MS = 5_000;

/** Not where somebody asked for little data: there each page comes when it is opened. */
export function keepTheRest(): void {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  if (connection?.saveData) return;
  if ("requestIdleCallback" in globalThis) requestIdleCallback(() => void tell());
  else setTimeout(() => void tell(), CALM_MS);
}

async function tell(): Promise<void> {
  const worker = await navigator.serviceWorker?.ready;
  worker?.active?.postMessage("idle");
}
