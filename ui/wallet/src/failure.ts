/** What a failure says to a person; `wrong` is what the entries of a form did. */

import { Refused } from "../../shared/api";
import { tongue } from "./tongue";
import { allWords } from "./words";

export function failure(error: unknown, wrong?: string): string {
  const words = allWords[tongue.language].problem;
  if (!(error instanceof Refused)) return words.offline;
  if (error.status === 429) return words.busy(error.retryAfterS ?? 60);
  return wrong === undefined ? words.refused(error.code) : `${wrong} (${error.code})`;
}
