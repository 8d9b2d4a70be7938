"""All SQL of the import."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.storage.pool import Connection

STAGED_PEOPLE: Final = "import_person"
STAGED_DOCUMENTS: Final = "import_document"
STAGED_KEYS: Final = "import_key"

#: Temporary tables: they write no WAL, as unlogged ones, and no crash leaves them behind.
CREATE_STAGING: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS import_person (
        row_no bigint, person_id uuid, profile bytea, qid text, alias text
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS import_document (
        person_id uuid, blind bytea, kind text, sealed bytea
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS import_key (
        blind bytea, person_id uuid
    ) ON COMMIT DELETE ROWS
"""
START_JOB: Final = """
    INSERT INTO local.import_job (job_id, source, content_hash, started_at)
    VALUES ($1, $2, $3, $4) ON CONFLICT (content_hash) DO NOTHING
"""
FIND_JOB: Final = """
    SELECT job_id, rows_done, created, known, failed, finished_at
      FROM local.import_job WHERE content_hash = $1
"""
# two processes with the same file: whoever commits second finds another rows_done
ADVANCE_JOB: Final = """
    UPDATE local.import_job
       SET rows_done = rows_done + $3, created = created + $4, known = known + $5,
           failed = failed + $6
     WHERE job_id = $1 AND rows_done = $2 RETURNING job_id
"""
FINISH_JOB: Final = "UPDATE local.import_job SET finished_at = $2 WHERE job_id = $1"

OWNERS: Final = """
    SELECT blind, person_id FROM document_index WHERE blind = ANY($1) AND proven
"""
SAID: Final = "SELECT blind, person_id FROM person_index WHERE blind = ANY($1)"
TAKEN_QIDS: Final = "SELECT qid, person_id FROM qid WHERE qid = ANY($1)"
PEOPLE: Final = """
    SELECT person_id, profile, version, merged_into FROM person WHERE person_id = ANY($1)
"""
LOCK_PEOPLE: Final = """
    SELECT person_id, version FROM person
     WHERE person_id = ANY($1) AND merged_into IS NULL ORDER BY person_id FOR UPDATE
"""
UNDER_REVIEW: Final = """
    SELECT EXISTS (SELECT FROM person_index i JOIN review_case c USING (person_id)
                    WHERE i.blind = $1 AND i.person_id = ANY($2) AND c.decided_at IS NULL)
"""
# ordered by key, so that two imports wait for each other in one order and never in a circle
ADD_DOCUMENT_INDEX: Final = """
    INSERT INTO document_index (blind, person_id, proven)
    SELECT blind, person_id, $1 FROM import_document ORDER BY blind
    ON CONFLICT DO NOTHING
"""
ADD_QIDS: Final = """
    INSERT INTO qid (qid, person_id, state, issued_at)
    SELECT qid, person_id, 'active', $1::timestamptz FROM import_person ORDER BY qid
    ON CONFLICT DO NOTHING
"""
ADD_ALIASES: Final = """
    INSERT INTO qid (qid, person_id, state, issued_at)
    SELECT alias, person_id, 'alias', $1::timestamptz FROM import_person WHERE alias IS NOT NULL
     ORDER BY alias
    ON CONFLICT DO NOTHING
"""
# somebody else registered one of our documents or QIDs since we looked
OVERTAKEN: Final = """
    SELECT p.row_no, p.person_id FROM import_person p
     WHERE NOT EXISTS (SELECT FROM qid q WHERE q.qid = p.qid AND q.person_id = p.person_id)
        OR EXISTS (SELECT FROM import_document s WHERE s.person_id = p.person_id AND NOT EXISTS (
               SELECT FROM document_index d WHERE d.blind = s.blind AND d.person_id = s.person_id))
"""
FORGET_DOCUMENTS: Final = """
    DELETE FROM document_index d USING import_document s
     WHERE s.person_id = ANY($1) AND d.person_id = s.person_id AND d.blind = s.blind
"""
FORGET_QIDS: Final = """
    DELETE FROM qid q USING import_person p
     WHERE p.person_id = ANY($1) AND q.person_id = p.person_id AND q.qid = p.qid
"""
FORGET_STAGED_PEOPLE: Final = "DELETE FROM import_person WHERE person_id = ANY($1)"
FORGET_STAGED_DOCUMENTS: Final = "DELETE FROM import_document WHERE person_id = ANY($1)"
FORGET_STAGED_KEYS: Final = "DELETE FROM import_key WHERE person_id = ANY($1)"
ADD_PEOPLE: Final = """
    INSERT INTO person (person_id, profile, version, qid, created_at, updated_at)
    SELECT person_id, profile, 1, qid, $1, $1 FROM import_person ORDER BY person_id
"""
ADD_VERSIONS: Final = """
    INSERT INTO person_version (person_id, version, profile, known_at, source)
    SELECT person_id, 1, profile, $1, $2 FROM import_person ORDER BY person_id
"""
ADD_DOCUMENTS: Final = """
    INSERT INTO document (person_id, blind, kind, sealed, assurance, known_at)
    SELECT person_id, blind, kind, sealed, $1, $2 FROM import_document ORDER BY person_id
"""
ADD_KEYS: Final = """
    INSERT INTO person_index (blind, person_id)
    SELECT blind, person_id FROM import_key ORDER BY blind
"""
ADD_ALIAS: Final = """
    INSERT INTO qid (qid, person_id, state, issued_at) VALUES ($1, $2, 'alias', $3)
    ON CONFLICT (qid) DO NOTHING
"""
ADD_STATEMENTS: Final = """
    INSERT INTO person_index (blind, person_id)
    SELECT blind, person_id FROM unnest($1::bytea[], $2::uuid[]) AS said (blind, person_id)
     ORDER BY blind
    ON CONFLICT DO NOTHING
"""
# one that was ended stays ended: only a registrar begins it anew
ADD_GUARDIANS: Final = """
    INSERT INTO guardian (dependant_id, guardian_id, evidence, since, until)
    SELECT dependant_id, guardian_id, evidence, $5, until
      FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bytea[])
           AS g (dependant_id, guardian_id, until, evidence)
     ORDER BY dependant_id, guardian_id
    ON CONFLICT DO NOTHING RETURNING dependant_id, guardian_id
"""

