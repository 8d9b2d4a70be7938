/** The codes of dependants on this phone: their paper form, kept like one's own. */

import type { CardAnswer, CodeAnswer, Dependant, DependantRecords } from "./answers";
import * as kept from "./kept";
import { link } from "./link";
import { read } from "./reading";
import { ME, screen } from "./screen";

/** Paper is good for a year; a month before its end a fresh one is fetched. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

/** Whom I am guardian of; their codes are brought up to date, and those of others dropped. */
export async function fetchDependants(): Promise<Dependant[]> {
  const dependants = await link.ask<Dependant[]>("GET", "/v1/me/dependants");
  const confirmed = dependants.filter((each) => each.confirmed);
  const held = (await kept.everybody()).filter((each) => each.id !== ME);
  for (const each of held) {
    if (!confirmed.some((one) => one.dependant_id === each.id)) await kept.drop(each.id);
  }
  const now = link.api.now();
  for (const each of confirmed) {
    const before = held.find((one) => one.id === each.dependant_id);
    const stands = before && before.renewAt > now && read(before.masked).qid === each.qid;
    if (!stands) await fetchCode(each.dependant_id, now, before);
  }
  await screen.load();
  return dependants;
}

/** A dependant's card and records. They find each look in their own list of reads, so it is only
 * taken when it was asked for; the card stays on this phone. */
export async function look(id: string): Promise<DependantRecords & { card: CardAnswer }> {
  const body = { dependant_id: id };
  const card = await link.ask<CardAnswer>("POST", "/v1/me/dependants:card", body);
  const seen = await link.ask<DependantRecords>("POST", "/v1/me/dependants:records", body);
  const held = (await kept.everybody()).find((each) => each.id === id);
  if (held) await kept.keep({ ...held, card, cardAt: link.api.now() });
  await screen.load();
  return { card, ...seen };
}

async function fetchCode(id: string, now: number, before: kept.Kept | undefined): Promise<void> {
  const body = { dependant_id: id };
  const { text } = await link.ask<CodeAnswer>("POST", "/v1/me/dependants:code", body);
  const ends = Date.parse(read(text).expires);
  const renewAt = ends - RENEW_BEFORE_MS;
  await kept.keep({
    id,
    masked: text,
    full: null,
    living: null,
    keptAt: now,
    renewAt,
    card: before?.card ?? null,
    cardAt: before?.cardAt ?? null,
  });
}
