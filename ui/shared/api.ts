/** The platform's HTTP interface as the pages call it: proofs, tokens, and failures by code. */

import type { Enrolment, Handling, Platform, Policy, Renewal } from "./answers";
import type { ScanAnswer, ScanRequest, SessionAnswer } from "./answers";
import type { Device } from "./device";
import { prove, publicJwk } from "./dpop";

/** How long a request may take before the person is told that the network does not answer. */
const PATIENCE_MS = 15_000;

/** The platform heard the request and declined it; `code` is permanent. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly retryAfterS: number | null,
  ) {
    super(code);
  }
}

/** No answer came: the network, the platform or the patience ended. */
export class Unreachable extends Error {}

export interface Token {
  value: string;
  expiresAtMs: number;
}

export class Api {
  /** Milliseconds to add to this device's clock to get the platform's. */
  private offsetMs = 0;
  private renewing: Promise<Token> | undefined;
  device: Device | undefined;
  sessionId: string | undefined;
  token: Token | undefined;

  constructor(private readonly origin: string) {}

  /** The present by the platform's clock, so that a wrong device clock spoils no proof. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  async platform(): Promise<Platform> {
    const sent = Date.now();
    const platform = await this.call<Platform>("GET", "/v1/platform");
    // Half the journey is the best guess of how old the answer's clock reading is.
    this.offsetMs = Date.parse(platform.time) - (sent + Date.now()) / 2;
    return platform;
  }

  policy(): Promise<Policy> {
    return this.call<Policy>("GET", "/v1/roles");
  }

  async enrol(key: CryptoKeyPair, code: string, label: string): Promise<Enrolment> {
    const body = { code, public_jwk: await publicJwk(key), label };
    return this.call<Enrolment>("POST", "/v1/devices", { body });
  }

  /** A reader's shift; without a log-in a person's own session on their wallet. */
  async signIn(login?: string, pin?: string): Promise<SessionAnswer> {
    const device = this.enrolled();
    const who = login === undefined ? {} : { login, pin };
    const body = { device_id: device.deviceId, ...who };
    const answer = await this.call<SessionAnswer>("POST", "/v1/sessions", { body, proof: true });
    this.sessionId = answer.session_id;
    this.token = kept(answer);
    return answer;
  }

  /** A new token for the running session; calls made meanwhile share one renewal. */
  renew(): Promise<Token> {
    this.renewing ??= this.renewOnce().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  async signOut(): Promise<void> {
    try {
      await this.authorised("DELETE", "/v1/sessions/current");
    } finally {
      this.sessionId = undefined;
      this.token = undefined;
    }
  }

  scan(request: ScanRequest, code: string): Promise<ScanAnswer> {
    return this.authorised<ScanAnswer>("POST", "/v1/scans", { ...request, code });
  }

  scanImage(request: ScanRequest, image: string): Promise<ScanAnswer> {
    return this.authorised<ScanAnswer>("POST", "/v1/scans:image", { ...request, image });
  }

  handle(scanId: string, action: Handling, reason?: string): Promise<void> {
    const body = reason === undefined ? { action } : { action, reason };
    return this.authorised<void>("POST", `/v1/scans/${scanId}/handling`, body);
  }

  /** Any operation of whoever is signed in. */
  ask<T>(method: string, path: string, body?: object): Promise<T> {
    return this.authorised<T>(method, path, body);
  }

  /** A document to print or to keep, of whoever is signed in. */
  file(path: string, body: object): Promise<Blob> {
    return this.authorised<Blob>("POST", path, body, (response) => response.blob());
  }

  private enrolled(): Device {
    if (this.device === undefined) throw new Refused("access.device-lost", 401, null);
    return this.device;
  }

  private async renewOnce(): Promise<Token> {
    const device = this.enrolled();
    const body = { device_id: device.deviceId, session_id: this.sessionId };
    const path = "/v1/sessions:renew";
    this.token = kept(await this.call<Renewal>("POST", path, { body, proof: true }));
    return this.token;
  }

  private async authorised<T>(
    method: string,
    path: string,
    body?: object,
    reading?: Reading<T>,
  ): Promise<T> {
    const live = this.token !== undefined && this.token.expiresAtMs > this.now() + 2_000;
    const token = live && this.token ? this.token : await this.renew();
    const rest = { ...(body && { body }), ...(reading && { reading }), proof: true };
    try {
      return await this.call<T>(method, path, { ...rest, token: token.value });
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "access.token-expired") throw error;
      const fresh = await this.renew();
      return this.call<T>(method, path, { ...rest, token: fresh.value });
    }
  }

  private async call<T>(method: string, path: string, options: CallOptions<T> = {}): Promise<T> {
    try {
      return await this.attempt<T>(method, path, options);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "access.proof-time") throw error;
      await this.platform(); // this device's clock was moved since we compared it
      return this.attempt<T>(method, path, options);
    }
  }

  private async attempt<T>(method: string, path: string, options: CallOptions<T>): Promise<T> {
    const url = this.origin + path;
    const headers = new Headers({ Accept: "application/json" });
    if (options.body !== undefined) headers.set("Content-Type", "application/json");
    if (options.token !== undefined) headers.set("Authorization", `DPoP ${options.token}`);
    if (options.proof === true) {
      const issuedAt = Math.floor(this.now() / 1000);
      const token = options.token === undefined ? {} : { token: options.token };
      headers.set("DPoP", await prove(this.enrolled().key, { method, url, issuedAt, ...token }));
    }
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    const response = await send(url, { method, headers, body, cache: "no-store" });
    return answerOf<T>(response, options.reading ?? ((one) => one.json()));
  }
}

type Reading<T> = (response: Response) => Promise<T>;

interface CallOptions<T> {
  body?: object;
  /** How a good answer is read: as JSON unless something else is said. */
  reading?: Reading<T>;
  proof?: boolean;
  token?: string;
}

async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Unreachable();
  }
}

async function answerOf<T>(response: Response, reading: Reading<T>): Promise<T> {
  if (response.status === 204) return undefined as T;
  if (response.ok) {
    return reading(response).catch(() => {
      throw new Unreachable(); // the network ended in the middle of the answer
    });
  }
  const text = await response.text().catch(() => "");
  // A gateway that answers for a platform that is down is, to the guard, no network.
  if ([502, 503, 504].includes(response.status)) throw new Unreachable();
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  throw new Refused(codeOf(text), response.status, Number.isNaN(wait) ? null : wait);
}

function codeOf(text: string): string {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === "object" && problem !== null && "code" in problem) {
      return String(problem.code);
    }
  } catch {
    // Not a problem document: the status alone has to do.
  }
  return "unexpected";
}

function kept(answer: Renewal): Token {
  return { value: answer.token, expiresAtMs: Date.parse(answer.expires_at) };
}
