/** Who works at this desk: the device, the registrar's shift, and which page shows. */

import type { SessionAnswer } from "../../shared/answers";
import { Api, Refused, Unreachable } from "../../shared/api";
import { forgetDevice, loadDevice, saveDevice } from "../../shared/device";
import { newDeviceKey } from "../../shared/dpop";
import { speech } from "../../shared/language.svelte";
import { allWords } from "./words";

export type Page = "loading" | "unreachable" | "enrol" | "sign-in" | "desk";

/** Apart from the other pages' devices: one browser may hold all of them. */
const SLOT = "desk";
const SESSION = "motma.desk-session";
const ROLE = "registrar";

class Desk {
  readonly api = new Api(location.origin);
  page = $state<Page>("loading");
  demo = $state(false);
  login = $state("");
  /** Why somebody is back at the sign-in: a key of `words.notice`. */
  notice = $state<"ended" | "lost" | "role" | null>(null);

  async open(): Promise<void> {
    this.page = "loading";
    this.api.device = await loadDevice(SLOT);
    try {
      this.demo = (await this.api.platform()).demo;
      if (this.api.device === undefined) this.page = "enrol";
      else await this.resume();
    } catch (error) {
      if (!(await this.fellOut(error))) this.page = "unreachable";
    }
  }

  async enrol(code: string, label: string): Promise<void> {
    const key = await newDeviceKey();
    const enrolled = await this.api.enrol(key, code, label);
    if (enrolled.kind === "wallet") throw new Refused("access.code-refused", 409, null);
    const device = { deviceId: enrolled.device_id, organisation: "", key };
    await saveDevice(device, SLOT);
    this.api.device = device;
    this.notice = null;
    this.page = "sign-in";
  }

  async signIn(login: string, pin: string): Promise<void> {
    const answer: SessionAnswer = await this.api.signIn(login, pin);
    if (answer.reader.role !== ROLE) {
      await this.api.signOut();
      this.notice = "role";
      return;
    }
    // The log-in is the clerk's own; nothing of anybody who comes to the desk is ever kept.
    sessionStorage.setItem(SESSION, JSON.stringify({ id: answer.session_id, login }));
    this.begin(login);
  }

  async signOut(): Promise<void> {
    this.leave(null);
    await this.api.signOut().catch(() => undefined); // unreachable: its clock ends the session
  }

  /** React to a refusal that leads to another page; false when it is for the caller to show. */
  async fellOut(error: unknown): Promise<boolean> {
    if (!(error instanceof Refused) || error.status !== 401) return false;
    const lost = error.code === "access.device-lost";
    if (lost) {
      await forgetDevice(SLOT);
      this.api.device = undefined;
    }
    this.leave(lost ? "lost" : "ended");
    return true;
  }

  private async resume(): Promise<void> {
    const kept = sessionStorage.getItem(SESSION);
    if (kept === null) {
      this.page = "sign-in";
      return;
    }
    const { id, login } = JSON.parse(kept) as { id: string; login: string };
    this.api.sessionId = id;
    await this.api.renew();
    this.begin(login);
  }

  private begin(login: string): void {
    this.login = login;
    this.notice = null;
    this.page = "desk";
  }

  private leave(notice: "ended" | "lost" | null): void {
    sessionStorage.removeItem(SESSION);
    this.login = "";
    this.notice = notice;
    this.page = this.api.device === undefined ? "enrol" : "sign-in";
  }
}

export const desk = new Desk();

/** What a failure says in plain words; `wrong` is what the entries of a form did. */
export function failure(error: unknown, wrong?: string): string {
  const words = allWords[speech.language];
  if (error instanceof Unreachable) return speech.words.problem.offlineForm;
  if (!(error instanceof Refused)) return `${words.failed} (${String(error)})`;
  if (error.status === 429) return speech.words.problem.busyForm(error.retryAfterS ?? 5);
  if (error.status >= 500) return `${words.failed} (${error.code})`; // not what was typed
  const family = error.code.split(".")[0] ?? "";
  const known = words.problem[error.code] ?? words.problem[family] ?? wrong ?? words.failed;
  return `${known} (${error.code})`;
}
