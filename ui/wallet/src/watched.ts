/** Something that tells who watches it that it changed: Svelte's store contract, without Svelte. */

export class Watched {
  private readonly watchers = new Set<(self: this) => void>();

  subscribe(watcher: (self: this) => void): () => void {
    this.watchers.add(watcher);
    watcher(this);
    return () => this.watchers.delete(watcher);
  }

  protected changed(): void {
    for (const watcher of this.watchers) watcher(this);
  }
}
