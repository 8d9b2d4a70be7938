/** The wallet's line to the platform: loaded after the code is on the screen, never before. */

import { Api, Refused, Unreachable } from "../../shared/api";
import type { Enrolment } from "../../shared/answers";
import { forgetDevice, loadDevice, saveDevice } from "../../shared/device";
import { newDeviceKey, prove, publicJwk } from "../../shared/dpop";
import { importSecret, type Living } from "../../shared/qr/living";
import type { CardAnswer, CodeAnswer, Inbox, LivingAnswer, Notice } from "./answers";
import * as kept from "./kept";
import { count, renews } from "./noticing";
import { read } from "./reading";
import { ME, screen } from "./screen";

/** This browser's device among those of other pages. */
const SLOT = "wallet";

class Link {
  readonly api = new Api(location.origin);
  private opening: Promise<void> | undefined;

  /** Any operation of the person, signed in by the device's key where that is still to do. */
  async ask<T>(method: string, path: string, body?: object): Promise<T> {
    try {
      await (this.opening ??= this.open());
      const answer = await this.again<T>(method, path, body);
      screen.tell({ trouble: null });
      return answer;
    } catch (error) {
      this.opening = this.api.token ? this.opening : undefined;
      if (error instanceof Unreachable) screen.tell({ trouble: "no-network" });
      if (error instanceof Refused && error.code === "access.device-lost") await this.over();
      throw error;
    }
  }

  /** A new device of the person whom this one-time code is for; their code is fetched at once. */
  async activate(code: string, label: string): Promise<void> {
    const key = await newDeviceKey();
    await this.api.platform();
    await this.enrolled(key, await this.api.enrol(key, code, label));
  }

  /** Another way to the same: `path` answers as enrolling does. */
  async enrolBy(path: string, body: object, label: string): Promise<void> {
    const key = await newDeviceKey();
    const whole = { ...body, public_jwk: await publicJwk(key), label };
    await this.enrolled(key, await asAnybody<Enrolment>(path, whole));
  }

  /** The whole answer: for files, and for lists whose next page stands in a header. */
  async raw(method: string, path: string, body?: object): Promise<Response> {
    await this.ask("GET", "/v1/me/dependants"); // signs in, and renews the token where that is due
    const { device, token } = this.api;
    if (!device || !token) throw new Unreachable();
    const url = location.origin + path;
    const issuedAt = Math.floor(this.api.now() / 1000);
    const proof = await prove(device.key, { method, url, issuedAt, token: token.value });
    return sent(method, path, body, { Authorization: `DPoP ${token.value}`, DPoP: proof });
  }

  /** A page of a list, and the path of the next one. */
  async page<T>(path: string): Promise<{ answer: T; next: string | null }> {
    const response = await this.raw("GET", path);
    const next = /<([^>]+)>; *rel="next"/.exec(response.headers.get("Link") ?? "")?.[1] ?? null;
    return { answer: (await response.json()) as T, next };
  }

  /** Bring the stored code up to date where that is due; `force` when it must be another one. */
  async refresh(force = false): Promise<void> {
    const card = await this.ask<CardAnswer>("GET", "/v1/me/card");
    const mine = (await kept.everybody()).find((each) => each.id === ME);
    const renewing = await this.notices(mine?.keptAt ?? 0);
    const now = this.api.now();
    const old = mine && read(mine.masked);
    const turned = old && card.colour !== (old.colour ?? card.colour);
    if (force || !mine?.full || renewing || turned || now >= mine.renewAt) {
      await this.fetchCode(card);
    } else {
      await kept.keep({ ...mine, card, cardAt: now });
    }
    await screen.load();
  }

  async leave(): Promise<void> {
    await forgetDevice(SLOT);
    await kept.forgetAll();
    this.api.device = this.api.token = this.api.sessionId = undefined;
    this.opening = undefined;
    screen.tell({ trouble: null });
    await screen.load();
  }

  private async fetchCode(card: CardAnswer): Promise<void> {
    const masked = await this.ask<CodeAnswer>("GET", "/v1/me/code");
    const full = await this.ask<CodeAnswer>("GET", "/v1/me/code?full=1");
    const living = await this.living();
    const now = this.api.now();
    await kept.keep({
      id: ME,
      masked: masked.signed,
      full: full.signed,
      living,
      keptAt: now,
      renewAt: Date.parse(masked.renew_at),
      card,
      cardAt: now,
    });
  }

  private async living(): Promise<Living | null> {
    const { name, secret } = await this.ask<LivingAnswer>("GET", "/v1/me/living");
    return { name, key: await importSecret(bytesOf(secret)) };
  }

  /** Count what is new; says whether something of it ended the stored code. */
  private async notices(keptAtMs: number): Promise<boolean> {
    const notices = await this.ask<Notice[]>("GET", "/v1/me/notices");
    await count((await this.ask<Inbox>("GET", "/v1/me/inbox")).unread);
    return renews(notices, keptAtMs);
  }

  private async enrolled(key: CryptoKeyPair, enrolment: Enrolment): Promise<void> {
    const device = { deviceId: enrolment.device_id, organisation: SLOT, key };
    await saveDevice(device, SLOT);
    await kept.forgetAll(); // whoever used this phone before
    this.opening = undefined;
    await this.refresh(true);
    void navigator.storage?.persist?.();
  }

  private async open(): Promise<void> {
    this.api.device = await loadDevice(SLOT);
    const platform = await this.api.platform();
    const offset = this.api.now() - Date.now();
    screen.tell({ offsetMs: offset, demo: platform.demo });
    await kept.remember("clock", offset);
    await kept.remember("demo", platform.demo);
    this.api.sessionId = await kept.recall("session");
    if (this.api.sessionId === undefined) await this.signIn();
  }

  private async signIn(): Promise<void> {
    const { session_id } = await this.api.signIn();
    await kept.remember("session", session_id);
  }

  private async again<T>(method: string, path: string, body?: object): Promise<T> {
    try {
      return await this.api.ask<T>(method, path, body);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "access.session-ended") throw error;
      await this.signIn();
      return this.api.ask<T>(method, path, body);
    }
  }

  /** The platform ended this phone: what it showed must not be shown as good any longer. */
  private async over(): Promise<void> {
    await this.leave();
    screen.tell({ trouble: "ended" });
  }
}

/** Ask what needs no sign-in; null posts without a body. */
export async function asAnybody<T>(path: string, body?: object | null): Promise<T> {
  const response = await sent(body === undefined ? "GET" : "POST", path, body ?? undefined);
  return response.json() as Promise<T>;
}

async function sent(
  method: string,
  path: string,
  body?: object,
  more: Record<string, string> = {},
): Promise<Response> {
  const headers = body === undefined ? more : { "Content-Type": "application/json", ...more };
  const request = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
  const response = await fetch(path, request).catch(() => {
    throw new Unreachable();
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { code?: string };
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  throw new Refused(problem.code ?? "unexpected", response.status, Number.isNaN(wait) ? null : wait);
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export const link = new Link();
