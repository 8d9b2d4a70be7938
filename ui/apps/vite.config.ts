import { page } from "../shared/building/page.mts";

// The page has no script; its words and the list are filled in by `web/apps_page.py`.
export default page("apps");
