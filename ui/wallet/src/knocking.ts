/** Web Push on this phone: on or off, and made anew where the platform's key is another.
 *
 * What is pushed is a heading and a number; the worker says it in words (`knock.js`).
 */

import * as kept from "./kept";
import { asAnybody, link } from "./link";

/** Whether this browser can be knocked at; an iPhone's only once the page was installed. */
export function able(): boolean {
  return "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
}

export async function knockHere(): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new DOMException("not allowed", "NotAllowedError");
  }
  await subscribe();
  await kept.remember("knocked", true);
}

export async function knockNoMore(): Promise<void> {
  await kept.remember("knocked", false);
  await link.ask("POST", "/v1/me/push:remove");
  const registration = await navigator.serviceWorker.ready;
  await (await registration.pushManager.getSubscription())?.unsubscribe();
}

/** Said again whenever the wallet opens: a subscription may have ended without anybody's doing. */
export async function knockStill(): Promise<void> {
  if (able() && (await kept.recall("knocked")) && Notification.permission === "granted") {
    await subscribe();
  }
}

async function subscribe(): Promise<void> {
  const { public_key } = await asAnybody<{ public_key: string }>("/v1/push/key");
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  const bound = before?.options.applicationServerKey ?? null;
  const fits = bound !== null && base64url(bound) === public_key;
  if (before && !fits) await before.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: public_key };
  const now = before && fits ? before : await pushManager.subscribe(options);
  const [p256dh, auth] = [now.getKey("p256dh"), now.getKey("auth")];
  if (p256dh === null || auth === null) throw new DOMException("no keys", "NotSupportedError");
  const body = { endpoint: now.endpoint, p256dh: base64url(p256dh), auth: base64url(auth) };
  await link.ask("POST", "/v1/me/push", body);
}

function base64url(data: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(data));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
