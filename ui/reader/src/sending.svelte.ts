/** Sends the scans that wait as soon as there is somebody to hear them; says how many wait. */

import type { Api } from "../../shared/api";
import type { Network } from "./network.svelte";
import { count, isEmpty, sync } from "./queue";

/** Rest between two attempts while scans wait. */
const AGAIN_MS = 20_000;

export class Sending {
  waiting = $state(0);
  /** Of other roles: they go when somebody of that role is signed in. */
  others = $state(0);
  refused = $state.raw<string[]>([]);
  private role: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: Api,
    private readonly network: Network,
  ) {}

  /** Somebody is on duty: what waits for their role goes now. */
  async begin(role: string): Promise<void> {
    this.role = role;
    await navigator.storage?.persist?.().catch(() => false); // else the browser may clear it
    await this.recount();
    await this.send();
  }

  end(): void {
    this.role = null;
    this.refused = [];
    clearTimeout(this.timer);
  }

  async recount(): Promise<void> {
    this.waiting = await count().catch(() => 0);
  }

  async send(): Promise<void> {
    clearTimeout(this.timer);
    if (this.role === null) return;
    if (this.network.up && !(await isEmpty().catch(() => true))) {
      try {
        const done = await sync(this.api, this.role);
        this.others = done.others;
        this.refused = [...this.refused, ...done.refused];
      } catch {
        // What was not acknowledged waits for the next time.
      }
      await this.recount();
    }
    this.timer = setTimeout(() => void this.send(), AGAIN_MS);
  }
}
