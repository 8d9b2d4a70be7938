/** Whether a scanner is one of ours: what its code proves here, then what the platform knows. */

import { Unreachable } from "../../shared/api";
import type { Texts } from "../../shared/answers";
import type { PublishedKeys } from "../../shared/offline/es256";
import { checkReader } from "../../shared/offline/genuine";
import * as kept from "./kept";
import { asAnybody } from "./link";
import { tongue } from "./tongue";

export type Judged =
  | { genuine: false; reason: string }
  | {
      genuine: true;
      organisation: string;
      place: string;
      role: string;
      sees: string[];
      /** Whether the platform was asked if device and shift still stand. */
      online: boolean;
    };

interface Answer {
  genuine: boolean;
  reason: string | null;
  organisation: string;
  place: string;
  role_name: Texts;
  sees: string[];
}

export async function judge(text: string): Promise<Judged> {
  try {
    await refreshKeys();
    const answer = await asAnybody<Answer>("/v1/readers:check", { text });
    if (!answer.genuine) return { genuine: false, reason: answer.reason ?? "not-one" };
    const { organisation, place, sees } = answer;
    return { genuine: true, organisation, place, sees, role: tongue.of(answer.role_name), online: true };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return judgeHere(text);
  }
}

/** By the signatures alone: what was ended since can't be known without the network. */
async function judgeHere(text: string): Promise<Judged> {
  const keys = (await kept.recall("readerKeys")) ?? { keys: [] };
  const offset = (await kept.recall("clock")) ?? 0;
  const found = await checkReader(text, keys, Date.now() + offset);
  return found.genuine ? { ...found, online: false } : found;
}

/** Kept for the day without a network. */
export async function refreshKeys(): Promise<void> {
  await kept.remember("readerKeys", await asAnybody<PublishedKeys>("/v1/readers/keys"));
}

