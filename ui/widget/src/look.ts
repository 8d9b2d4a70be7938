/** How the element looks. What a reader needs (dark on white, quiet zone, size) no theme changes. */

export const LOOK = `
:host {
  display: block;
  container-type: inline-size;
  --ground: var(--ma-qr-ground, #fff);
  --text: var(--ma-qr-text, #14202b);
  --quiet: var(--ma-qr-quiet, #4b5a68);
  --line: var(--ma-qr-line, #6b7885);
  --accent: var(--ma-qr-accent, #0b4f8a);
  --danger: var(--ma-qr-danger, #a5130e);
}
:host, .frame {
  filter: none !important;
  opacity: 1 !important;
  mix-blend-mode: normal !important;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ground: var(--ma-qr-ground, #161e26);
    --text: var(--ma-qr-text, #eef3f7);
    --quiet: var(--ma-qr-quiet, #aebbc7);
    --line: var(--ma-qr-line, #7f8f9d);
    --accent: var(--ma-qr-accent, #8cc4ff);
    --danger: var(--ma-qr-danger, #ff9a92);
  }
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; margin: 0; }
.frame {
  display: grid;
  gap: 0.75rem;
  justify-items: center;
  max-inline-size: 30rem;
  margin-inline: auto;
  padding: clamp(0.5rem, 4cqi, 1.25rem);
  border: 1px solid var(--line);
  border-radius: var(--ma-qr-radius, 14px);
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.4 var(--ma-qr-font, system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  overflow-wrap: anywhere;
  text-align: center;
}
.symbol {
  inline-size: clamp(13rem, var(--ma-qr-size, 22rem), 100%) !important;
  min-inline-size: 208px;
  aspect-ratio: 1;
  direction: ltr;
  background: #fff;
  forced-color-adjust: none;
  print-color-adjust: exact;
}
.symbol svg { display: block; inline-size: 100%; block-size: 100%; }
.beat { inline-size: min(13rem, 100%); block-size: 4px; background: var(--line); }
.beat i { display: block; block-size: 100%; background: var(--accent); forced-color-adjust: none; }
.name { font-size: 1.25rem; font-weight: 700; }
.quiet { color: var(--quiet); font-size: 0.9375rem; }
p:empty { position: absolute; }
.notice { color: var(--danger); font-weight: 700; }
.card {
  display: flex;
  gap: 0.625rem;
  align-items: center;
  inline-size: 100%;
  padding: 0.625rem 0.875rem;
  border: 2px solid transparent;
  border-radius: calc(var(--ma-qr-radius, 14px) * 0.7);
  background: #0b4f8a;
  color: #fff;
  text-align: start;
  font-weight: 700;
}
.card[data-colour="green"] { background: #0a6637; }
.card[data-colour="yellow"] { background: #ffd23f; color: #1b1600; }
.card[data-colour="red"] { background: #a5130e; }
.card small { display: block; font-size: 0.875rem; font-weight: 400; }
.card svg {
  flex: none;
  inline-size: 2.25rem;
  block-size: 2.25rem;
  fill: none;
  stroke: currentColor;
  stroke-width: 5;
  stroke-linecap: round;
  stroke-linejoin: round;
}
button {
  min-block-size: 2.75rem;
  padding: 0.375rem 1.25rem;
  border: 2px solid var(--accent);
  border-radius: calc(var(--ma-qr-radius, 14px) * 0.7);
  background: transparent;
  color: var(--accent);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
  touch-action: manipulation;
}
button[aria-pressed="true"] { background: var(--accent); color: var(--ground); }
button:focus-visible { outline: 3px solid var(--text); outline-offset: 2px; }
.unseen {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (prefers-reduced-motion: no-preference) {
  .beat i { transition: inline-size 1s linear; }
}
@media print {
  .symbol { inline-size: max(5cm, min(var(--ma-qr-size, 22rem), 100%)) !important; }
  .beat, button { display: none; }
}
`;
