/** One attempt of a form at a time: whether it is under way, and what it failed on. */

export class Attempt {
  working = $state(false);
  problem = $state<unknown>(null);

  /** Do the work of a form instead of submitting it; whatever it throws is kept as `problem`. */
  async of(event: SubmitEvent, work: () => Promise<void>): Promise<void> {
    event.preventDefault();
    this.working = true;
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.problem = error;
    } finally {
      this.working = false;
    }
  }
}
