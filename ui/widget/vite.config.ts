import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The module under a name that never changes its content, its hash, and the package's folder. */
function published(): Plugin {
  return {
    name: "ma-qr-published",
    generateBundle(_options, bundle) {
      const built = bundle["ma-qr.js"];
      if (built?.type !== "chunk") throw new Error("ma-qr.js was not built");
      const sha384 = createHash("sha384").update(built.code).digest();
      const fileName = `assets/ma-qr-${sha384.toString("hex").slice(0, 12)}.js`;
      const told = { file: fileName, integrity: `sha384-${sha384.toString("base64")}` };
      this.emitFile({ type: "asset", fileName, source: built.code });
      this.emitFile({ type: "asset", fileName: "integrity.json", source: JSON.stringify(told) });
      mkdirSync(here("./dist"), { recursive: true });
      writeFileSync(here("./dist/ma-qr.js"), built.code);
      writeFileSync(here("./dist/ma-qr.d.ts"), readFileSync(here("./ma-qr.d.ts")));
    },
  };
}

// public/ is the example, served at /widget/ under `default-src 'none'`: it is copied as it is.
export default defineConfig({
  base: "/widget/",
  plugins: [published()],
  build: {
    outDir: process.env["MOTMA_UI_OUT"] ?? "../../src/motma/web/static/widget",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { "ma-qr": here("./src/ma-qr.ts") },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name].js" },
    },
  },
});
