/** A picture of a code to send or to keep. It says in words what it is, and never lives. */

import { encode, QUIET_ZONE } from "../../shared/qr/encode";
import { stripLiving } from "../../shared/qr/living";
import type { Language } from "../../shared/answers";
import type { Kept } from "./kept";
import { civilDay, read } from "./reading";
import { shareWords } from "./share.words";
import { tongue } from "./tongue";

/** A common width for pictures in messages: they are not made smaller on the way. Pixels. */
const WIDTH = 1_080;
const MARGIN = 60;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

interface Line {
  text: string;
  size: number;
  weight: 400 | 700;
}

/** “Masked code of …”. A name in a code is of A to Z and spaces: docs/qr-format.md. */
export function titleOf(one: Kept, full: boolean, language: Language): string {
  const words = shareWords[language];
  return `${full ? words.title.full : words.title.masked} ${read(one.masked).name}`;
}

export async function picture(one: Kept, full: boolean, language: Language): Promise<File> {
  const words = shareWords[language];
  const text = stripLiving((full ? one.full : null) ?? one.masked);
  const day = tongue.day(civilDay(Date.now()));
  const said: Line[] = [
    { text: titleOf(one, full, language), size: 52, weight: 700 },
    { text: words.copy, size: 40, weight: 400 },
    { text: `${words.day} ${day}`, size: 40, weight: 400 },
  ];
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("no canvas");
  const lines = said.flatMap((line) => wrapped(pen, line));
  canvas.width = WIDTH;
  canvas.height = WIDTH + lines.reduce((sum, line) => sum + heightOf(line), MARGIN);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  drawSymbol(pen, text);
  drawLines(pen, lines);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob === null) throw new Error("no picture");
  // No name of a person in the name of a file.
  return new File([blob], "motma.png", { type: "image/png" });
}

/** Whole pixels for each module, or readers see grey edges. */
function drawSymbol(pen: CanvasRenderingContext2D, text: string): void {
  const matrix = encode(text);
  const module = Math.floor(WIDTH / (matrix.size + 2 * QUIET_ZONE));
  const from = Math.floor((WIDTH - module * matrix.size) / 2);
  for (let y = 0; y < matrix.size; y++) {
    for (let x = 0; x < matrix.size; x++) {
      if (matrix.dark(x, y)) pen.fillRect(from + x * module, from + y * module, module, module);
    }
  }
}

function drawLines(pen: CanvasRenderingContext2D, lines: Line[]): void {
  pen.textAlign = "center";
  pen.textBaseline = "top";
  let y = WIDTH;
  for (const line of lines) {
    pen.font = fontOf(line);
    pen.fillText(line.text, WIDTH / 2, y);
    y += heightOf(line);
  }
}

/** Broken between words where it is too wide. */
function wrapped(pen: CanvasRenderingContext2D, line: Line): Line[] {
  pen.font = fontOf(line);
  const rows: string[] = [];
  for (const word of line.text.split(" ")) {
    const longer = rows.length > 0 ? `${rows.at(-1)} ${word}` : word;
    const fits = pen.measureText(longer).width <= WIDTH - 2 * MARGIN;
    if (fits && rows.length > 0) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  return rows.map((text) => ({ ...line, text }));
}

function fontOf({ size, weight }: Line): string {
  return `${weight} ${size}px ${FONT}`;
}

function heightOf({ size }: Line): number {
  return Math.ceil(size * 1.4);
}
