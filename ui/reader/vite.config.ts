import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// The platform serves this page at /reader/ under `default-src 'none'`: everything is a file of
// our own, so nothing may be inlined as a data: URL.
export default defineConfig({
  base: "/reader/",
  plugins: [svelte()],
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
