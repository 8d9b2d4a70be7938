import { offline } from "../shared/building/offline.mts";
import { page } from "../shared/building/page.mts";

// A gate that loses the network keeps all of the page: also what reads pictures.
export default page("reader", [
  offline({ page: "reader", still: ["icon.svg", "manifest.webmanifest"] }),
]);
