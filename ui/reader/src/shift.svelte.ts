/** One device and the shift on it: who is signed in, where, for what; and which page shows. */

import type { Grant, Place, Platform, Purpose, Reader, SessionAnswer } from "../../shared/answers";
import { Api, Refused, Unreachable } from "../../shared/api";
import { forgetDevice, loadDevice, saveDevice, type Device } from "../../shared/device";
import { newDeviceKey } from "../../shared/dpop";
import type { Place as Area } from "../../shared/offline";
import { Holding } from "./holding.svelte";
import { Network, within } from "./network.svelte";
import { Sending } from "./sending.svelte";

export type Page = "loading" | "unreachable" | "alone" | "enrol" | "sign-in" | "post" | "scan";
export type Notice = "sessionEnded" | "deviceLost";

/**
 * What a reload needs to go on, also of a closed browser without a network; the token is not in
 * it, the device's key makes a new one.
 */
interface Resumable {
  sessionId: string;
  endsAt: string;
  reader: Reader;
  purposes: Purpose[];
  places: Place[];
  /** Empty when the policy could not be read: then nothing is left out, the platform decides. */
  grants: Grant[];
  /** Whether this reader may choose another checkpoint than the one where the device stands. */
  mayMove: boolean;
  /** Where the device stands; null: nowhere yet, the first scan says it. */
  standsAt: string | null;
}

interface Post {
  place: string;
  purpose: string;
}

const SESSION = "motma.session";
const POST = "motma.post";

/** How long opening the page waits for the platform before the shift goes on without. */
const OPENING_MS = 3_000;
/** The same where there is no shift that could go on: a slow line is better than none. */
const FIRST_OPENING_MS = 12_000;

class Shift {
  readonly api = new Api(location.origin);
  readonly holding = new Holding(() => this.api.now());
  readonly network = new Network(
    () => this.api.platform(),
    () => this.cameBack(),
  );
  readonly sending = new Sending(this.api, this.network);
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
  /** Where codes are only checked, with no shift and nothing recorded. */
  alone = $state.raw<Area | null>(null);
  /** What the scanning page still wants to ask before the scans that wait are sent. */
  settle: (() => Promise<void>) | null = null;
  private renewal: ReturnType<typeof setTimeout> | undefined;

  async open(): Promise<void> {
    this.page = "loading";
    const device = await loadDevice();
    this.device = device ?? null;
    this.api.device = device;
    await this.holding.open();
    const kept = this.keptSession();
    try {
      this.platform = await within(
        this.api.platform(),
        device && kept ? OPENING_MS : FIRST_OPENING_MS,
      );
    } catch {
      this.network.fail();
      if (device && kept) this.keep(kept);
      else this.page = "unreachable";
      return;
    }
    if (!device) this.page = "enrol";
    else if (!kept) this.page = "sign-in";
    else await this.resume(kept);
  }

  /** The area of the checkpoint, or the one that was said where no shift runs. */
  get area(): Area {
    const { province = null, commune = null, kind = null } = this.place ?? {};
    return this.alone ?? { province, commune, kind };
  }

  /** Check codes by what is stored; nothing is recorded, for nobody is on duty. */
  checkAlone(area: Area): void {
    this.alone = area;
    this.page = "scan";
  }

  endAlone(): void {
    this.alone = null;
    void this.open();
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
    const { session_id: sessionId, ends_at: endsAt, reader, purposes, places } = answer;
    const policy = await this.api.policy().catch(() => null);
    const grants = policy?.roles[reader.role]?.grants ?? [];
    this.notice = null;
    const { may_move: mayMove, place_id: standsAt } = answer;
    this.keep({ sessionId, endsAt, reader, purposes, places, grants, mayMove, standsAt });
  }

  choosePost(place: Place, purpose: Purpose): void {
    this.place = place;
    this.purpose = purpose;
    const post: Post = { place: place.place_id, purpose: purpose.purpose };
    localStorage.setItem(POST, JSON.stringify(post));
    this.page = "scan";
    void this.holding.renew(place.province ?? null);
  }

  /** The only checkpoint at which this reader may scan on this device; null: any. */
  get fixedPlace(): string | null {
    return this.session && !this.session.mayMove ? this.session.standsAt : null;
  }

  /** The checkpoints among which the reader may choose: where the device stands, or all. */
  get places(): Place[] {
    const fixed = this.fixedPlace;
    const places = this.session?.places ?? [];
    return places.filter(({ place_id }) => fixed === null || place_id === fixed);
  }

  /** The platform answered a scan: a device that stood nowhere stands here from now on. */
  answered(): void {
    if (this.session === null || this.session.mayMove || this.session.standsAt !== null) return;
    this.session = { ...this.session, standsAt: this.place?.place_id ?? null };
    localStorage.setItem(SESSION, JSON.stringify(this.session));
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
      if (error instanceof Unreachable) this.network.fail();
      else {
        if (!(await this.fellOut(error))) this.leave("sign-in", "sessionEnded");
        return;
      }
    }
    this.keep(kept);
  }

  private keep(session: Resumable): void {
    this.session = session;
    this.api.sessionId = session.sessionId;
    this.caseNeeded = session.reader.needs_case ?? false;
    localStorage.setItem(SESSION, JSON.stringify(session));
    this.planRenewal();
    const post = this.rememberedPost();
    const place = this.places.find((each) => each.place_id === post.place);
    const purpose = session.purposes.find((each) => each.purpose === post.purpose);
    if (place && purpose && !this.caseNeeded) this.choosePost(place, purpose);
    else this.page = "post";
    void this.sending.begin(session.reader.role);
  }

  /** The shift that ran when the page was closed, unless its time is over. */
  private keptSession(): Resumable | null {
    const kept = localStorage.getItem(SESSION);
    const session = kept === null ? null : (JSON.parse(kept) as Resumable);
    if (session && Date.parse(session.endsAt) > this.api.now()) return session;
    localStorage.removeItem(SESSION);
    return null;
  }

  /** The platform answers again: renew what we hold, send what waits. */
  private cameBack(): void {
    if (this.session === null) return;
    void this.holding.renew(this.place?.province ?? null);
    void this.renewNow()
      .then(() => this.settle?.())
      .catch(() => undefined) // they go with the others
      .then(() => this.sending.send());
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
    if (this.session === null) return;
    this.planRenewal();
    void this.holding.renew(this.place?.province ?? null);
  }

  private leave(page: Page, notice: Notice | null): void {
    clearTimeout(this.renewal);
    localStorage.removeItem(SESSION);
    this.sending.end();
    this.session = null;
    this.caseNumber = "";
    this.notice = notice;
    this.page = page;
  }
}

export const shift = new Shift();
