/** Starts the wallet: the stored code first; everything else is loaded when that stands. */

import { screen } from "./screen";
import { ticket } from "./ticket";
import "../../shared/look.css";
import "./ticket.css";

const target = document.getElementById("app");
if (target) void start(target);

async function start(page: HTMLElement): Promise<void> {
  await screen.open();
  const first = document.createElement("div");
  first.className = "first";
  if (screen.one) {
    first.append(ticket.element);
    page.append(first);
  }
  const { begin } = await import("./begin");
  begin(page);
  first.remove(); // the page has taken the ticket out of it
}

// After the first picture: installing the worker fetches every part of the page.
addEventListener("load", () => {
  void navigator.serviceWorker?.register("./sw.js", { updateViaCache: "none" }).catch(() => null);
});
