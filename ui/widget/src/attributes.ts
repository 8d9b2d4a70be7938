/** The attributes of the element as properties of the same meaning. */

import type { State } from "../ma-qr";

/** Attributes that say what is shown; after a change everything is looked at anew. */
export const TAKEN = ["signed", "full", "origin", "remember", "remember-full"];
/** Attributes that only say how. */
export const SHOWN = ["mode", "state", "lang"];

const PROPERTIES = [...TAKEN.slice(0, 4), "rememberFull", "mode", "state", "living", "card"];

// Where there is no page (a server that renders), the module can be loaded and does nothing.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export class Attributes extends Base {
  get signed(): string {
    return this.getAttribute("signed") ?? "";
  }
  set signed(text: string) {
    this.setAttribute("signed", text);
  }
  get full(): string {
    return this.getAttribute("full") ?? "";
  }
  set full(text: string) {
    this.setAttribute("full", text);
  }
  get origin(): string {
    return this.getAttribute("origin") ?? "";
  }
  set origin(origin: string) {
    this.setAttribute("origin", origin);
  }
  get state(): State {
    const state = this.getAttribute("state");
    return state === "replaced" || state === "revoked" ? state : "";
  }
  set state(state: State) {
    this.setAttribute("state", state);
  }
  get remember(): string | null {
    return this.getAttribute("remember");
  }
  set remember(name: string | null) {
    if (name === null) this.removeAttribute("remember");
    else this.setAttribute("remember", name);
  }
  get rememberFull(): boolean {
    return this.hasAttribute("remember-full");
  }
  set rememberFull(wanted: boolean) {
    this.toggleAttribute("remember-full", wanted);
  }

  /** What an app set before the module was loaded hides the accessors of the same name. */
  protected upgrade(): void {
    const own = this as unknown as Record<string, unknown>;
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(own, name)) continue;
      const value = own[name];
      delete own[name];
      own[name] = value;
    }
  }

  /** The tag of the nearest `lang`. */
  protected language(): string {
    return (this.closest<HTMLElement>("[lang]") ?? document.documentElement).lang;
  }
}
