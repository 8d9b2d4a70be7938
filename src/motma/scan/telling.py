"""Telling of a scan: the operator's counters, and an alarm when one person is read too often."""

from typing import Final

from prometheus_client import Counter

from motma.access.pushes import noting
from motma.scan import model
from motma.scan.judging import NOBODY, Gate, Judged
from motma.scan.model import Outcome

#: By outcome only: a metric names no person, reader or place.
SCANS: Final = Counter("motma_scans", "Scans that became durable", ["outcome"])
_COUNTERS: Final = {outcome: SCANS.labels(outcome) for outcome in Outcome}
ALARMS: Final = Counter("motma_person_alarms", "People read more often than is usual")


async def tell(gate: Gate, judged: Judged) -> None:
    """Count a durable scan; a person read unusually often is told, and never refused."""
    _COUNTERS[judged.outcome].inc()
    # nobody is counted too: an unknown code must not answer sooner; a read that is told late
    # raises no alarm, which would tell it at once
    told = judged.known is not None and not judged.view.told_after
    person_id = judged.known.person_id if judged.known is not None and told else NOBODY
    allowance = gate.counters.take(model.PERSON_ALARM, person_id.bytes, at_s=judged.now.timestamp())
    if allowance.remaining == -1 and told:  # once in a window
        ALARMS.inc()
        details = {"window_s": model.PERSON_ALARM.window_s, "more_than": model.PERSON_ALARM.count}
        await gate.appender.append(
            gate.means.event("scan.person-alarm", details, person_id=person_id)
        )
        async with gate.pool.acquire() as db:
            await noting.note(db, person_id, "scan.person-alarm", details)
