import { page } from "../shared/building/page.mts";

// The page has no script; its words and its answer are filled in by `web/check_page.py`.
export default page("check");
