"""All SQL of sources."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.records.sources.model import Proof, Source
from motma.storage.pool import Connection

ADD_SOURCE: Final = """
    INSERT INTO local.source (source, kind, address, private_network, added_at, proof)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (source) DO UPDATE
       SET address = excluded.address, private_network = excluded.private_network,
           proof = excluded.proof, not_before = NULL, ended_at = NULL
     WHERE source.kind = excluded.kind
    RETURNING source
"""
END_SOURCE: Final = """
    UPDATE local.source SET ended_at = $2 WHERE source = $1 AND ended_at IS NULL RETURNING source
"""
# a laboratory whose organisation is closed sends nothing more, and nothing is expected of it
SOURCES: Final = """
    SELECT source, kind, address, private_network, cursor, taken, backlog, read_to,
           last_success_at, last_failure_at, failure, failures, not_before, proof
      FROM local.source s
     WHERE ended_at IS NULL
       AND NOT EXISTS (
               SELECT FROM client c JOIN organisation o USING (organisation_id)
                WHERE s.source = 'client ' || c.client_id AND o.status <> 'active')
     ORDER BY source
"""
SOURCE: Final = """
    SELECT source, kind, address, private_network, cursor, taken, backlog, read_to,
           last_success_at, last_failure_at, failure, failures, not_before, proof
      FROM local.source s
     WHERE source = $1 AND ended_at IS NULL
       AND NOT EXISTS (
               SELECT FROM client c JOIN organisation o USING (organisation_id)
                WHERE s.source = 'client ' || c.client_id AND o.status <> 'active')
"""
# the guard against a twin: whoever commits second finds another cursor and takes nothing
ADVANCE: Final = """
    UPDATE local.source
       SET cursor = $3, taken = taken + $4, backlog = $5, read_to = coalesce($6, read_to),
           last_success_at = $7, failures = 0, failure = NULL, not_before = NULL
     WHERE source = $1 AND cursor = $2 AND ended_at IS NULL RETURNING source
"""
# of two processes that fail at once the later one's wait stands; both count
FAIL: Final = """
    UPDATE local.source
       SET failures = failures + 1, failure = $2, last_failure_at = $3, not_before = $4
     WHERE source = $1
"""
# a source that pushes has no cursor of its own
PUSHED: Final = """
    UPDATE local.source
       SET taken = taken + $2, read_to = $3, last_success_at = $3, backlog = 0, failures = 0,
           failure = NULL, not_before = NULL
     WHERE source = $1
"""
ENSURE: Final = """
    INSERT INTO local.source (source, kind, address, private_network, added_at)
    VALUES ($1, $2, '', false, $3) ON CONFLICT (source) DO NOTHING
"""
COUNT: Final = """
    INSERT INTO local.source_hour (source, hour, tries, failures, items, letters)
    VALUES ($1, date_trunc('hour', $2::timestamptz), $3, $4, $5, $6)
    ON CONFLICT (source, hour) DO UPDATE
       SET tries = source_hour.tries + excluded.tries,
           failures = source_hour.failures + excluded.failures,
           items = source_hour.items + excluded.items,
           letters = source_hour.letters + excluded.letters
"""
COUNTS: Final = """
    SELECT source, sum(tries)::bigint AS tries, sum(failures)::bigint AS failures
      FROM local.source_hour WHERE hour > $1 GROUP BY source
"""
OPEN_LETTERS: Final = """
    SELECT source, count(*) AS letters FROM local.dead_letter
     WHERE ended_at IS NULL GROUP BY source
"""
ITEMS: Final = "SELECT item, version FROM source_item WHERE item = ANY($1)"
# two readers of one item: the higher version stays, whoever commits last
PUT_ITEMS: Final = """
    INSERT INTO source_item (item, version, taken_at)
    SELECT *, $3::timestamptz FROM unnest($1::bytea[], $2::bigint[])
    ON CONFLICT (item) DO UPDATE SET version = excluded.version, taken_at = excluded.taken_at
     WHERE source_item.version < excluded.version
