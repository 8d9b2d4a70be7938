import { page } from "../shared/building/page.mts";

export default page("corrections");