_FORGET: Final = (
    FORGET_DOCUMENTS,
    FORGET_QIDS,
    FORGET_STAGED_PEOPLE,
    FORGET_STAGED_DOCUMENTS,
    FORGET_STAGED_KEYS,
)


async def find_job(db: Connection, content: bytes) -> Record | None:
    """How far the job of this content is; served by the unique index."""
    return await db.fetchrow(FIND_JOB, content)


async def owners(db: Connection, blinds: list[bytes]) -> dict[bytes, UUID]:
    """Index → who proved that document; served by index document_owner."""
    return {row["blind"]: row["person_id"] for row in await db.fetch(OWNERS, blinds)}


async def said(db: Connection, blinds: list[bytes]) -> dict[bytes, UUID]:
    """Index of a statement → of whom it was made; served by the primary key."""
    return {row["blind"]: row["person_id"] for row in await db.fetch(SAID, blinds)}


async def taken_qids(db: Connection, qids: list[str]) -> dict[str, UUID]:
    """QID → whose it is; served by the primary key."""
    if not qids:
        return {}
    return {row["qid"]: row["person_id"] for row in await db.fetch(TAKEN_QIDS, qids)}


async def people(db: Connection, person_ids: list[UUID]) -> dict[UUID, Record]:
    """Person → sealed profile; served by the primary key."""
    return {row["person_id"]: row for row in await db.fetch(PEOPLE, person_ids)}


async def lock_people(db: Connection, person_ids: list[UUID]) -> dict[UUID, int]:
    """Person → version, until the transaction ends; without merged ones."""
    rows = await db.fetch(LOCK_PEOPLE, person_ids)
    return {row["person_id"]: row["version"] for row in rows}


async def is_under_review(db: Connection, refused: bytes, owners: list[UUID]) -> bool:
    """Whether the same statement opened a case about one of them that nobody decided yet."""
    return bool(await db.fetchval(UNDER_REVIEW, refused, owners))


async def add_statements(db: Connection, said: list[tuple[bytes, UUID]]) -> None:
    """Remember that these rows were said of these people."""
    if said:
        await db.execute(ADD_STATEMENTS, [blind for blind, _ in said], [who for _, who in said])


async def stage(db: Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Copy rows into one of the staging tables."""
    await db.copy_records_to_table(table, records=rows)


async def insert_staged(
    db: Connection,
    *,
    people: int,
    documents: int,
    assurance: int,
    source: str,
    at: datetime,
) -> list[int]:
    """Make people of what is staged; returns the rows that were overtaken and made nobody.

    `people` and `documents` are how many are staged: fewer inserted means that somebody else
    registered one of them since we looked.
    """
    indexed = await db.execute(ADD_DOCUMENT_INDEX, assurance > 0)
    named = await db.execute(ADD_QIDS, at)
    overtaken: list[Record] = []
    if (_inserted(indexed), _inserted(named)) != (documents, people):
        overtaken = await db.fetch(OVERTAKEN)
        gone = [row["person_id"] for row in overtaken]
        for statement in _FORGET:
            await db.execute(statement, gone)
    await db.execute(ADD_ALIASES, at)
    await db.execute(ADD_PEOPLE, at)
    await db.execute(ADD_VERSIONS, at, source)
    await db.execute(ADD_DOCUMENTS, assurance, at)
    await db.execute(ADD_KEYS)
    return [row["row_no"] for row in overtaken]


def _inserted(status: str) -> int:
    """The count in a status such as `INSERT 0 1000`."""
    return int(status.rpartition(" ")[2])
