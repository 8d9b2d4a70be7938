"""What happened to people of whom somebody may hear, noted in the transaction that did it.

Of all others nothing is noted. Whoever tells it further (the feed of apps) takes it from here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.access.changes import queries
from motma.storage.pool import Connection

#: What an event of the log means for those who may know the person.
TOLD: Final[Mapping[str, str]] = {
    "identity.changed": "person.changed",
    "identity.replaced": "code.replaced",
    "identity.reissued": "code.replaced",
    "identity.revoked": "code.revoked",
    "identity.merged": "person.merged",
    "identity.merge-undone": "person.parted",
    "cards.recode-confirmed": "card.changed",
    "cards.recode-ended": "card.changed",
}
#: Said where facts are made anew.
CARD: Final = "card.changed"


async def note(db: Connection, person_ids: Sequence[UUID], kind: str, at: datetime) -> None:
    """Note a change of these people, as far as anybody may hear of them."""
    await db.execute(queries.NOTE, person_ids, kind, at)


async def note_for(
    db: Connection, person_id: UUID, kind: str, at: datetime, *, client_id: UUID, handle: UUID
) -> None:
    """Note what one app alone hears of somebody."""
    await db.execute(queries.NOTE_FOR, person_id, kind, at, client_id, handle)


async def watch(db: Connection, person_ids: Sequence[UUID]) -> None:
    """From this transaction on, changes of these people are noted."""
    await db.execute(queries.WATCH, person_ids)


async def due(db: Connection, most: int) -> list[Record]:
    """Changes that nobody told yet, oldest first; `client_id` and `handle` of those for one app."""
    return await db.fetch(queries.DUE, most)


async def told(db: Connection, change_ids: Sequence[int]) -> None:
    """These have been passed on in this transaction."""
    await db.execute(queries.TOLD, change_ids)
