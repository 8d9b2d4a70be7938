/**
 * What Vietnamese input methods make of keys: a small model of Telex and of VNI.
 *
 * It follows UniKey with free marking and without spell checking, one word at a time: marks find
 * their letter anywhere earlier in the word, and the same mark typed again takes it back.
 */

export type Method = "Telex" | "VNI";

/** Combining marks, as NFD writes them. */
const TONES: Record<Method, Record<string, string>> = {
  Telex: { s: "\u0301", f: "\u0300", r: "\u0309", x: "\u0303", j: "\u0323" },
  VNI: { "1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323" },
};
const CIRCUMFLEX = "\u0302";
const BREVE = "\u0306";
const HORN = "\u031b";
const STROKE = "\u0335"; // our own stand-in: NFD leaves đ whole

interface Letter {
  base: string;
  mark: string;
}

interface Word {
  letters: Letter[];
  tone: string;
}

type Mark = readonly [mark: string, onto: string];

/** Which mark a key asks for, and the letters that can carry it. */
function marksOf(method: Method, key: string): readonly Mark[] {
  if (method === "Telex") {
    if ("aeo".includes(key)) return [[CIRCUMFLEX, key]];
    if (key === "d") return [[STROKE, "d"]];
    return key === "w" ? [[HORN, "uo"], [BREVE, "a"]] : [];
  }
  const vni: Record<string, readonly Mark[]> = {
    "6": [[CIRCUMFLEX, "aeo"]],
    "7": [[HORN, "uo"]],
    "8": [[BREVE, "a"]],
    "9": [[STROKE, "d"]],
  };
  return vni[key] ?? [];
}

/** The text that appears when these keys are typed with the method on. */
export function typed(method: Method, keys: string): string {
  return keys.replace(wordsOf(method), (word) => typedWord(method, word));
}

/** Matches what the method treats as one word. */
export function wordsOf(method: Method): RegExp {
  return method === "Telex" ? /[\p{L}\p{M}]+/gu : /[\p{L}\p{M}][\p{L}\p{M}\d]*/gu;
}

/** Keys that can mean something else than themselves. */
export function specialKeys(method: Method): string {
  return method === "Telex" ? "sfrxjaeowd" : "123456789";
}

function typedWord(method: Method, keys: string): string {
  const word: Word = { letters: [], tone: "" };
  for (const key of keys) press(method, word, key);
  return written(word);
}

function press(method: Method, word: Word, key: string): void {
  const lower = key.toLowerCase();
  const tone = TONES[method][lower];
  if (tone !== undefined && word.letters.some((letter) => isVowel(letter))) {
    const again = word.tone === tone;
    word.tone = again ? "" : tone;
    if (!again) return;
  } else if (marked(word, marksOf(method, lower))) {
    return;
  } else if (method === "Telex" && lower === "w" && word.letters.every((each) => !each.mark)) {
    word.letters.push({ base: key === "w" ? "u" : "U", mark: HORN });
    return;
  }
  word.letters.push({ base: key, mark: "" });
}

/** Put the mark on its letter; false when there is none, or when it only took the mark back. */
function marked(word: Word, marks: readonly Mark[]): boolean {
  for (const [mark, onto] of marks) {
    const at = word.letters.findLastIndex((letter) => onto.includes(letter.base.toLowerCase()));
    const letter = word.letters[at];
    if (letter === undefined) continue;
    const again = letter.mark === mark;
    letter.mark = again ? "" : mark;
    const before = word.letters[at - 1];
    // “uo” takes the horn on both letters: ươ.
    const pair = /^uo$/i.test((before?.base ?? "") + letter.base);
    if (mark === HORN && before && pair) before.mark = letter.mark;
    return !again;
  }
  return false;
}

function written(word: Word): string {
  const seat = word.tone === "" ? -1 : toneSeat(word.letters);
  const text = word.letters.map(({ base, mark }, at) => {
    const shape = mark === STROKE ? (base === "d" ? "đ" : "Đ") : base + mark;
    return at === seat ? shape + word.tone : shape;
  });
  return text.join("").normalize("NFC");
}

/** Where the tone is written: a marked vowel, else by the old rule of Vietnamese spelling. */
function toneSeat(letters: Letter[]): number {
  const vowels = letters.flatMap((letter, at) => (isVowel(letter) ? [at] : []));
  const marked = vowels.filter((at) => letters[at]?.mark !== "");
  if (marked.length > 0) return marked.at(-1) ?? -1;
  const first = vowels[0] ?? -1;
  const glide = /^(qu|gi)/i.test(letters.slice(0, 2).map((letter) => letter.base).join(""));
  const cluster = glide && vowels.length > 1 ? vowels.slice(1) : vowels;
  const last = cluster.at(-1) ?? first;
  const closed = last < letters.length - 1; // by a consonant
  if (cluster.length === 1 || closed) return last;
  return cluster.at(cluster.length > 2 ? -2 : 0) ?? last;
}

function isVowel(letter: Letter): boolean {
  return "aeiouy".includes(letter.base.toLowerCase());
}
