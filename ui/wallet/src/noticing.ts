/** Which notices are news to the person, and which of them end the stored code. */

import type { Notice } from "./answers";
import * as kept from "./kept";
import { screen } from "./screen";

/** What happens all the time and asks for nobody's attention. */
const QUIET = new Set(["access.session-begun", "identity.code-issued", "claims.asked"]);

/** After these the stored code is not the one that counts. */
const RENEWING = new Set([
  "identity.replaced",
  "identity.reissued",
  "identity.merged",
  "identity.merge-undone",
  "identity.changed",
]);

export function quiet(notice: Notice): boolean {
  return QUIET.has(notice.kind);
}

/** Whether one of them ended a code that was fetched at this moment. */
export function renews(notices: Notice[], keptAtMs: number): boolean {
  return notices.some((each) => RENEWING.has(each.kind) && Date.parse(each.at) > keptAtMs);
}

/** Count what came since the person last looked. */
export async function count(notices: Notice[]): Promise<void> {
  const before = (await kept.recall("noticed")) ?? "";
  const unread = notices.filter((each) => each.at > before && !quiet(each)).length;
  await kept.remember("unread", unread);
  screen.tell({ unread });
}

/** They were looked at now; gives up to when they had been before. */
export async function seen(notices: Notice[]): Promise<string> {
  const before = (await kept.recall("noticed")) ?? "";
  const newest = notices[0]?.at ?? before;
  await kept.remember("noticed", newest > before ? newest : before);
  await kept.remember("unread", 0);
  screen.tell({ unread: 0 });
  return before;
}
