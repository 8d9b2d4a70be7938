"""All SQL of records."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.storage.pool import Connection

# whoever receives, retracts or attaches the same record waits here until its twin is done
LOCK_RECORDS: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended('record ' || id, 0))
      FROM unnest($1::uuid[]) AS id
"""
LOCK_FACTS: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended('facts ' || id, 0)) FROM unnest($1::uuid[]) AS id
"""
RECORDS: Final = """
    SELECT record_id, version, revision, state, sealed, person_id, matched, received_at, updated_at
      FROM health_record WHERE record_id = ANY($1)
"""
RECORDS_OF: Final = """
    SELECT record_id, version, revision, state, sealed, person_id, matched, received_at, updated_at
      FROM health_record WHERE person_id = ANY($1) ORDER BY received_at, record_id
"""
WAITING: Final = """
    SELECT record_id, version, revision, state, sealed, person_id, matched, received_at, updated_at
      FROM health_record
     WHERE person_id IS NULL AND state = 'active' AND (received_at, record_id) > ($1, $2)
     ORDER BY received_at, record_id LIMIT $3
"""
WAITING_IDS: Final = """
    SELECT received_at, record_id FROM health_record
     WHERE person_id IS NULL AND state = 'active' AND (received_at, record_id) > ($1, $2)
     ORDER BY received_at, record_id LIMIT $3
"""
COUNT_WAITING: Final = """
    SELECT count(*) FROM health_record
     WHERE person_id IS NULL AND state = 'active' AND (received_at, record_id) > ($1, $2)
"""
VERSIONS: Final = """
    SELECT record_id, version, revision, sealed, by_id, known_at, undone_at
      FROM health_record_version WHERE record_id = ANY($1) ORDER BY version, revision
"""
ADD_VERSIONS: Final = """
    INSERT INTO health_record_version
           (record_id, version, revision, state, sealed, job, by_id, known_at)
    SELECT *, $6::bytea, $7::uuid, $8::timestamptz
      FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::bytea[])
"""
PUT_RECORDS: Final = """
    INSERT INTO health_record
           (record_id, version, revision, state, sealed, received_at, updated_at)
    SELECT *, $6::timestamptz, $6::timestamptz
      FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::bytea[])
    ON CONFLICT (record_id) DO UPDATE
       SET version = excluded.version, revision = excluded.revision, state = excluded.state,
           sealed = excluded.sealed, updated_at = excluded.updated_at
"""
UNDO_VERSION: Final = """
    UPDATE health_record_version SET undone_at = $4, undone_by = $5
     WHERE record_id = $1 AND version = $2 AND revision = $3 AND undone_at IS NULL
"""
VERSIONS_OF_JOB: Final = """
    SELECT DISTINCT record_id FROM health_record_version
     WHERE job = ANY($1) AND undone_at IS NULL ORDER BY record_id LIMIT $2
"""
UNDO_JOB: Final = """
    UPDATE health_record_version SET undone_at = $3, undone_by = $4
     WHERE job = ANY($1) AND record_id = ANY($2) AND undone_at IS NULL
"""
NOBODYS: Final = """
    UPDATE health_record SET person_id = NULL, matched = NULL, updated_at = $2 WHERE record_id = $1
"""
SET_PEOPLE: Final = """
    UPDATE health_record r SET person_id = n.person_id, matched = n.how, updated_at = $4
      FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS n (record_id, person_id, how)
     WHERE r.record_id = n.record_id
"""
ADD_ATTACHMENTS: Final = """
    INSERT INTO health_attachment
           (record_id, person_id, how, attachment_id, sealed, by_id, attached_at)
    SELECT *, $6::uuid, $7::timestamptz
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bytea[])
"""
END_ATTACHMENT: Final = """
    UPDATE health_attachment SET detached_at = $2, detached_by = $3, barred = $4
     WHERE record_id = $1 AND detached_at IS NULL
    RETURNING attachment_id, person_id, how, attached_at
"""
ATTACHMENTS: Final = """
    SELECT record_id, attachment_id, person_id, how, sealed, by_id, attached_at, detached_at,
           detached_by, barred
      FROM health_attachment WHERE record_id = $1 ORDER BY attached_at, attachment_id
