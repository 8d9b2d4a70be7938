"""Decisions of registrars that named a person, as that person may take them away."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from motma.identity.matching import queries
from motma.storage.pool import Connection


async def reviews_of(db: Connection, selves: Sequence[UUID]) -> list[dict[str, Any]]:
    """When a record was judged to be theirs, and whether that was undone."""
    return [dict(row) for row in await db.fetch(queries.REVIEWS_OF, selves)]
