/** What no text of any family may hold; as codec/screening.py. */

/** Bytes of the largest QR symbol. Source: ISO/IEC 18004, table 7. */
const MAX_BYTES = 2953;

const EDGES = /^[\r\n\t \ufeff]+|[\r\n\t \ufeff]+$/g;
/** Controls, bidirectional and invisible format characters, line separators. */
const HIDDEN = new RegExp(
  "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e" +
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]",
  "u",
);
const SURROGATE = /[\ud800-\udfff]/u;
/** How UTF-8 of Vietnamese letters looks when each byte became one character. */
const MOJIBAKE = /[\u00c3-\u00c6\u00e1-\u00e2][\u0080-\u00bf\u0152-\u2122]/;

/** What keyboards and readers add at the ends. */
export function withoutEdges(text: string): string {
  return text.replace(EDGES, "");
}

/** Whether the text as a whole can be of no family: empty, too long, hidden or broken letters. */
export function isSpoiled(text: string): boolean {
  if (text === "" || SURROGATE.test(text)) return true;
  return new TextEncoder().encode(text).length > MAX_BYTES || isMojibake(text) || HIDDEN.test(text);
}

/** Whether it is UTF-8 that was read as Latin-1 or Windows-1252. */
export function isMojibake(text: string): boolean {
  if (!MOJIBAKE.test(text)) return false;
  const bytes: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    const byte = code < 256 ? code : WESTERN.get(letter);
    if (byte === undefined) return false;
    bytes.push(byte);
  }
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(Uint8Array.from(bytes)) !== text;
  } catch {
    return false;
  }
}

/** The letters that Windows-1252 has in the place of Latin-1's second controls. */
const WESTERN = new Map(
  Array.from({ length: 32 }, (_, at): [string, number] => {
    const byte = 0x80 + at;
    return [new TextDecoder("windows-1252").decode(Uint8Array.of(byte)), byte];
  }),
);
