/** What a failed form says: the network, too many tries, or what was wrong with the entries. */

import { Refused } from "../../shared/api";
import type { Messages } from "../../shared/messages";

export function problemText(error: unknown, words: Messages, wrong: string): string {
  if (!(error instanceof Refused)) return words.problem.offlineForm;
  if (error.status === 429) return words.problem.busyForm(error.retryAfterS ?? 5);
  return error.status < 500 ? `${wrong} (${error.code})` : words.problem.form(error.code);
}
