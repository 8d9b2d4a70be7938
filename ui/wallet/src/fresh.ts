/** What the network is for once the stored code is on the screen. */

import { recall } from "./kept";
import { link } from "./link";

export async function refresh(): Promise<void> {
  await link.refresh();
  if (await recall("knocked")) await (await import("./knocking")).knockStill();
}
