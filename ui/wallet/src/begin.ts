/** Mounts the page around the ticket that already stands. */

import { mount } from "svelte";
import App from "./App.svelte";
import "./look.css";

export function begin(target: HTMLElement): void {
  mount(App, { target });
}
