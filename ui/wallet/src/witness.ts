/** This phone's own memory of the log: a log that shrinks or changes its past is found out. */

import * as kept from "./kept";
import type { Checked } from "./proof";

/** `first`: nothing to compare with yet. */
export type Compared = "first" | "continued" | "forked";

export async function compare(found: Checked): Promise<Compared> {
  const before = await kept.recall("log");
  const now = { size: found.size, root: found.root };
  if (before === undefined) {
    await kept.remember("log", now);
    return "first";
  }
  const rewritten = before.size === now.size && before.root !== now.root;
  if (rewritten || now.size < before.size) return "forked";
  await kept.remember("log", now);
  return "continued";
}
