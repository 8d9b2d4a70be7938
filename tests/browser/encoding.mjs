// Reads [[text, level], …] as JSON, answers with the symbols that ui/shared/qr draws, or why not.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

// The pages' sources name modules as Vite resolves them, without their ending.
registerHooks({
  resolve: (name, context, next) => next(/^\..*\/\w+$/.test(name) ? `${name}.ts` : name, context),
});
const { encode } = await import("../../ui/shared/qr/encode.ts");

function drawn([text, ecc]) {
  try {
    const { size, version, dark } = encode(text, { ecc });
    const side = Array.from({ length: size }, (_, at) => at);
    return { version, rows: side.map((y) => side.map((x) => Number(dark(x, y))).join("")) };
  } catch (error) {
    if (!error.code) throw error;
    return { problem: error.code };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(drawn)));
