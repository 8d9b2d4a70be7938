"""Noting that a person is to be knocked at, in the transaction of what happened."""

from collections.abc import Mapping
from uuid import UUID

from motma.access.inbox.model import heading
from motma.access.pushes import queries
from motma.storage.pool import Connection


async def note(db: Connection, person_id: UUID, kind: str, details: Mapping[str, object]) -> None:
    """Note a knock if the event stands in the inbox and the person wants to hear."""
    told = heading(kind, details)
    if told is not None:
        await db.execute(queries.KNOCK, person_id, told)
