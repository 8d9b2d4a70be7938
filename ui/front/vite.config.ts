import { page } from "../shared/building/page.mts";

// The page has no script; its words are filled in by `web/front.py`.
export default page("front");
