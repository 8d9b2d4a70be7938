import { svelte } from "@sveltejs/vite-plugin-svelte";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** Writes the service worker with the list of all files, which are named after their content. */
function offline(): Plugin {
  const source = fileURLToPath(new URL("./src/offline.js", import.meta.url));
  return {
    name: "motma-offline",
    generateBundle(_options, bundle) {
      const built = Object.keys(bundle).filter((name) => name.startsWith("assets/")).sort();
      const files = ["./", "./icon.svg", "./manifest.webmanifest", ...built];
      const version = createHash("sha256").update(built.join("\n")).digest("hex").slice(0, 12);
      const head = `const VERSION = "${version}";\nconst FILES = ${JSON.stringify(files)};\n`;
      const text = readFileSync(source, "utf8");
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + text });
    },
  };
}

// The platform serves this page at /reader/ under `default-src 'none'`: everything is a file of
// our own, so nothing may be inlined as a data: URL.
export default defineConfig({
  base: "/reader/",
  plugins: [svelte(), offline()],
  worker: { format: "es" },
  build: {
    outDir: process.env["MOTMA_UI_OUT"] ?? "../../src/motma/web/static/reader",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": process.env["MOTMA_URL"] ?? "http://127.0.0.1:8000" } },
});
