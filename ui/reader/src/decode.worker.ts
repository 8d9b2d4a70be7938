/** Finds QR codes in pictures, away from the page's own thread. */

import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

// Without this the library would ask a host that is not ours for its wasm file.
prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });

const OPTIONS: ReaderOptions = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };

export interface Job {
  id: number;
  picture: ImageData | Blob;
}

export interface Found {
  id: number;
  text: string | null;
}

self.onmessage = async ({ data }: MessageEvent<Job>): Promise<void> => {
  let text: string | null = null;
  try {
    const [symbol] = await readBarcodes(data.picture, OPTIONS);
    text = symbol !== undefined && symbol.isValid ? symbol.text : null;
  } catch {
    // A file that is no picture has no code in it.
  }
  self.postMessage({ id: data.id, text } satisfies Found);
};
