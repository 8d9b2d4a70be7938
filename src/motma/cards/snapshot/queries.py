"""All SQL of the snapshot: which codes are not valid any more."""

from collections.abc import AsyncIterator
from typing import Final

from motma.storage.pool import Connection

#: Served by index qid_ended.
ENDED: Final = "SELECT qid FROM qid WHERE ended_at IS NOT NULL AND state <> 'merged'"

#: Every QID of people who were merged into somebody whose own QID is not active.
MERGED_INTO_ENDED: Final = """
    SELECT q.qid
      FROM merge m
      JOIN person k ON k.person_id = m.into_id
      JOIN qid own ON own.qid = k.qid AND own.state <> 'active'
      JOIN qid q ON q.person_id = m.person_id
     WHERE m.undone_at IS NULL
"""
#: Served by index qid_reissued.
REISSUED: Final = "SELECT qid, issue_no FROM qid WHERE issue_no > 1"

_AT_ONCE: Final = 10_000


async def ended(db: Connection) -> AsyncIterator[str]:
    """Each QID that ended as a whole."""
    for statement in (ENDED, MERGED_INTO_ENDED):
        async for row in db.cursor(statement, prefetch=_AT_ONCE):
            yield row["qid"]


async def reissued(db: Connection) -> AsyncIterator[tuple[str, int]]:
    """Each QID of which earlier issue numbers are not valid any more, and the present number."""
    async for row in db.cursor(REISSUED, prefetch=_AT_ONCE):
        yield row["qid"], row["issue_no"]
