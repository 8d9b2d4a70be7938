/** What is news to the person, and which of it ends the stored code. */

import type { Notice } from "./answers";
import * as kept from "./kept";
import { screen } from "./screen";

/** After these the stored code is not the one that counts. */
const RENEWING = new Set([
  "identity.replaced",
  "identity.reissued",
  "identity.merged",
  "identity.merge-undone",
  "identity.changed",
]);

/** Whether one of them ended a code that was fetched at this moment. */
export function renews(notices: Notice[], keptAtMs: number): boolean {
  return notices.some((each) => RENEWING.has(each.kind) && Date.parse(each.at) > keptAtMs);
}

/** The number at the foot of the page; kept, so that it stands without a network too. */
export async function count(unread: number): Promise<void> {
  await kept.remember("unread", unread);
  screen.tell({ unread });
}
