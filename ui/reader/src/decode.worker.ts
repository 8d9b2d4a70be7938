/** Finds QR codes in pictures, away from the page's own thread. */

import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

// Without this the library would ask a host that is not ours for its wasm file.
prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });

/** Two are enough to know that it is not one; what can't be decoded is wanted too. */
const OPTIONS: ReaderOptions = {
  formats: ["QRCode"],
  tryHarder: true,
  maxNumberOfSymbols: 2,
  returnErrors: true,
};

export interface Job {
  id: number;
  picture: ImageData | Blob;
}

export interface Found {
  id: number;
  texts: string[];
  /** Something that looks like a QR code and could not be decoded. */
  unread: boolean;
}

self.onmessage = async ({ data }: MessageEvent<Job>): Promise<void> => {
  let texts: string[] = [];
  let unread = false;
  try {
    const symbols = await readBarcodes(data.picture, OPTIONS);
    texts = [...new Set(symbols.filter((each) => each.isValid).map((each) => each.text))];
    unread = symbols.some((each) => !each.isValid);
  } catch {
    // A file that is no picture has no code in it.
  }
  self.postMessage({ id: data.id, texts, unread } satisfies Found);
};
