/**
 * What keys give on other keyboards than the US one, for the keys that differ.
 *
 * Source: xkeyboard-config, symbols `gb`, `fr`, `de` and `vn` (basic of each).
 */

/** Of each physical key what it gives without and with Shift; a dead key gives `\u0000`. */
type Layout = Record<string, readonly [plain: string, shifted: string]>;

const DEAD = "\u0000";

function row(prefix: string, names: string, plain: string, shifted: string): Layout {
  const keys = [...names].map((name, at) => [
    prefix + name,
    [[...plain][at] ?? "", [...shifted][at] ?? ""] as const,
  ]);
  return Object.fromEntries(keys) as Layout;
}

export const LAYOUTS = {
  UK: {
    ...row("Digit", "23", "23", '"£'),
    Quote: ["'", "@"],
    Backquote: ["`", "¬"],
    Backslash: ["#", "~"],
  },
  French: {
    ...row("Digit", "1234567890", "&é\"'(-è_çà", "1234567890"),
    ...row("Key", "QWAZ", "azqw", "AZQW"),
    KeyM: [",", "?"],
    Semicolon: ["m", "M"],
    Quote: ["ù", "%"],
    Comma: [";", "."],
    Period: [":", "/"],
    Slash: ["!", "§"],
    Minus: [")", "°"],
    Backslash: ["*", "µ"],
    Backquote: ["²", "~"],
    BracketLeft: [DEAD, DEAD],
    BracketRight: ["$", "£"],
  },
  German: {
    ...row("Digit", "1234567890", "1234567890", '!"§$%&/()='),
    ...row("Key", "YZ", "zy", "ZY"),
    Semicolon: ["ö", "Ö"],
    Quote: ["ä", "Ä"],
    BracketLeft: ["ü", "Ü"],
    BracketRight: ["+", "*"],
    Comma: [",", ";"],
    Period: [".", ":"],
    Slash: ["-", "_"],
    Minus: ["ß", "?"],
    Equal: [DEAD, DEAD],
    Backslash: ["#", "'"],
    Backquote: [DEAD, "°"],
  },
  Vietnamese: {
    ...row("Digit", "1234", "ăâêô", "ĂÂÊÔ"),
    ...row("Digit", "56789", "\u0300\u0309\u0303\u0301\u0323", "%^&*("),
    Digit0: ["đ", "Đ"],
    Equal: ["₫", "+"],
    BracketLeft: ["ư", "Ư"],
    BracketRight: ["ơ", "Ơ"],
  },
} satisfies Record<string, Layout>;

export type LayoutName = keyof typeof LAYOUTS;

/** What a key gives there; `usual` is what the US layout gives; null from a dead key. */
export function given(
  layout: LayoutName,
  key: { code: string; shift: boolean },
  usual: string,
): string | null {
  const pair = (LAYOUTS[layout] as Layout)[key.code];
  const letter = pair === undefined ? usual : (pair[key.shift ? 1 : 0] ?? usual);
  return letter === DEAD ? null : letter;
}
