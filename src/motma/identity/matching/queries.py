"""All SQL of matching."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.storage.pool import Connection

REVIEWS_OF: Final = """
    SELECT opened_at, decided_at, decision, undone_at FROM local.match_review
     WHERE person_id = ANY($1) ORDER BY opened_at, review_id
"""
PROVEN: Final = "SELECT DISTINCT person_id FROM document_index WHERE blind = ANY($1) AND proven"
# whoever stands under several keys comes first: a cap must cut the least likely
CANDIDATES: Final = """
    SELECT person_id
      FROM (SELECT person_id FROM document_index WHERE blind = ANY($1) AND proven
             UNION ALL
            SELECT person_id FROM person_index WHERE blind = ANY($2)) AS met
     GROUP BY person_id ORDER BY count(*) DESC, person_id LIMIT $3
"""
# the same for a page of records, each known by its place in it
PROVEN_EACH: Final = """
    SELECT DISTINCT asked.place, found.person_id
      FROM unnest($1::int[], $2::bytea[]) AS asked (place, blind)
      JOIN document_index found ON found.blind = asked.blind AND found.proven
     ORDER BY asked.place, found.person_id
"""
CANDIDATES_EACH: Final = """
    SELECT place, person_id
      FROM (SELECT place, person_id,
                   row_number() OVER (
                       PARTITION BY place ORDER BY count(*) DESC, person_id
                   ) AS rank
              FROM (SELECT asked.place, found.person_id
                      FROM unnest($1::int[], $2::bytea[]) AS asked (place, blind)
                      JOIN document_index found ON found.blind = asked.blind AND found.proven
                     UNION ALL
                    SELECT asked.place, found.person_id
                      FROM unnest($3::int[], $4::bytea[]) AS asked (place, blind)
                      JOIN person_index found ON found.blind = asked.blind) AS met
             GROUP BY place, person_id) AS ranked
     WHERE rank <= $5 ORDER BY place, rank
"""
HOLDERS_EACH: Final = """
    SELECT asked.place, count(DISTINCT found.person_id) AS people
      FROM unnest($1::int[], $2::bytea[]) AS asked (place, blind)
      JOIN person_index found ON found.blind = asked.blind
     GROUP BY asked.place
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

# whoever offers the same evidence at once waits here and joins
ADD_REVIEW: Final = """
    INSERT INTO local.match_review AS open
           (review_id, alike, sealed, probability, unlocks, usefulness, opened_at)
    VALUES ($1, $2, $3, $4, 0, 0, $5)
    ON CONFLICT (alike) WHERE decided_at IS NULL DO UPDATE SET probability = open.probability
    RETURNING review_id
"""
OPEN_ALIKE: Final = """
    SELECT review_id FROM local.match_review
     WHERE alike = ANY($1) AND decided_at IS NULL FOR UPDATE
"""
ADD_SUBJECT: Final = """
    INSERT INTO local.match_subject (kind, subject_id, review_id, offered_at)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (kind, subject_id) DO UPDATE SET review_id = $3, offered_at = $4
"""
DROP_SUBJECT: Final = """
    DELETE FROM local.match_subject s USING local.match_review r
     WHERE s.kind = $1 AND s.subject_id = $2 AND r.review_id = s.review_id AND r.decided_at IS NULL
    RETURNING s.review_id
"""
DROP_SUBJECTS: Final = """
    DELETE FROM local.match_subject s USING local.match_review r
     WHERE s.kind = $1 AND s.subject_id = ANY($2) AND r.review_id = s.review_id
       AND r.decided_at IS NULL
    RETURNING s.review_id
"""
MOVE_SUBJECTS: Final = "UPDATE local.match_subject SET review_id = $2 WHERE review_id = $1"
RENEW: Final = """
    UPDATE local.match_review SET sealed = $2, probability = $3 WHERE review_id = $1
"""
# what one look at it is worth: see docs/decisions/0097
RANK: Final = """
    UPDATE local.match_review
       SET unlocks = waiting.count, usefulness = probability * waiting.count
      FROM (SELECT count(*)::integer AS count FROM local.match_subject WHERE review_id = $1)
           AS waiting
     WHERE review_id = $1
    RETURNING unlocks
"""
WITHDRAW: Final = """
    UPDATE local.match_review SET decided_at = $2, decision = 'withdrawn' WHERE review_id = $1
"""
OF_SUBJECT: Final = """
    SELECT r.review_id, r.alike, r.decided_at, r.decision, r.undone_at, r.sealed
      FROM local.match_subject s JOIN local.match_review r USING (review_id)
     WHERE s.kind = $1 AND s.subject_id = $2
"""
SUBJECTS: Final = """
    SELECT kind, subject_id FROM local.match_subject WHERE review_id = $1
     ORDER BY kind, subject_id
"""
MINE: Final = """
    SELECT review_id FROM local.match_review
     WHERE leased_by = $1 AND leased_until > $2 AND decided_at IS NULL
       AND NOT $1 = ANY(passed_by)
     ORDER BY usefulness DESC, opened_at, review_id LIMIT 1
"""
BEST: Final = """
    SELECT review_id FROM local.match_review
     WHERE decided_at IS NULL AND (leased_until IS NULL OR leased_until <= $2)
       AND NOT $1 = ANY(passed_by)
     ORDER BY usefulness DESC, opened_at, review_id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
LEASE: Final = """
    UPDATE local.match_review SET leased_by = $2, leased_until = $3 WHERE review_id = $1
"""
LEAVE: Final = """
    UPDATE local.match_review
       SET leased_by = NULL, leased_until = NULL, passed_by = array_append(passed_by, $2)
     WHERE review_id = $1
"""
FIND_REVIEW: Final = """
    SELECT review_id, alike, sealed, probability, unlocks, opened_at, leased_by, leased_until,
           decided_at, decided_by, decision, person_id, undone_at
      FROM local.match_review WHERE review_id = $1
"""
LOCK_REVIEW: Final = FIND_REVIEW + " FOR UPDATE"
DECIDE: Final = """
    UPDATE local.match_review
       SET decided_at = $2, decided_by = $3, decision = $4, person_id = $5, leased_until = NULL
     WHERE review_id = $1
"""
UNDO: Final = """
    UPDATE local.match_review SET undone_at = $2, undone_by = $3 WHERE review_id = $1
"""
WAITING: Final = """
    SELECT review_id, probability, unlocks, usefulness, opened_at,
           coalesce(leased_until > $1, false) AS leased
      FROM local.match_review WHERE decided_at IS NULL
     ORDER BY usefulness DESC, opened_at, review_id LIMIT $2
"""
STATE: Final = """
    SELECT count(*) AS reviews, coalesce(sum(unlocks), 0)::bigint AS records,
           min(opened_at) AS oldest
      FROM local.match_review WHERE decided_at IS NULL
"""
FORGET_SUBJECTS: Final = """
    DELETE FROM local.match_subject s USING local.match_review r
     WHERE r.review_id = s.review_id AND r.decided_at < $1
"""
FORGET_REVIEWS: Final = "DELETE FROM local.match_review WHERE decided_at < $1"


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
