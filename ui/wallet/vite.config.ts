import { fileURLToPath } from "node:url";
import { offline } from "../shared/building/offline.mts";
import { page } from "../shared/building/page.mts";

/** Kept once they were opened, not on everybody's first visit: pages that need the network anyway
 * with the parts that only they use, and what reads pictures, which is large. */
const LATER = [
  ["Records", "Reads", "Scanner", "More", "Connect", "OtherEntry"],
  ["Notices", "Family", "Print", "Leaked", "Devices", "Apps", "Entry", "Move", "Data"],
  ["Said", "connect.words", "reads.words", "passkeys", "knocking", "filming", "decoder"],
].flat();

const KNOCK = fileURLToPath(new URL("./src/knock.js", import.meta.url));

export default page("wallet", [
  offline({
    page: "wallet",
    more: KNOCK,
    still: ["icon.svg", "manifest.webmanifest"],
    later: new RegExp(`\\.wasm$|decode\\.worker|assets/(${LATER.join("|")})-`),
  }),
]);
