/** What goes to the printer: one document at a time, made by the platform, held only here. */

import { desk } from "./desk.svelte";

export const LAYOUTS = ["a4-1", "card", "a4-8", "a4-10"] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface Order {
  qids: string[];
  layout: Layout;
  /** A slip with a fresh activation code for the wallet of each; earlier slips end. */
  activation: boolean;
}

/** A setting of this desk's printer; it names nobody. */
const LAYOUT = "motma.desk-layout";

class Paper {
  /** Of one person; a family has a sheet of its own. */
  layout = $state<Layout>(keptLayout());
  /** The document in this browser; empty while there is none. */
  url = $state("");
  making = $state(false);
  private orders = 0;

  async make(order: Order): Promise<void> {
    this.discard();
    const mine = this.orders;
    this.making = true;
    try {
      const file = await desk.api.file("/v1/people:print", order);
      if (mine === this.orders) this.url = URL.createObjectURL(file);
    } finally {
      if (mine === this.orders) this.making = false;
    }
  }

  /** The next person must not see this one's paper. */
  discard(): void {
    this.orders += 1;
    this.making = false;
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = "";
  }

  choose(layout: Layout): void {
    this.layout = layout;
    localStorage.setItem(LAYOUT, layout);
  }
}

function keptLayout(): Layout {
  const kept = localStorage.getItem(LAYOUT);
  return LAYOUTS.find((each) => each === kept) ?? "a4-1";
}

export const paper = new Paper();
