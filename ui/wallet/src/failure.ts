/** What a failure says to a person; `wrong` is what the entries of a form did. */

import { Refused } from "../../shared/api";
import { failureWords } from "./failure.words";
import { tongue } from "./tongue";
import { allWords } from "./words";

export function failure(error: unknown, wrong?: string): string {
  const words = allWords[tongue.language].problem;
  // The phone's own sheet was closed, or had nothing to offer: WebAuthn never says which.
  if (error instanceof DOMException) return words.cancelled;
  if (!(error instanceof Refused)) return words.offline;
  if (error.status === 429) return words.busy(error.retryAfterS ?? 60);
  const known = failureWords[tongue.language][error.code];
  if (known !== undefined) return known;
  return wrong === undefined ? words.refused(error.code) : `${wrong} (${error.code})`;
}
