/** Keeps the screen on while the code is shown, where the browser can. */

/** Begin; tells whether it is kept now, and again when that changes. Ends with what it returns. */
export function stayAwake(tell: (kept: boolean) => void): () => void {
  let lock: WakeLockSentinel | null = null;
  let ended = false;

  async function ask(): Promise<void> {
    if (document.hidden || ended) return;
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    if (ended) void lock?.release();
    else tell(lock !== null);
  }

  // The browser takes the lock away whenever the page is hidden.
  document.addEventListener("visibilitychange", ask);
  void ask();
  return () => {
    ended = true;
    document.removeEventListener("visibilitychange", ask);
    void lock?.release();
  };
}
