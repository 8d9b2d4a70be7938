/** One person whose services are open: who they are, what is done for them, what came of it. */

import type { Dependant, Person, Wallet } from "../answers";
import { counter } from "../counter.svelte";
import { desk, failure } from "../desk.svelte";
import { speech } from "../../../shared/language.svelte";
import { allWords } from "../words";

export class Serving {
  person = $state.raw<Person | null>(null);
  wallets = $state.raw<Wallet[]>([]);
  dependants = $state.raw<Dependant[]>([]);
  said = $state("");
  problem = $state("");

  constructor(readonly asked: string) {}

  /** The code that stands for the person now; another than was asked for once it was replaced. */
  get qid(): string {
    return this.person?.qid ?? this.asked;
  }

  get name(): string {
    return this.person?.profile.full_name.value ?? "";
  }

  load(): Promise<boolean> {
    return this.doing(async () => {
      const body = { qid: this.qid };
      this.person = await desk.api.ask<Person>("POST", "/v1/people:find", body);
      [this.wallets, this.dependants] = await Promise.all([
        desk.api.ask<Wallet[]>("POST", "/v1/people:wallets", body),
        desk.api.ask<Dependant[]>("POST", "/v1/people:dependants", body),
      ]);
    });
  }

  /** Do something of the services; what fails is said, and false. */
  async doing(work: () => Promise<void>): Promise<boolean> {
    this.problem = this.said = "";
    try {
      await work();
      return true;
    } catch (error) {
      if (!(await desk.fellOut(error))) this.problem = failure(error);
      return false;
    }
  }

  /** One service: asked for, noted for the shift, told; then everything is read anew. */
  async serve(which: string, path: string, body: object): Promise<boolean> {
    const done = await this.doing(async () => {
      await desk.api.ask("POST", path, body);
      this.note(which);
    });
    if (done && (await this.load())) {
      this.said = allWords[speech.language].service.done[which] ?? allWords[speech.language].saved;
    }
    return done;
  }

  note(which: string, qid = this.qid): void {
    counter.did({ what: "service", which, name: this.name, qid });
  }
}
