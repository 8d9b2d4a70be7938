/** Who is at this desk for records: nobody yet, a machine without a shift, or a registrar. */

import { Api, Refused } from "../../shared/api";
import { forgetDevice, loadDevice, saveDevice } from "../../shared/device";
import { newDeviceKey } from "../../shared/dpop";
import { speech } from "../../shared/language.svelte";
import { allWords } from "./words";

export type Page = "loading" | "unreachable" | "enter" | "sign-in" | "desk";

/** Apart from the reader's device: one browser may hold both. */
const SLOT = "corrections";

class Visit {
  readonly api = new Api(location.origin);
  page = $state<Page>("loading");
  demo = $state(false);

  async open(): Promise<void> {
    this.page = "loading";
    this.api.device = await loadDevice(SLOT);
    try {
      this.demo = (await this.api.platform()).demo;
      this.page = this.api.device === undefined ? "enter" : "sign-in";
    } catch {
      this.page = "unreachable";
    }
  }

  async enrol(code: string): Promise<void> {
    const key = await newDeviceKey();
    const enrolled = await this.api.enrol(key, code, "corrections");
    if (enrolled.kind === "wallet") throw new Refused(WALLETS, 409, null);
    const device = { deviceId: enrolled.device_id, organisation: "", key };
    await saveDevice(device, SLOT);
    this.api.device = device;
    this.page = "sign-in";
  }

  async signIn(login: string, pin: string): Promise<void> {
    await this.api.signIn(login, pin);
    this.page = "desk";
  }

  /** The shift is over; the machine stays enrolled. */
  async signOut(): Promise<void> {
    this.page = "sign-in";
    await this.api.signOut().catch(() => undefined); // unreachable: its clock ends the session
  }

  /** React to a refusal that leads to another page; false when it is for the caller to show. */
  async fellOut(error: unknown): Promise<boolean> {
    if (!(error instanceof Refused) || error.status !== 401) return false;
    this.page = "sign-in";
    if (error.code === "access.device-lost") {
      await forgetDevice(SLOT);
      this.api.device = undefined;
      this.page = "enter";
    }
    return true;
  }
}

/** The code of a person's wallet was entered at a desk. */
const WALLETS = "access.code-of-a-wallet";

export const visit = new Visit();

/** What a failure says; `wrong` is what the entries of a form did. */
export function failure(error: unknown, wrong?: string): string {
  const words = allWords[speech.language];
  if (!(error instanceof Refused)) return speech.words.problem.offlineForm;
  if (error.code === WALLETS) return words.enter.wallet;
  if (error.status === 429) return speech.words.problem.busyForm(error.retryAfterS ?? 5);
  const said = error.status < 500 ? (wrong ?? words.failed) : words.failed;
  return `${said} (${error.code})`;
}
