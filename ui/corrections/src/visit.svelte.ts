/** Who is on this page: nobody yet, a person on their wallet, or a registrar at a desk. */

import { Api, Refused } from "../../shared/api";
import { forgetDevice, loadDevice, saveDevice } from "../../shared/device";
import { newDeviceKey } from "../../shared/dpop";
import { speech } from "../../shared/language.svelte";
import { allWords } from "./words";

export type Page = "loading" | "unreachable" | "enter" | "sign-in" | "mine" | "desk";

/** Apart from the reader's device: one browser may hold both. */
const SLOT = "corrections";
const WALLET = "wallet";

class Visit {
  readonly api = new Api(location.origin);
  page = $state<Page>("loading");
  demo = $state(false);

  async open(): Promise<void> {
    const device = await loadDevice(SLOT);
    this.api.device = device;
    try {
      this.demo = (await this.api.platform()).demo;
      if (device === undefined) this.page = "enter";
      else if (device.organisation === WALLET) await this.enterWallet();
      else this.page = "sign-in";
    } catch (error) {
      if (error instanceof Refused) await this.leave();
      else this.page = "unreachable";
    }
  }

  async enrol(code: string): Promise<void> {
    const key = await newDeviceKey();
    const enrolled = await this.api.enrol(key, code, "corrections");
    const wallet = enrolled.kind === WALLET;
    const device = { deviceId: enrolled.device_id, organisation: wallet ? WALLET : "", key };
    await saveDevice(device, SLOT);
    this.api.device = device;
    if (wallet) await this.enterWallet();
    else this.page = "sign-in";
  }

  async signIn(login: string, pin: string): Promise<void> {
    await this.api.signIn(login, pin);
    this.page = "desk";
  }

  async leave(): Promise<void> {
    await forgetDevice(SLOT);
    this.api.device = undefined;
    this.api.token = undefined;
    this.page = "enter";
  }

  private async enterWallet(): Promise<void> {
    await this.api.signIn();
    this.page = "mine";
  }
}

export const visit = new Visit();

/** What a failure says; `wrong` is what the entries of a form did. */
export function failure(error: unknown, wrong?: string): string {
  const words = allWords[speech.language];
  if (error instanceof Refused && error.status === 429) return words.tooOften;
  if (error instanceof Refused) return `${wrong ?? words.failed} (${error.code})`;
  return speech.words.problem.offlineForm;
}
