import { fileURLToPath } from "node:url";
import { offline } from "../shared/building/offline.mts";
import { page } from "../shared/building/page.mts";

/** Not on everybody's first visit but in an idle moment after it: pages that need the network for
 * what they do, with the parts that only they use. */
const LATER = [
  ["Records", "Reads", "Scanner", "More", "Connect", "OtherEntry"],
  ["Notices", "Family", "Print", "Leaked", "Devices", "Apps", "Entry", "Move", "Data"],
  ["Appeal", "Said", "connect.words", "reads.words", "passkeys", "knocking", "filming", "decoder"],
].flat();

const KNOCK = fileURLToPath(new URL("./src/knock.js", import.meta.url));

export default page("wallet", [
  offline({
    page: "wallet",
    more: KNOCK,
    still: ["icon.svg", "manifest.webmanifest"],
    later: new RegExp(`assets/(${LATER.join("|")})-`),
    // What reads pictures: 1 MB that only those need who check a scanner.
    large: /\.wasm$|decode\.worker/,
  }),
]);
