"""All SQL of matching."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.storage.pool import Connection

PROVEN: Final = "SELECT DISTINCT person_id FROM document_index WHERE blind = ANY($1) AND proven"
# whoever stands under several keys comes first: a cap must cut the least likely
CANDIDATES: Final = """
    SELECT person_id
      FROM (SELECT person_id FROM document_index WHERE blind = ANY($1) AND proven
             UNION ALL
            SELECT person_id FROM person_index WHERE blind = ANY($2)) AS met
     GROUP BY person_id ORDER BY count(*) DESC, person_id LIMIT $3
"""
# with whom each is one person now; a merge never leads to a merged person
PEOPLE: Final = """
    SELECT person_id, coalesce(merged_into, person_id) AS kept_id, profile
      FROM person WHERE person_id = ANY($1)
"""
HOLDERS: Final = "SELECT count(DISTINCT person_id) FROM person_index WHERE blind = ANY($1)"
# what the planner believes: exact enough for a logarithm, and counting takes longer than all else
ABOUT_PEOPLE: Final = """
    SELECT coalesce(sum(reltuples), 0)::bigint FROM pg_class
     WHERE oid = 'person'::regclass AND reltuples > 0
"""


async def proven(db: Connection, blinds: list[bytes]) -> list[UUID]:
    """Who proved one of these documents; served by index document_owner."""
    return [row["person_id"] for row in await db.fetch(PROVEN, blinds)]


async def candidates(
    db: Connection, *, documents: list[bytes], keys: list[bytes], most: int
) -> list[UUID]:
    """Who stands under any of these keys, most keys first; served by the primary keys."""
    rows = await db.fetch(CANDIDATES, documents, keys, most)
    return [row["person_id"] for row in rows]


async def people(db: Connection, person_ids: Iterable[UUID]) -> list[Record]:
    """Sealed profiles, each with whose it is since any merge; served by the primary key."""
    return await db.fetch(PEOPLE, list(person_ids))
