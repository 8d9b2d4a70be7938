"""The devices that show a person's code."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from motma.access import queries
from motma.storage.pool import Connection


async def wallets_of(db: Connection, people: Sequence[UUID]) -> list[dict[str, Any]]:
    """Wallets of a person, by all ids the person has; the first one enrolled first."""
    rows = await db.fetch(queries.WALLETS, people)
    return [{**row, "device_id": str(row["device_id"])} for row in rows]
