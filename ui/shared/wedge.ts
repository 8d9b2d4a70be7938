/**
 * Keys from a handheld reader: a fast burst that ends with Enter, as the browser reports them.
 *
 * Where an input method works through composition, the browser still names the physical key of
 * each press. Those names are the reader's own words, whatever the method made of them.
 */

/** People type slower than this; readers type faster. Milliseconds between two keys. */
const FASTEST_TYPIST_MS = 45;

/** Shorter bursts can be a person rolling over the keyboard. */
const SHORTEST_BURST = 6;

/** A gap after which a new text begins. Milliseconds. */
const NEW_TEXT_MS = 1_000;

export interface Press {
  key: string;
  code: string;
  shift: boolean;
  capsLock: boolean;
  atMs: number;
}

/** What the keys of one text say about it. */
export interface Burst {
  /** Too fast for a person: a reader typed it. */
  fast: boolean;
  /** An input method took keys: what arrived is its own words. */
  composed: boolean;
  /** Something deleted letters in between, as methods do that replace text; no reader does. */
  takenBack: boolean;
  /** The text that the physical keys spell on the US layout; null if one has no name. */
  byKeys: string | null;
  /** The same as if Caps Lock were off, as readers think it is. */
  unlocked: string | null;
  /** The former, only where a key did not give its own letter. */
  spelled: string | null;
}

export class Wedge {
  private presses: Press[] = [];

  /** Note a press; the caller passes Enter to `finish` instead. */
  note(press: Press): void {
    const last = this.presses.at(-1);
    if (last && press.atMs - last.atMs > NEW_TEXT_MS) this.presses = [];
    if (!MODIFIERS.has(press.key)) this.presses.push(press);
  }

  /** At Enter: what its keys say about the text. */
  finish(): Burst {
    const presses = this.presses;
    this.presses = [];
    const typed = presses.filter(({ key }) => key !== BACK);
    return {
      fast: isBurst(presses),
      composed: presses.some(({ key }) => key === "Process" || key === "Unidentified"),
      takenBack: typed.length < presses.length,
      byKeys: spell(typed),
      spelled: typed.some(wasIntercepted) ? spell(typed) : null,
      unlocked: spell(typed.map((press) => ({ ...press, capsLock: false }))),
    };
  }

  /** Whether the keys up to now come too fast for a person. */
  get bursting(): boolean {
    return isBurst(this.presses);
  }
}

/** Whether a key may be part of a text, or says something about one. */
export function isOfText(key: string): boolean {
  return key.length === 1 || ["Process", "Unidentified", "Dead", BACK].includes(key);
}

const BACK = "Backspace";

const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "CapsLock", "AltGraph"]);

function isBurst(presses: Press[]): boolean {
  const first = presses[0];
  const last = presses.at(-1);
  if (!first || !last || presses.length < SHORTEST_BURST) return false;
  return (last.atMs - first.atMs) / (presses.length - 1) <= FASTEST_TYPIST_MS;
}

/** Under composition browsers call the key “Process” (or nothing); its code stays the real one. */
function wasIntercepted({ key }: Press): boolean {
  return key === "Process" || key === "Unidentified" || /^[^\x00-\x7f]$/.test(key);
}

/** What the physical keys spell on the US layout that readers use; null if one has no name. */
function spell(presses: Press[]): string | null {
  if (presses.length === 0) return null;
  let text = "";
  for (const press of presses) {
    const character = characterOf(press);
    if (character === null) return null;
    text += character;
  }
  return text;
}

function characterOf({ code, shift, capsLock }: Press): string | null {
  if (/^Key[A-Z]$/.test(code)) {
    const letter = code.slice(3);
    return shift !== capsLock ? letter : letter.toLowerCase();
  }
  const pair = /^Digit\d$/.test(code) ? DIGITS[Number(code.slice(5))] : (OTHERS[code] ?? pad(code));
  return pair === undefined ? null : (pair[shift ? 1 : 0] ?? null);
}

function pad(code: string): string | undefined {
  return /^Numpad\d$/.test(code) ? code.slice(6).repeat(2) : undefined;
}

/** Unshifted and shifted characters of the US layout. */
const DIGITS = ["0)", "1!", "2@", "3#", "4$", "5%", "6^", "7&", "8*", "9("];
const OTHERS: Record<string, string> = {
  Space: "  ",
  Minus: "-_",
  Equal: "=+",
  BracketLeft: "[{",
  BracketRight: "]}",
  Backslash: "\\|",
  Semicolon: ";:",
  Quote: "'\"",
  Backquote: "`~",
  Comma: ",<",
  Period: ".>",
  Slash: "/?",
};

/** The key that types a character on the US layout; null when it takes another layout. */
export function keyFor(character: string): { code: string; shift: boolean } | null {
  if (/^[a-z]$/i.test(character)) {
    const upper = character.toUpperCase();
    return { code: `Key${upper}`, shift: character === upper };
  }
  const digits = DIGITS.map((pair, at): [string, string] => [`Digit${at}`, pair]);
  for (const [code, pair] of [...digits, ...Object.entries(OTHERS)]) {
    if (pair.includes(character)) return { code, shift: pair[0] !== character };
  }
  return null;
}
