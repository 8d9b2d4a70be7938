"""Marking items read, and which are; the caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from motma.access.inbox import queries
from motma.access.inbox.model import check_count
from motma.access.means import Means
from motma.audit.model import KEEP
from motma.storage.pool import Connection


async def mark(
    db: Connection, means: Means, selves: Sequence[UUID], event_ids: Sequence[UUID], *, read: bool
) -> None:
    """Mark items read, or unread again; the first of a person's ids is the one that keeps it.

    Whether an id is an item of theirs is not looked up: a mark on anything else shows nowhere.
    """
    check_count(len(event_ids))
    if read:
        await db.execute(queries.MARK, selves[0], event_ids, means.clock.now())
    else:
        await db.execute(queries.UNMARK, selves, event_ids)


async def marked(
    db: Connection, selves: Sequence[UUID], event_ids: Sequence[UUID]
) -> frozenset[UUID]:
    """Which of these are read."""
    rows = await db.fetch(queries.MARKED, selves, event_ids)
    return frozenset(row["event_id"] for row in rows)


async def forget(db: Connection, now: datetime) -> None:
    """Forget marks on what the log has forgotten."""
    await db.execute(queries.FORGET, now - KEEP)
