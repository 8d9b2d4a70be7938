/* Writes beside each built file what a browser is sent instead of it: NAME.br and NAME.gz. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/* Pictures are small already. */
const KINDS = /\.(css|html|js|json|svg|wasm|webmanifest)$/;
/* Below this the headers of an answer weigh more than what is saved. Bytes. */
const LEAST = 512;
/* Above this the last step of quality takes seconds and saves a hundredth. Bytes. */
const LARGE = 500_000;

const folder = process.argv[2];
for (const name of readdirSync(folder, { recursive: true })) {
  if (KINDS.test(name)) compress(join(folder, name));
}

function compress(path) {
  const content = readFileSync(path);
  if (content.length < LEAST) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: content.length > LARGE ? 10 : 11 };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
