/** Deciding without the network: codes, snapshots, and the answers made from both. */

export { decide, aged, type OfflineAnswer, type OfflineCard } from "./deciding";
export { KeySet, type Bytes, type PublishedKeys } from "./es256";
export { parseIssued, verifyIssued, type Issued, type Verified } from "./issued";
export { applyDelta, isDelta } from "./delta";
export { SnapshotRefused } from "./signedfile";
export { ageOf, insistUsable, readSnapshot } from "./snapshot";
export type { Age, Both, Snapshot } from "./snapshot";
export type { Place } from "./books";
export { checkReader, looksLikeReader, screenText, untilNextStep } from "./genuine";
export type { Genuine, NotGenuine } from "./genuine";
