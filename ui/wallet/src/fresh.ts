/** What the network is for once the stored code is on the screen. */

import { recall } from "./kept";
import { link } from "./link";
import { keepTheRest } from "./rest";

export async function refresh(): Promise<void> {
  await link.refresh();
  keepTheRest();
  if (await recall("knocked")) await (await import("./knocking")).knockStill();
}
