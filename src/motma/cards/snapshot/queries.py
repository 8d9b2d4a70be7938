"""All SQL of the snapshot: which codes are not valid any more."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from motma.storage.pool import Connection

#: Served by index qid_ended.
ENDED: Final = (
    "SELECT qid, ended_at AS at FROM qid WHERE ended_at IS NOT NULL AND state <> 'merged'"
)

#: Every QID of people who were merged into somebody whose own QID is not active; since the later
#: of both. Of an own QID without an end, e.g. an alias, the merge's moment alone.
MERGED_INTO_ENDED: Final = """
    SELECT q.qid, greatest(m.merged_at, own.ended_at) AS at
      FROM merge m
      JOIN person k ON k.person_id = m.into_id
      JOIN qid own ON own.qid = k.qid AND own.state <> 'active'
      JOIN qid q ON q.person_id = m.person_id
     WHERE m.undone_at IS NULL
"""
#: Served by index qid_reissued; null: before deltas were made, so in every snapshot.
REISSUED: Final = "SELECT qid, issue_no, reissued_at AS at FROM qid WHERE issue_no > 1"

#: QIDs that may have been called ended through a merge and may be valid again: it was undone
#: (index merge_undone), or the person kept, whose QID was revoked, got a new one.
REVIVED: Final = """
    SELECT q.qid, m.undone_at AS at
      FROM merge m JOIN qid q ON q.person_id = m.person_id
     WHERE m.undone_at >= $1
     UNION ALL
    SELECT q.qid, own.issued_at
      FROM merge m
      JOIN person k ON k.person_id = m.into_id
      JOIN qid own ON own.qid = k.qid AND own.state = 'active' AND own.issued_at >= $1
      JOIN qid q ON q.person_id = m.person_id
     WHERE m.undone_at IS NULL
"""

_AT_ONCE: Final = 10_000


async def ended(db: Connection) -> AsyncIterator[tuple[str, datetime]]:
    """Each QID that ended as a whole, and since when."""
    for statement in (ENDED, MERGED_INTO_ENDED):
        async for row in db.cursor(statement, prefetch=_AT_ONCE):
            yield row["qid"], row["at"]


async def reissued(db: Connection) -> AsyncIterator[tuple[str, int, datetime | None]]:
    """Each QID of which earlier issue numbers ended, the present number, and since when."""
    async for row in db.cursor(REISSUED, prefetch=_AT_ONCE):
        yield row["qid"], row["issue_no"], row["at"]


async def revived(db: Connection, since: datetime) -> list[tuple[str, datetime]]:
    """Each QID that may be valid again since then, and from when on."""
    return [(row["qid"], row["at"]) for row in await db.fetch(REVIVED, since)]
