/** One device and the shift on it: who is signed in, where, for what; and which page shows. */

import type { Grant, Place, Platform, Purpose, Reader, SessionAnswer } from "../../shared/answers";
import { Api, Refused, Unreachable } from "../../shared/api";
import { forgetDevice, loadDevice, saveDevice, type Device } from "../../shared/device";
import { newDeviceKey } from "../../shared/dpop";

export type Page = "loading" | "unreachable" | "enrol" | "sign-in" | "post" | "scan";
export type Notice = "sessionEnded" | "deviceLost";

/** What a reload needs to go on; the token is not in it, the device's key makes a new one. */
interface Resumable {
  sessionId: string;
  reader: Reader;
  purposes: Purpose[];
  places: Place[];
  /** Empty when the policy could not be read: then nothing is left out, the platform decides. */
  grants: Grant[];
}

interface Post {
  place: string;
  purpose: string;
}

const SESSION = "motma.session";
const POST = "motma.post";

class Shift {
  readonly api = new Api(location.origin);
  page = $state<Page>("loading");
  notice = $state<Notice | null>(null);
  platform = $state<Platform | null>(null);
  device = $state.raw<Device | null>(null);
  session = $state.raw<Resumable | null>(null);
  place = $state.raw<Place | null>(null);
  purpose = $state.raw<Purpose | null>(null);
  /** Kept for this shift only; empty where no case is needed. */
  caseNumber = $state("");
  caseNeeded = $state(false);
  private renewal: ReturnType<typeof setTimeout> | undefined;

  async open(): Promise<void> {
    this.page = "loading";
    const device = await loadDevice();
    this.device = device ?? null;
    this.api.device = device;
    try {
      this.platform = await this.api.platform();
    } catch {
      this.page = "unreachable";
      return;
    }
    const kept = sessionStorage.getItem(SESSION);
    if (!device) this.page = "enrol";
    else if (kept === null) this.page = "sign-in";
    else await this.resume(JSON.parse(kept) as Resumable);
  }

  async enrol(code: string, label: string): Promise<void> {
    const key = await newDeviceKey();
    const answer = await this.api.enrol(key, code, label);
    const organisation = answer.organisation?.name ?? "";
    const device: Device = { deviceId: answer.device_id, organisation, key };
    await saveDevice(device);
    this.device = device;
    this.api.device = device;
    this.notice = null;
    this.page = "sign-in";
  }

  async signIn(login: string, pin: string): Promise<void> {
    const answer: SessionAnswer = await this.api.signIn(login, pin);
    const { session_id: sessionId, reader, purposes, places } = answer;
    const policy = await this.api.policy().catch(() => null);
    const grants = policy?.roles[reader.role]?.grants ?? [];
    this.notice = null;
    this.keep({ sessionId, reader, purposes, places, grants });
  }

  choosePost(place: Place, purpose: Purpose): void {
    this.place = place;
    this.purpose = purpose;
    const post: Post = { place: place.place_id, purpose: purpose.purpose };
    localStorage.setItem(POST, JSON.stringify(post));
    this.page = "scan";
  }

  /** The checkpoint that this device last stood at, as far as the reader may still use it. */
  rememberedPost(): Post {
    const kept = localStorage.getItem(POST);
    return kept === null ? { place: "", purpose: "" } : (JSON.parse(kept) as Post);
  }

  async signOut(): Promise<void> {
    this.leave("sign-in", null);
    // The device is handed on either way: an unreachable platform ends the session by its clock.
    await this.api.signOut().catch(() => undefined);
  }

  async removeDevice(): Promise<void> {
    await forgetDevice();
    this.device = null;
    this.api.device = undefined;
    this.leave("enrol", null);
  }

  /** React to a refusal that leads to another page; false when it is for the caller to show. */
  async fellOut(error: unknown): Promise<boolean> {
    if (!(error instanceof Refused)) return false;
    if (error.code === "scan.case-needed") {
      this.caseNeeded = true;
      this.page = "post";
      return true;
    }
    if (error.status !== 401) return false;
    if (error.code === "access.device-lost") {
      await this.removeDevice();
      this.notice = "deviceLost";
    } else {
      this.leave("sign-in", "sessionEnded");
    }
    return true;
  }

  private async resume(kept: Resumable): Promise<void> {
    this.api.sessionId = kept.sessionId;
    try {
      await this.api.renew();
    } catch (error) {
      if (error instanceof Unreachable) this.page = "unreachable";
      else if (!(await this.fellOut(error))) this.leave("sign-in", "sessionEnded");
      return;
    }
    this.keep(kept);
  }

  private keep(session: Resumable): void {
    this.session = session;
    this.caseNeeded = session.reader.needs_case ?? false;
    sessionStorage.setItem(SESSION, JSON.stringify(session));
    this.planRenewal();
    const post = this.rememberedPost();
    const place = session.places.find((each) => each.place_id === post.place);
    const purpose = session.purposes.find((each) => each.purpose === post.purpose);
    if (place && purpose && !this.caseNeeded) this.choosePost(place, purpose);
    else this.page = "post";
  }

  /** Renew at half of the token's life, so that no scan has to wait for it. */
  private planRenewal(): void {
    clearTimeout(this.renewal);
    const expires = this.api.token?.expiresAtMs ?? 0;
    const wait = Math.max((expires - this.api.now()) / 2, 5_000);
    this.renewal = setTimeout(() => void this.renewNow(), wait);
  }

  private async renewNow(): Promise<void> {
    try {
      await this.api.renew();
    } catch (error) {
      if (await this.fellOut(error)) return;
    }
    if (this.session) this.planRenewal();
  }

  private leave(page: Page, notice: Notice | null): void {
    clearTimeout(this.renewal);
    sessionStorage.removeItem(SESSION);
    this.session = null;
    this.caseNumber = "";
    this.notice = notice;
    this.page = page;
  }
}

export const shift = new Shift();
