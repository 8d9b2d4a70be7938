/** The reader page's queue, for a test to call in a real browser. */

import * as queue from "../../../ui/reader/src/queue";

Object.assign(globalThis, { queue });
