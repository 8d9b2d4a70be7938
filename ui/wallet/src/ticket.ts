/** The ticket: the code itself with whose it is and how it is shown. Plain elements, no Svelte. */

import { encode, QUIET_ZONE, toSvgPath } from "../../shared/qr/encode";
import { ME, screen } from "./screen";
import { ticketWords } from "./ticket.words";
import { tongue } from "./tongue";

const SVG = "http://www.w3.org/2000/svg";

class Ticket {
  readonly element = element("section", "ticket");
  private readonly symbol = document.createElementNS(SVG, "svg");
  private readonly path = document.createElementNS(SVG, "path");
  private readonly name = element("p", "name");
  private readonly born = element("p", "born");
  private readonly mode = element("p", "mode");
  private readonly clock = element("span", "clock");
  private readonly living = element("span", "");
  private drawn = "";

  constructor() {
    this.symbol.setAttribute("role", "img");
    this.symbol.setAttribute("shape-rendering", "crispEdges");
    this.symbol.append(this.path);
    this.mode.setAttribute("role", "status"); // “full” and “masked again” are said aloud
    this.clock.setAttribute("aria-hidden", "true"); // a voice that counts down helps nobody
    const line = element("p", "living");
    line.append(this.clock, " ", this.living);
    this.element.append(this.symbol, this.name, this.born, this.mode, line);
    screen.subscribe(() => this.draw());
    tongue.subscribe(() => this.draw());
  }

  private draw(): void {
    const { one, said, full, text } = screen;
    if (one === null || text === "") return;
    const words = ticketWords[tongue.language];
    this.element.classList.toggle("full", full);
    this.element.classList.toggle("expired", screen.expired);
    if (text !== this.drawn) this.drawSymbol(text);
    this.symbol.setAttribute("aria-label", words.qr(said.name, full));
    say(this.name, said.name);
    const document = full && said.document ? ` · ${words.document} ${said.document}` : "";
    say(this.born, `${words.born} ${said.born}${document}`);
    say(this.mode, full ? words.full : words.masked);
    this.clock.hidden = one.living === null;
    say(this.clock, String(screen.stepLeftS));
    const other = one.id === ME ? words.notLiving : words.paper;
    say(this.living, one.living ? words.living : other);
  }

  private drawSymbol(text: string): void {
    const matrix = encode(text);
    const side = matrix.size + 2 * QUIET_ZONE;
    this.symbol.setAttribute("viewBox", `0 0 ${side} ${side}`);
    this.path.setAttribute("d", toSvgPath(matrix));
    this.drawn = text;
  }
}

function element(name: "section" | "p" | "span", className: string): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

/** Writing the same again would make a screen reader say it again. */
function say(where: HTMLElement, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

export const ticket = new Ticket();