"""
OPEN_ATTACHMENTS: Final = """
    SELECT record_id, person_id, how, by_id FROM health_attachment
     WHERE record_id = ANY($1) AND detached_at IS NULL
"""
BARRED: Final = """
    SELECT record_id, person_id FROM health_attachment WHERE record_id = ANY($1) AND barred
"""
LIFT_BAR: Final = """
    UPDATE health_attachment SET barred = false WHERE record_id = $1 AND person_id = ANY($2)
"""
ADD_WAITING: Final = """
    INSERT INTO health_waiting (blind, record_id)
    SELECT * FROM unnest($1::bytea[], $2::uuid[]) ON CONFLICT DO NOTHING
"""
END_WAITING: Final = "DELETE FROM health_waiting WHERE record_id = ANY($1)"
# a shared phone leads to many records; those that agree in more come first
WAITING_UNDER: Final = """
    SELECT record_id FROM health_waiting WHERE blind = ANY($1)
     GROUP BY record_id ORDER BY count(*) DESC, record_id LIMIT $2
"""
PUT_FACTS: Final = """
    INSERT INTO person_facts (person_id, sealed, updated_at)
    SELECT *, $3::timestamptz FROM unnest($1::uuid[], $2::bytea[])
    ON CONFLICT (person_id) DO UPDATE
       SET sealed = excluded.sealed, updated_at = excluded.updated_at
"""
DROP_FACTS: Final = "DELETE FROM person_facts WHERE person_id = ANY($1)"
FACTS: Final = "SELECT sealed, updated_at FROM person_facts WHERE person_id = $1"

# who was merged into whom; identity asks this of one person at a time
ALIASES: Final = """
    SELECT person_id, into_id FROM merge WHERE into_id = ANY($1) AND undone_at IS NULL
"""

# as of a moment: whose records were attached then, and who was merged and profiled how
ALIASES_AT: Final = """
    SELECT person_id FROM merge
     WHERE into_id = $1 AND merged_at <= $2 AND (undone_at IS NULL OR undone_at > $2)
"""
ATTACHED_AT: Final = """
    SELECT DISTINCT record_id FROM health_attachment
     WHERE person_id = ANY($1) AND attached_at <= $2 AND (detached_at IS NULL OR detached_at > $2)
"""
VERSIONS_AT: Final = """
    SELECT record_id, version, revision, sealed, by_id, known_at, undone_at
      FROM health_record_version
     WHERE record_id = ANY($1) AND known_at <= $2 AND (undone_at IS NULL OR undone_at > $2)
     ORDER BY version, revision
"""
PROFILE_AT: Final = """
    SELECT profile FROM person_version
     WHERE person_id = $1 AND known_at <= $2 ORDER BY version DESC LIMIT 1
"""

# how people call whoever delivered under an id
SOURCE_NAMES: Final = """
    SELECT 'organisation ' || organisation_id AS source, name
      FROM organisation WHERE organisation_id = ANY($1)
     UNION ALL
    SELECT 'client ' || client_id, name FROM client WHERE client_id = ANY($1)
"""

OFFICIAL_SETS: Final = """
    SELECT DISTINCT ON (value_set_id) value_set_id, dated, body FROM value_set
     WHERE $1::text[] IS NULL OR value_set_id = ANY($1)
     ORDER BY value_set_id, dated DESC
