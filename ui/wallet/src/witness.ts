/** This phone's own memory of the log: a log that shrinks or changes its past is found out. */

import * as kept from "./kept";
import { asAnybody } from "./link";
import { signedBy, type LogKeys, type Signed } from "./logkeys";
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

/** Judge by the published keys, and remember them: a key can't be slipped in without being seen. */
export async function judgeSignature(note: string): Promise<Signed> {
  const published = await asAnybody<LogKeys>("/v1/audit/keys");
  const known = (await kept.recall("logKeys")) ?? published.log;
  const signed = await signedBy(note, published, known);
  if (signed === "signed" || signed === "new-key") await kept.remember("logKeys", published.log);
  return signed;
}
