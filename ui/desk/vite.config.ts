import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// Served at /desk/ under `default-src 'none'`, like the reader's page: nothing is inlined.
export default defineConfig({
  base: "/desk/",
  plugins: [svelte()],
  worker: { format: "es" },
  build: {
    outDir: process.env["MOTMA_UI_OUT"] ?? "../../src/motma/web/static/desk",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": process.env["MOTMA_URL"] ?? "http://127.0.0.1:8000" } },
});
