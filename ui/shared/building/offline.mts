/** Gives a page its service worker: one source for all, and the list of files that it keeps. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

export interface Offline {
  /** The page's name, and its folder on the platform. */
  page: string;
  /** Files of `public/` that the page needs without a network. */
  still: string[];
  /** Built files that are kept when the page says that the phone is idle, or once they are opened. */
  later?: RegExp;
  /** Built files that are kept only once they were opened. */
  large?: RegExp;
  /** More of this page's worker, such as what it does with a pushed message: a file's path. */
  more?: string;
}

const SOURCE = fileURLToPath(new URL("./offline.js", import.meta.url));

export function offline({ page, still, later, large, more }: Offline): Plugin {
  return {
    name: "motma-offline",
    generateBundle(_options, bundle) {
      // The built names carry a hash of their content; the page itself is kept as its folder.
      const all = Object.keys(bundle)
        .filter((name) => name.startsWith("assets/") && !large?.test(name))
        .sort();
      const built = all.filter((name) => !later?.test(name));
      const rest = all.filter((name) => later?.test(name));
      const worker = [SOURCE, ...(more ? [more] : [])].map((path) => readFileSync(path, "utf8"));
      const version = createHash("sha256")
        .update([...built, ...worker].join("\n"))
        .digest("hex")
        .slice(0, 12);
      const files = ["./", ...still.map((name) => `./${name}`), ...built];
      const head = Object.entries({ PAGE: page, VERSION: version, FILES: files, LATER: rest })
        .map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`)
        .join("");
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + worker.join("\n") });
    },
  };
}
