/** Reads the code in a frame, away from the page's own thread. */

import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

// Without this the library would ask a host that is not ours for its wasm file.
prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });

const OPTIONS: ReaderOptions = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };

self.onmessage = async ({ data }: MessageEvent<ImageData>): Promise<void> => {
  const [symbol] = await readBarcodes(data, OPTIONS).catch(() => []);
  self.postMessage(symbol?.isValid ? symbol.text : null);
};
