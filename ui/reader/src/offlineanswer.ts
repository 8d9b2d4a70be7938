/** A decision that was made without the network, in the shape of the platform's answers. */

import type { ScanAnswer, ScanRequest } from "../../shared/answers";
import type { OfflineAnswer } from "../../shared/offline";

const STATES = {
  valid: "valid",
  forged: "forged",
  "unknown-key": "unknown-key",
  none: "none",
  unsigned: "none",
} as const;

export function answerOf(made: OfflineAnswer, request: ScanRequest): ScanAnswer {
  const asOf = made.snapshot.as_of;
  const { outcome, advice, who, card, warnings, code } = made;
  const byFilter = outcome === "revoked" || outcome === "replaced";
  return {
    scan_id: request.scan_id,
    outcome, advice, who, card, warnings,
    family: code.family,
    signature: { state: STATES[code.signature], kid: code.issued?.kid ?? null },
    freshness: { data_at: asOf, keys_at: asOf, rules_at: asOf },
    decision_at: request.at,
    offline: {
      age: made.snapshot.text,
      not_known: made.not_known,
      mistakenOneIn: byFilter ? Math.floor(1 / made.snapshot.false_rate) : null,
    },
  };
}
