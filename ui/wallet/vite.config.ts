import { svelte } from "@sveltejs/vite-plugin-svelte";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** Kept once they were opened, not on everybody's first visit: pages that need the network anyway,
 * and what reads pictures, which is large. */
const LATER = new RegExp(
  "\\.wasm$|decode\\.worker|" +
    "assets/(Records|Reads|Entry|Devices|Data|Print|Leaked|Move|Notices|Family|OtherEntry|Scanner)-",
);

/** Writes the service worker with the list of files that it keeps, named after their content. */
function offline(): Plugin {
  const source = fileURLToPath(new URL("./src/offline.js", import.meta.url));
  return {
    name: "motma-offline",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => !LATER.test(name)).sort();
      const version = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
      const kept = JSON.stringify(["./", "./icon.svg", "./manifest.webmanifest", ...files.filter((name) => name !== "index.html")]);
      const head = `const VERSION = "${version}";\nconst FILES = ${kept};\n`;
      const text = readFileSync(source, "utf8");
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + text });
    },
  };
}

// Served at /wallet/ under `default-src 'none'`: everything is a file of our own.
export default defineConfig({
  base: "/wallet/",
  plugins: [svelte(), offline()],
  worker: { format: "es" },
  build: {
    outDir: process.env["MOTMA_UI_OUT"] ?? "../../src/motma/web/static/wallet",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": process.env["MOTMA_URL"] ?? "http://127.0.0.1:8000" } },
});
