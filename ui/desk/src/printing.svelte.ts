/** An order to print as one step of the counter: what fails is said there, and can be tried again. */

import { counter } from "./counter.svelte";
import { desk, failure } from "./desk.svelte";
import { paper, type Layout } from "./paper.svelte";

export class Printing {
  problem = $state("");

  async of(qids: string[], layout: Layout = paper.layout): Promise<void> {
    this.problem = "";
    try {
      await paper.make({ qids, layout, activation: counter.activation });
    } catch (error) {
      if (!(await desk.fellOut(error))) this.problem = failure(error);
    }
  }
}
