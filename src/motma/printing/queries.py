"""All SQL of printing."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.storage.pool import Connection

FIND_PLACE: Final = """
    SELECT place_id, organisation_id, kind, name FROM place
     WHERE place_id = $1 AND status = 'active'
"""
WHOSE: Final = """
    SELECT q.qid, coalesce(p.merged_into, p.person_id) AS person_id
      FROM qid q JOIN person p USING (person_id) WHERE q.qid = ANY($1)
"""
NEXT_PEOPLE: Final = """
    SELECT person_id, profile, qid FROM person
     WHERE person_id > $1 AND merged_into IS NULL ORDER BY person_id LIMIT $2
"""


async def find_place(db: Connection, place_id: UUID) -> Record | None:
    """An open place; served by the primary key."""
    return await db.fetchrow(FIND_PLACE, place_id)


async def whose(db: Connection, qids: Sequence[str]) -> dict[str, UUID]:
    """QID → the person it leads to, through a merge; without those that are nobody's."""
    return {row["qid"]: row["person_id"] for row in await db.fetch(WHOSE, list(qids))}


async def next_people(db: Connection, after: UUID, count: int) -> list[Record]:
    """The next people in the order of their ids; served by the primary key."""
    return await db.fetch(NEXT_PEOPLE, after, count)
