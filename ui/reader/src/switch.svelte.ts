/** Something that a guard switches on or off, as this device remembers it. */

export class Switch {
  on = $state(false);

  /** Only what is unusual is kept, under a name. */
  constructor(
    private readonly name: string,
    private readonly options: { usual: boolean },
  ) {
    const kept = localStorage.getItem(name) !== null;
    this.on = kept ? !options.usual : options.usual;
  }

  set(on: boolean): void {
    this.on = on;
    if (on === this.options.usual) localStorage.removeItem(this.name);
    else localStorage.setItem(this.name, "yes");
  }
}
