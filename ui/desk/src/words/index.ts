/** The words of this page; both languages have the same shape, held by the compiler. */

import type { Language } from "../../../shared/answers";
import { en } from "./en";
import { vi } from "./vi";

export const allWords: Record<Language, typeof vi> = { vi, en };

/** As the register knows them, the most usual first. */
export const DOCUMENT_KINDS = ["cccd", "cmnd", "passport", "bhyt", "birth-certificate"];
export const SEXES = ["female", "male", "other", "unknown"];
