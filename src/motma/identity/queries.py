"""All SQL of identity."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.storage.pool import Connection

ADD_PERSON: Final = """
    INSERT INTO person (person_id, profile, version, qid, created_at, updated_at)
    VALUES ($1, $2, 1, $3, $4, $4)
"""
ADD_VERSION: Final = """
    INSERT INTO person_version (person_id, version, profile, known_at, source)
    VALUES ($1, $2, $3, $4, $5)
"""
ADD_QID: Final = """
    INSERT INTO qid (qid, person_id, state, issued_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (qid) DO NOTHING RETURNING qid
"""
LOCK_PERSON: Final = """
    SELECT person_id, profile, version, qid, merged_into, updated_at
      FROM person WHERE person_id = $1 FOR UPDATE
"""
FIND_QID: Final = "SELECT qid, person_id, state, issue_no FROM qid WHERE qid = $1"
LOCK_QID: Final = FIND_QID + " FOR UPDATE"
FIND_PERSON: Final = """
    SELECT person_id, profile, version, qid, merged_into, updated_at
      FROM person WHERE person_id = $1
"""
SET_PROFILE: Final = """
    UPDATE person SET profile = $2, version = $3, updated_at = $4 WHERE person_id = $1
"""
# whoever registers, links or declares the same value waits here until its twin is done
LOCK_BLINDS: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended(encode(blind, 'hex'), 0))
      FROM unnest($1::bytea[]) AS blind
"""
# an import takes no such lock: this waits for it, then yields to it
CLAIM_DOCUMENT: Final = """
    INSERT INTO document_index (blind, person_id, proven) VALUES ($1, $2, true)
    ON CONFLICT DO NOTHING RETURNING person_id
"""
PROVE_DOCUMENT: Final = """
    UPDATE document_index SET proven = true
     WHERE blind = $1 AND person_id = $2
       AND NOT EXISTS (SELECT FROM document_index other
                        WHERE other.blind = $1 AND other.proven AND other.person_id <> $2)
"""
DECLARE_DOCUMENT: Final = """
    INSERT INTO document_index (blind, person_id, proven) VALUES ($1, $2, false)
    ON CONFLICT DO NOTHING
"""
OWNERS: Final = """
    SELECT blind, person_id FROM document_index WHERE blind = ANY($1) AND proven
"""
ADD_DOCUMENT: Final = """
    INSERT INTO document (person_id, blind, kind, sealed, assurance, known_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (person_id, blind) DO UPDATE
       SET assurance = greatest(document.assurance, excluded.assurance)
"""
ADD_KEY: Final = """
    INSERT INTO person_index (blind, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
BY_KEYS: Final = "SELECT DISTINCT person_id FROM person_index WHERE blind = ANY($1) LIMIT 500"
# when it ended first is what a scan is judged by: a second reason never moves it
END_QID: Final = """
    UPDATE qid
       SET state = $2, ended_at = CASE WHEN state = $2 THEN ended_at ELSE $3 END, reason = $4
     WHERE qid = $1
"""
REVIVE_QID: Final = """
    UPDATE qid SET state = 'active', ended_at = NULL, reason = NULL
     WHERE person_id = $1 AND state = 'merged'
"""
SET_QID: Final = "UPDATE person SET qid = $2, updated_at = $3 WHERE person_id = $1"
NEXT_ISSUE: Final = """
    UPDATE qid SET issue_no = issue_no + 1, reissued_at = $2
     WHERE qid = $1 AND state = 'active' RETURNING issue_no
"""
SET_MERGED: Final = "UPDATE person SET merged_into = $2, updated_at = $3 WHERE person_id = $1"
HAS_ALIASES: Final = "SELECT EXISTS (SELECT FROM merge WHERE into_id = $1 AND undone_at IS NULL)"
ADD_MERGE: Final = """
    INSERT INTO merge (person_id, merge_id, into_id, reason, merged_by, merged_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
OPEN_MERGE: Final = """
    SELECT merge_id, into_id, merged_at FROM merge
     WHERE person_id = $1 AND undone_at IS NULL FOR UPDATE
"""
UNDO_MERGE: Final = """
    UPDATE merge SET undone_by = $3, undone_at = $4 WHERE person_id = $1 AND merge_id = $2
"""
ARRIVED_SINCE: Final = """
    SELECT version, known_at, source FROM person_version
     WHERE person_id = $1 AND known_at > $2 ORDER BY version
"""
#: All ids of each of many people, their own among them; served by person's key and merge's index.
SELVES_OF_ALL: Final = """
    WITH asked AS (
        SELECT p.person_id AS asked, coalesce(p.merged_into, p.person_id) AS kept
          FROM person p WHERE p.person_id = ANY($1))
    SELECT asked, kept AS person_id FROM asked
     UNION
    SELECT a.asked, m.person_id FROM asked a
      JOIN merge m ON m.into_id = a.kept AND m.undone_at IS NULL
"""
ALIASES_OF: Final = "SELECT person_id FROM merge WHERE into_id = $1 AND undone_at IS NULL"
ADD_GUARDIAN: Final = """
    INSERT INTO guardian (dependant_id, guardian_id, evidence, since, until)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (dependant_id, guardian_id) DO UPDATE
       SET evidence = excluded.evidence, since = excluded.since, until = excluded.until,
           confirmed_at = NULL, ended_at = NULL
"""
CONFIRM_GUARDIAN: Final = """
    UPDATE guardian SET confirmed_at = $3
     WHERE dependant_id = $1 AND guardian_id = ANY($2) AND ended_at IS NULL AND until > $3
    RETURNING guardian_id
"""
END_GUARDIAN: Final = """
    UPDATE guardian SET ended_at = $3
     WHERE dependant_id = $1 AND guardian_id = $2 AND ended_at IS NULL RETURNING dependant_id
"""
#: Another process may be at the same rows: it takes others.
END_GROWN_UP: Final = """
    UPDATE guardian g SET ended_at = g.until
      FROM (SELECT dependant_id, guardian_id FROM guardian
             WHERE ended_at IS NULL AND until <= $1
             ORDER BY until, dependant_id, guardian_id LIMIT $2 FOR UPDATE SKIP LOCKED) due
     WHERE (g.dependant_id, g.guardian_id) = (due.dependant_id, due.guardian_id)
    RETURNING g.dependant_id, g.guardian_id, g.until
"""
DEPENDANTS_OF: Final = """
    SELECT dependant_id, confirmed_at, until FROM guardian
     WHERE guardian_id = ANY($1) AND ended_at IS NULL AND until > $2
     ORDER BY since, dependant_id
"""
IS_GUARDIAN: Final = """
    SELECT EXISTS (SELECT FROM guardian
                    WHERE dependant_id = $1 AND guardian_id = ANY($2) AND ended_at IS NULL
                      AND confirmed_at IS NOT NULL AND until > $3)
"""
ADD_CASE: Final = """
    INSERT INTO review_case (person_id, case_id, kind, sealed, opened_at)
    VALUES ($1, $2, $3, $4, $5)
"""
OPEN_CASES: Final = """
    SELECT person_id, case_id, kind, sealed, opened_at FROM review_case
     WHERE decided_at IS NULL ORDER BY opened_at LIMIT $1
"""
LOCK_CASE: Final = """
    SELECT person_id, case_id, kind, sealed, opened_at FROM review_case
     WHERE person_id = $1 AND case_id = $2 AND decided_at IS NULL FOR UPDATE
"""
DECIDE_CASE: Final = """
    UPDATE review_case SET decided_at = $3, decided_by = $4, decision = $5
     WHERE person_id = $1 AND case_id = $2 AND decided_at IS NULL RETURNING case_id
"""
QIDS_OF: Final = """
    SELECT qid, state, issue_no, issued_at, ended_at, reason FROM qid
     WHERE person_id = $1 ORDER BY issued_at
"""
ENDED_QIDS: Final = """
    SELECT qid FROM qid WHERE ended_at IS NOT NULL AND state <> 'merged' ORDER BY ended_at
"""
ADD_WORK: Final = """
    INSERT INTO local.outbox (topic, key, body, created_at) VALUES ($1, $2, $3, $4)
"""
WAITING_WORK: Final = """
    SELECT outbox_id, body FROM local.outbox
     WHERE done_at IS NULL AND topic = $1 ORDER BY outbox_id LIMIT 1000 FOR UPDATE
"""
WORK_DONE: Final = "UPDATE local.outbox SET done_at = $2 WHERE outbox_id = ANY($1)"
RAISE_ISSUE: Final = """
    UPDATE qid SET issue_no = $2, reissued_at = $3 WHERE qid = $1 AND issue_no < $2
"""
# also when the backup is older than the QID itself
END_QID_AGAIN: Final = """
    INSERT INTO qid (qid, person_id, state, issued_at, ended_at) VALUES ($1, $2, $3, $4, $4)
    ON CONFLICT (qid) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at
     WHERE qid.state IN ('active', 'alias', 'merged')
"""
SET_QID_AFTER: Final = "UPDATE person SET qid = $3 WHERE person_id = $1 AND qid = $2"
#: Everything of a person, under all ids of theirs, for themselves.
VERSIONS_OF: Final = """
    SELECT person_id, version, profile, known_at, source FROM person_version
     WHERE person_id = ANY($1) ORDER BY known_at, person_id, version
"""
DOCUMENTS_OF: Final = """
    SELECT person_id, kind, sealed, assurance, true_from, known_at, ended_at FROM document
     WHERE person_id = ANY($1) ORDER BY known_at, kind, blind
"""
GUARDIANSHIPS_OF: Final = """
    SELECT dependant_id, evidence, guardian_id = ANY($1) AS as_guardian, since, until,
           confirmed_at, ended_at
      FROM guardian WHERE dependant_id = ANY($1) OR guardian_id = ANY($1)
     ORDER BY since, dependant_id, guardian_id
"""
MERGES_OF: Final = """
    SELECT person_id, reason, merged_at, undone_at FROM merge
     WHERE person_id = ANY($1) OR into_id = ANY($1) ORDER BY merged_at, merge_id
"""
CASES_OF: Final = """
    SELECT kind, opened_at, decided_at, decision FROM review_case
     WHERE person_id = ANY($1) ORDER BY opened_at, case_id
"""
SOME_QIDS: Final = "SELECT qid FROM qid WHERE state = 'active' ORDER BY issued_at, qid LIMIT 3"
COUNT_PEOPLE: Final = "SELECT count(*) FROM person"


async def find_qid(db: Connection, qid: str) -> Record | None:
    """QID, person, state and issue number; served by the primary key."""
    return await db.fetchrow(FIND_QID, qid)


async def find_person(db: Connection, person_id: UUID) -> Record | None:
    """The row of a person; served by the primary key."""
    return await db.fetchrow(FIND_PERSON, person_id)


async def lock_person(db: Connection, person_id: UUID) -> Record | None:
    """The row of a person, until the transaction ends."""
    return await db.fetchrow(LOCK_PERSON, person_id)


async def lock_blinds(db: Connection, blinds: Iterable[bytes]) -> None:
    """Wait for everybody else who works on these values; in one order, so that nobody deadlocks."""
    await db.execute(LOCK_BLINDS, sorted(blinds))


async def owners(db: Connection, blinds: list[bytes]) -> dict[bytes, UUID]:
    """Blind index → who proved that this document is theirs."""
    return {row["blind"]: row["person_id"] for row in await db.fetch(OWNERS, blinds)}


async def add_work(
    db: Connection, topic: str, *, key: str, body: dict[str, object], at: datetime
) -> None:
    """Work for later, in the same transaction as its cause."""
    await db.execute(ADD_WORK, topic, key, body, at)
