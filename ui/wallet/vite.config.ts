import { offline } from "../shared/building/offline.mts";
import { page } from "../shared/building/page.mts";

/** Kept once they were opened, not on everybody's first visit: pages that need the network anyway,
 * and what reads pictures, which is large. */
const LATER = new RegExp(
  "\\.wasm$|decode\\.worker|" +
    "assets/(Records|Reads|Entry|Devices|Data|Print|Leaked|Move|Notices|Family|OtherEntry|Scanner)-",
);

export default page("wallet", [
  offline({ page: "wallet", still: ["icon.svg", "manifest.webmanifest"], later: LATER }),
]);
