/** The element's pieces of page, all made node by node: no text is ever read as markup. */

import { encode, QUIET_ZONE, toSvgPath } from "../../shared/qr/encode";

const SVG = "http://www.w3.org/2000/svg";

/** Outlines that differ without their colours: tick, triangle, octagon, question. */
const ICONS: Record<string, string> = {
  green: "M32 4a28 28 0 1 0 .1 0ZM19 33l9 9 18-20",
  yellow: "M32 6 60 56H4ZM32 24v14M32 46v1.5",
  red: "M21 5h22l16 16v22L43 59H21L5 43V21ZM23 23l18 18M41 23 23 41",
  neutral: "M8 8h48v48H8ZM25 25c0-9 14-9 14 0 0 6-7 6-7 12M32 46v1",
};

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The symbol with its quiet zone, dark on white whatever the page looks like. */
export function symbol(text: string, label: string): { svg: SVGElement; version: number } {
  const matrix = encode(text);
  const side = matrix.size + 2 * QUIET_ZONE;
  const svg = drawn("svg", {
    viewBox: `0 0 ${side} ${side}`,
    role: "img",
    "aria-label": label,
    "shape-rendering": "crispEdges",
  });
  svg.append(
    drawn("path", { fill: "#fff", d: `M0 0h${side}v${side}H0z` }),
    drawn("path", { fill: "#000", d: toSvgPath(matrix) }),
  );
  return { svg, version: matrix.version };
}

/** The card: icon, word and end together, so that nobody needs to see its colour. */
export function cardNodes(colour: string, word: string, more: string): Node[] {
  const icon = drawn("svg", { viewBox: "0 0 64 64", "aria-hidden": "true" });
  icon.append(drawn("path", { d: ICONS[colour] ?? ICONS["neutral"]! }));
  const said = element("span", {}, word);
  if (more) said.append(element("small", {}, more));
  return [icon, said];
}

function drawn(tag: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