"""
# held by a connection for as long as its process reads beside a server
TAKE_TURN: Final = "SELECT pg_try_advisory_lock(hashtextextended('source reading', 0))"
# population and insurance speak of the same people and take their documents in other orders: pages
# of people follow each other, whoever reads them, and wait longer for that than others may
PATIENCE: Final = "SELECT set_config('lock_timeout', '20s', true)"
LOCK_PEOPLE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('source people', 0))"
# the same text is one letter, however often it comes; a person who ended it did so for good, but
# one that another text had superseded speaks again
ADD_LETTER: Final = """
    INSERT INTO local.dead_letter
           (letter_id, source, item, version, content, sealed, code, field, written_at, tried_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    ON CONFLICT (content) DO UPDATE
       SET ended_at = NULL, ending = NULL, code = excluded.code, field = excluded.field,
           tried_at = excluded.tried_at, tries = dead_letter.tries + 1
     WHERE dead_letter.ending = 'superseded'
    RETURNING letter_id
"""
LETTERS: Final = """
    SELECT letter_id, source, code, field, tries, written_at, tried_at FROM local.dead_letter
     WHERE ended_at IS NULL AND ($1::text IS NULL OR source = $1)
     ORDER BY written_at, letter_id LIMIT $2
"""
LETTER: Final = """
    SELECT letter_id, source, item, sealed, code, field, tries, written_at FROM local.dead_letter
     WHERE letter_id = $1 AND ended_at IS NULL FOR UPDATE
"""
END_LETTER: Final = """
    UPDATE local.dead_letter SET ended_at = $2, tried_at = $2, ending = $3, tries = tries + $4
     WHERE letter_id = $1
"""
TRY_LETTER: Final = """
    UPDATE local.dead_letter SET tried_at = $2, tries = tries + 1, code = $3, field = $4
     WHERE letter_id = $1
"""
# an item that was taken after all makes letters of this and of older versions needless; a newer
# one, or one whose version nobody can read, may be a retraction
SUPERSEDE: Final = """
    UPDATE local.dead_letter AS l SET ended_at = $3, ending = 'superseded'
      FROM unnest($1::bytea[], $2::bigint[]) AS taken(item, version)
     WHERE l.item = taken.item AND l.version <= taken.version AND l.ended_at IS NULL
"""
OPEN_OF: Final = """
    SELECT count(*) FROM local.dead_letter WHERE source = $1 AND ended_at IS NULL
"""

UNHEARD: Final = """
    SELECT key, count(*) AS corrections, min(created_at) AS since FROM local.outbox
     WHERE done_at IS NULL AND topic = $1 GROUP BY key ORDER BY key
"""
# a laboratory that pushes hears what is for all of its kind if it may ask
HEARING: Final = """
    SELECT source FROM local.source s
     WHERE kind = $1 AND ended_at IS NULL
       AND (address <> '' OR EXISTS (
               SELECT FROM client c JOIN organisation o USING (organisation_id)
                WHERE s.source = 'client ' || c.client_id AND c.ended_at IS NULL
                  AND o.status = 'active' AND 'corrections:read' = ANY(c.scopes)))
     ORDER BY source
"""
ADD_HEARD: Final = """
    INSERT INTO local.correction_heard (outbox_id, source, heard_at)
    SELECT outbox_id, $2, $3 FROM unnest($1::bigint[]) AS outbox_id ON CONFLICT DO NOTHING
"""
# somebody has heard it, and of all who are there now nobody lacks it
END_HEARD: Final = """
    UPDATE local.outbox o SET done_at = $4
     WHERE done_at IS NULL AND topic = $1 AND key = ANY($2)
       AND EXISTS (SELECT FROM local.correction_heard h WHERE h.outbox_id = o.outbox_id)
       AND NOT EXISTS (
               SELECT FROM unnest($3::text[]) AS there (source)
                WHERE NOT EXISTS (SELECT FROM local.correction_heard h
                                   WHERE h.outbox_id = o.outbox_id AND h.source = there.source))
"""

#: What is past its keep-until; each table's comment says when that is.
FORGET: Final = (
    "DELETE FROM local.source_hour WHERE hour < $1::timestamptz - interval '31 days'",
    "DELETE FROM local.dead_letter WHERE ended_at < $1::timestamptz - interval '31 days'",
    """DELETE FROM local.dead_letter
        WHERE ended_at IS NULL AND written_at < $1::timestamptz - interval '31 days'""",
)
FORGET_HEARD: Final = """
    DELETE FROM local.correction_heard h
     WHERE NOT EXISTS (SELECT FROM local.outbox o WHERE o.outbox_id = h.outbox_id)
"""


async def sources(db: Connection) -> list[Source]:
    """Every source that is read, by name."""
    return [_source(row) for row in await db.fetch(SOURCES)]


async def source(db: Connection, name: str) -> Source | None:
    """One source as it is now; served by the primary key."""
    row = await db.fetchrow(SOURCE, name)
    return _source(row) if row else None


async def versions_taken(db: Connection, items: Sequence[bytes]) -> dict[bytes, int]:
    """The highest version taken of each item; nobody else takes one before the caller is done."""
    await db.execute(PATIENCE)
    await db.execute(LOCK_PEOPLE)
    return {row["item"]: row["version"] for row in await db.fetch(ITEMS, items)}


async def letters(db: Connection, name: str | None, most: int) -> list[Record]:
    """The oldest open letters of a source, or of all; without their content."""
    return await db.fetch(LETTERS, name, most)


async def letter(db: Connection, letter_id: UUID) -> Record | None:
    """An open letter, locked: of two who replay it one waits and then finds it ended."""
    return await db.fetchrow(LETTER, letter_id)


async def count(
    db: Connection, name: str, at: datetime, *, failed: int = 0, items: int = 0, letters: int = 0
) -> None:
    """One more request to a source in its hour."""
    await db.execute(COUNT, name, at, 1, failed, items, letters)


async def hearing(db: Connection, kind: str) -> list[str]:
    """Who hears what is for all sources of a kind."""
    return [row["source"] for row in await db.fetch(HEARING, kind)]


def _source(row: Record) -> Source:
    values = dict(row)
    proof = values.pop("proof")
    return Source(**values, proof=proof and msgspec.convert(proof, Proof))