"""
PUT_VALUE_SET: Final = """
    INSERT INTO value_set (value_set_id, dated, body, imported_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (value_set_id, dated) DO NOTHING RETURNING value_set_id
"""

START_JOB: Final = """
    INSERT INTO local.record_job (job_id, content_hash, sealed, owner_id, started_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (content_hash) DO NOTHING RETURNING job_id
"""
JOB_BY_CONTENT: Final = "SELECT * FROM local.record_job WHERE content_hash = ANY($1)"
JOB: Final = "SELECT * FROM local.record_job WHERE job_id = $1"
JOBS: Final = "SELECT * FROM local.record_job ORDER BY started_at DESC LIMIT $1"
UNFINISHED_UPLOADS: Final = """
    SELECT job_id FROM local.record_job j
     WHERE finished_at IS NULL
       AND EXISTS (SELECT FROM local.record_upload u WHERE u.job_id = j.job_id)
     ORDER BY started_at
"""
# two processes with the same file: whoever commits second finds another rows_done
ADVANCE_JOB: Final = """
    UPDATE local.record_job
       SET rows_done = rows_done + $3, received = received + $4, known = known + $5,
           attached = attached + $6, failed = failed + $7
     WHERE job_id = $1 AND rows_done = $2 RETURNING job_id
"""
FINISH_JOB: Final = "UPDATE local.record_job SET finished_at = $2 WHERE job_id = $1"
# the same file may be imported again after its undo, as another job
END_JOB: Final = """
    UPDATE local.record_job SET undone_at = $2, content_hash = content_hash || $3
     WHERE job_id = $1 AND undone_at IS NULL
"""
LOCK_JOB: Final = """
    SELECT pg_try_advisory_lock(hashtextextended('record job ' || $1::uuid, 0))
"""
FREE_JOB: Final = "SELECT pg_advisory_unlock(hashtextextended('record job ' || $1::uuid, 0))"
ADD_FINDINGS: Final = """
    INSERT INTO local.record_finding (job_id, row_no, field, severity, code)
    SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])
    ON CONFLICT DO NOTHING
"""
FINDINGS: Final = """
    SELECT row_no, field, severity, code FROM local.record_finding
     WHERE job_id = $1 ORDER BY row_no, field, code
"""
ADD_UPLOAD: Final = """
    INSERT INTO local.record_upload (job_id, part, sealed) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING
"""
UPLOAD: Final = """
    SELECT part, sealed FROM local.record_upload WHERE job_id = $1 ORDER BY part
"""
DROP_UPLOAD: Final = "DELETE FROM local.record_upload WHERE job_id = $1"
FORGET_FINDINGS: Final = """
    DELETE FROM local.record_finding
     WHERE job_id IN (SELECT job_id FROM local.record_job WHERE finished_at < $1)
"""
FORGET_JOBS: Final = "DELETE FROM local.record_job WHERE finished_at < $1"

LOCK_REMATCH: Final = "SELECT pg_try_advisory_lock(hashtextextended('records rematched', 0))"
FREE_REMATCH: Final = "SELECT pg_advisory_unlock(hashtextextended('records rematched', 0))"
OPEN_REMATCH: Final = """
    SELECT * FROM local.rematch_run WHERE finished_at IS NULL ORDER BY began_at LIMIT 1
"""
BEGIN_REMATCH: Final = """
    INSERT INTO local.rematch_run (run_id, after_at, after_id, began_at)
    VALUES ($1, $2, $3, $4) RETURNING *
"""
ADVANCE_REMATCH: Final = """
    UPDATE local.rematch_run
       SET after_at = $2, after_id = $3, looked = looked + $4, matched = matched + $5
     WHERE run_id = $1 AND finished_at IS NULL RETURNING *
"""
FINISH_REMATCH: Final = """
    UPDATE local.rematch_run SET finished_at = $2
     WHERE run_id = $1 AND finished_at IS NULL RETURNING *
"""
END_REMATCH: Final = "UPDATE local.rematch_run SET finished_at = $1 WHERE finished_at IS NULL"
FORGET_REMATCH: Final = "DELETE FROM local.rematch_run WHERE began_at < $1"


async def lock_records(db: Connection, record_ids: Iterable[UUID]) -> None:
    """Wait for everybody else who works on these records; in one order, so nobody deadlocks."""
    await db.execute(LOCK_RECORDS, sorted(set(record_ids)))


async def lock_facts(db: Connection, person_ids: Iterable[UUID]) -> None:
    """Wait for everybody else who makes the facts of these people; in one order, after records."""
    await db.execute(LOCK_FACTS, sorted(set(person_ids)))


async def records(db: Connection, record_ids: Sequence[UUID]) -> dict[UUID, Record]:
    """The rows by id; served by the primary key."""
    return {row["record_id"]: row for row in await db.fetch(RECORDS, record_ids)}


async def versions(
    db: Connection, record_ids: Sequence[UUID], *, known_at: datetime | None = None
) -> list[Record]:
    """Every version of these records, or those that stood at a moment."""
    if known_at is None:
        return await db.fetch(VERSIONS, record_ids)
    return await db.fetch(VERSIONS_AT, record_ids, known_at)
