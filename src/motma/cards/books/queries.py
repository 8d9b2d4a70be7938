"""All SQL of publishing books."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.cards.books.model import DryRun, Publication, State, Version
from motma.storage.pool import Connection

#: One step at a time: a second publisher waits, and then sees what the first has done.
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('rule books', 0))"

ADD: Final = """
    INSERT INTO rule_book (book_id, version, number, body, state, drafted_by, drafted_at)
    VALUES ($1, $2, $3, $4, 'draft', $5, $6)
"""
VERSION: Final = """
    SELECT book_id, version, state, drafted_by, drafted_at, proposed_by, proposed_at, dry_run,
           dry_run_at
      FROM rule_book WHERE book_id = $1 AND version = $2
"""
VERSIONS: Final = """
    SELECT book_id, version, state, drafted_by, drafted_at, proposed_by, proposed_at, dry_run,
           dry_run_at
      FROM rule_book ORDER BY book_id, version
"""
BODY: Final = "SELECT body FROM rule_book WHERE book_id = $1 AND version = $2"
NUMBER_TAKEN: Final = """
    SELECT EXISTS (SELECT FROM rule_book WHERE number = $1 AND book_id <> $2)
"""
PROPOSE: Final = """
    UPDATE rule_book SET state = 'proposed', proposed_by = $3, proposed_at = $4, dry_run = NULL,
           dry_run_at = NULL
     WHERE book_id = $1 AND version = $2
"""
KEEP_DRY_RUN: Final = """
    UPDATE rule_book SET dry_run = $3, dry_run_at = $4 WHERE book_id = $1 AND version = $2
"""
SET_STATE: Final = "UPDATE rule_book SET state = $3 WHERE book_id = $1 AND version = $2"
END_PUBLICATION: Final = """
    UPDATE rule_publication SET ended_at = $2 WHERE book_id = $1 AND ended_at IS NULL
    RETURNING version
"""
ADD_PUBLICATION: Final = """
    INSERT INTO rule_publication
           (book_id, publication_id, version, proposed_by, published_by, published_at, override)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
PUBLICATIONS: Final = """
    SELECT book_id, publication_id, version, proposed_by, published_by, published_at, ended_at,
           override
      FROM rule_publication ORDER BY published_at DESC, book_id LIMIT $1
"""
CHANGES: Final = "SELECT count(*) + count(ended_at) FROM rule_publication"
FORMER: Final = """
    SELECT f.version
      FROM rule_publication l
      JOIN rule_publication f ON f.book_id = l.book_id AND f.version <> l.version
     WHERE l.book_id = $1 AND l.ended_at IS NULL
     ORDER BY f.published_at DESC LIMIT 1
"""
KNOWN_AT: Final = """
    SELECT p.book_id, p.version, b.body
      FROM rule_publication p
      JOIN rule_book b ON b.book_id = p.book_id AND b.version = p.version
     WHERE p.published_at <= $1 AND (p.ended_at IS NULL OR p.ended_at > $1)
     ORDER BY p.book_id
"""
#: Everybody once, merged people left out; the facts belong to records, the profile to identity.
PEOPLE: Final = """
    SELECT p.person_id, p.profile, f.sealed AS facts
      FROM person p LEFT JOIN person_facts f ON f.person_id = p.person_id
     WHERE p.person_id > $1 AND p.merged_into IS NULL
     ORDER BY p.person_id LIMIT $2
"""
MORE_THAN: Final = "SELECT count(*) > $1 FROM (SELECT FROM person LIMIT $1 + 1) few"


async def version(db: Connection, book_id: str, number: int) -> Version | None:
    """A version by the book's id and its number."""
    row = await db.fetchrow(VERSION, book_id, number)
    return None if row is None else _version(row)


async def versions(db: Connection) -> list[Version]:
    """All versions of all books; some dozens."""
    return [_version(row) for row in await db.fetch(VERSIONS)]


async def publications(db: Connection, most: int) -> list[Publication]:
    """The newest publications."""
    return [Publication(**dict(row)) for row in await db.fetch(PUBLICATIONS, most)]


async def known_at(db: Connection, moment: datetime) -> list[tuple[str, int, str]]:
    """What was published at a moment: book, version, body."""
    return [(r["book_id"], r["version"], r["body"]) for r in await db.fetch(KNOWN_AT, moment)]


async def changes(db: Connection) -> int:
    """How often a publication began or ended: it only grows, whatever clocks say."""
    found: int = await db.fetchval(CHANGES)
    return found


async def people(
    db: Connection, *, at_once: int
) -> AsyncIterator[list[tuple[UUID, bytes, bytes | None]]]:
    """Everybody in pieces, by the order of ids; each piece is a statement of its own."""
    last = UUID(int=0)
    while rows := await db.fetch(PEOPLE, last, at_once):
        yield [(row["person_id"], row["profile"], row["facts"]) for row in rows]
        last = rows[-1]["person_id"]


def _version(row: Record) -> Version:
    ran = row["dry_run"]
    fields = {**dict(row), "state": State(row["state"])}
    return Version(**fields | {"dry_run": None if ran is None else msgspec.convert(ran, DryRun)})
