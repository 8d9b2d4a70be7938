/** How every page is built: a folder of files of our own, which the platform serves. */

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin, type UserConfig } from "vite";

/** The page is served at /NAME/ under `default-src 'none'`: nothing may be inlined as a data: URL. */
export function page(name: string, plugins: Plugin[] = []): UserConfig {
  return defineConfig({
    base: `/${name}/`,
    plugins: [svelte(), ...plugins],
    worker: { format: "es" },
    build: {
      outDir: process.env["MOTMA_UI_OUT"] ?? `../../src/motma/web/static/${name}`,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      target: "es2022",
      modulePreload: { polyfill: false },
    },
    server: { proxy: { "/v1": process.env["MOTMA_URL"] ?? "http://127.0.0.1:8000" } },
  });
}
