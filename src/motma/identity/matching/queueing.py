"""The queue of records whose person a registrar decides about, most useful first.

One review stands for all records with the very same evidence: one look, one decision. Whoever
calls carries the decision out on the records, in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.identity.matching import queries
from motma.identity.matching.deciding import Match
from motma.identity.matching.errors import NotACandidate, ReviewTaken, ReviewUnknown
from motma.identity.matching.evidence import Evidence, features_of
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

#: How long a review is one registrar's: long enough for a call to the clinic. Source: ours.
LEASE: Final = timedelta(minutes=10)
#: How long a decision stays to be undone. Source: domain.md §9, the latest month.
KEEP: Final = timedelta(days=31)

_COLUMN: Final = "match_review.sealed"

Verdict = Literal["link", "none"]


class Subject(msgspec.Struct, frozen=True):
    """What is to be matched: its kind (`record`) and id."""

    kind: str
    subject_id: UUID


class File(msgspec.Struct, frozen=True, kw_only=True):
    """What a registrar decides on, sealed."""

    evidence: Evidence
    candidates: tuple[UUID, ...]


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A review as it waits; `probability` is that of the first candidate."""

    review_id: UUID
    file: File
    probability: float
    unlocks: int
    opened_at: datetime


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided: these subjects are the person's, or nobody's among the candidates."""

    subjects: tuple[Subject, ...]
    person_id: UUID | None


async def offer(
    db: Connection, means: Means, subject: Subject, evidence: Evidence, match: Match[UUID]
) -> UUID | None:
    """Put a subject in the queue; None when a registrar said `none` to just this before.

    The same subject again moves to where its evidence is now; the same evidence joins a review.
    """
    file = File(evidence=evidence, candidates=match.candidates)
    alike = means.vault.blinds("evidence", _alike(evidence))
    before = await db.fetchrow(queries.OF_SUBJECT, subject.kind, subject.subject_id)
    if before is not None and before["alike"] in alike:
        if before["decided_at"] is None:
            await _renew(db, means, before["review_id"], file, match.probability)
            joined: UUID = before["review_id"]
            return joined
        if _settled(means, before, file):
            return None
    await withdraw(db, means, subject)
    return await _enqueue(db, means, file, match.probability, [subject])


async def withdraw(db: Connection, means: Means, subject: Subject) -> None:
    """Take a subject out: it found its person, changed or went; nothing when it isn't there."""
    review_id = await db.fetchval(queries.DROP_SUBJECT, subject.kind, subject.subject_id)
    if review_id is not None and not await db.fetchval(queries.RANK, review_id):
        await db.execute(queries.WITHDRAW, review_id, means.clock.now())


async def withdraw_all(
    db: Connection, means: Means, kind: str, subject_ids: Sequence[UUID]
) -> None:
    """Take many subjects of one kind out at once."""
    left = await db.fetch(queries.DROP_SUBJECTS, kind, subject_ids)
    for review_id in sorted({row["review_id"] for row in left}):
        if not await db.fetchval(queries.RANK, review_id):
            await db.execute(queries.WITHDRAW, review_id, means.clock.now())


async def next_for(db: Connection, means: Means, *, by: UUID) -> Open | None:
    """The most useful review that nobody else looks at, for `by` alone while the lease lasts."""
    now = means.clock.now()
    review_id = await db.fetchval(queries.MINE, by, now) or await db.fetchval(queries.BEST, by, now)
    if review_id is None:
        return None
    await db.execute(queries.LEASE, review_id, by, now + LEASE)
    return await show(db, means, review_id)


async def show(db: Connection, means: Means, review_id: UUID) -> Open:
    """A review as it stands, decided or not; ReviewUnknown when there is none."""
    row = await db.fetchrow(queries.FIND_REVIEW, review_id)
    if row is None:
        raise ReviewUnknown
    return Open(
        review_id=review_id,
        file=_file(means, row),
        probability=row["probability"],
        unlocks=row["unlocks"],
        opened_at=row["opened_at"],
    )


async def pass_on(db: Connection, means: Means, review_id: UUID, *, by: UUID) -> None:
    """Leave a review to others: `by` is not shown it again."""
    await _locked(db, means, review_id, by=by)
    await db.execute(queries.LEAVE, review_id, by)


async def decide(
    db: Connection,
    means: Means,
    review_id: UUID,
    *,
    decision: Verdict,
    by: UUID,
    person_id: UUID | None = None,
) -> Decided:
    """Decide a review once; the caller attaches the subjects of a link in this transaction."""
    row = await _locked(db, means, review_id, by=by)
    chosen = await _chosen(db, means, row, person_id) if decision == "link" else None
    await db.execute(queries.DECIDE, review_id, means.clock.now(), by, decision, chosen)
    details = {"review_id": str(review_id), "decision": decision, "by": str(by)}
    await means.log(db, "identity.match-decided", details, person_id=chosen)
    return Decided(subjects=await _subjects(db, review_id), person_id=chosen)


async def undo(db: Connection, means: Means, review_id: UUID, *, by: UUID) -> Decided:
    """Take a decision back; its subjects wait again, and the caller detaches those of a link."""
    row = await db.fetchrow(queries.LOCK_REVIEW, review_id)
    if row is None or row["decision"] not in ("link", "none") or row["undone_at"] is not None:
        raise ReviewUnknown
    subjects = await _subjects(db, review_id)
    await db.execute(queries.UNDO, review_id, means.clock.now(), by)
    if subjects:
        await _enqueue(db, means, _file(means, row), row["probability"], subjects)
    details = {"review_id": str(review_id), "by": str(by)}
    await means.log(db, "identity.match-undone", details, person_id=row["person_id"])
    return Decided(subjects=subjects, person_id=row["person_id"])


async def waiting(db: Connection, means: Means, *, most: int = 50) -> list[Record]:
    """The most useful reviews without what they are about: for those who watch the queue."""
    return await db.fetch(queries.WAITING, means.clock.now(), most)


async def state(db: Connection) -> Record:
    """How many reviews and records wait, and since when the oldest."""
    row = await db.fetchrow(queries.STATE)
    assert row is not None  # noqa: S101 - a count always has a row
    return row


async def forget(db: Connection, now: datetime) -> None:
    """Delete what was decided too long ago to be undone."""
    await db.execute(queries.FORGET_SUBJECTS, now - KEEP)
    await db.execute(queries.FORGET_REVIEWS, now - KEEP)


async def _enqueue(
    db: Connection, means: Means, file: File, probability: float, subjects: Sequence[Subject]
) -> UUID:
    """Join the open review of the same evidence, or open one; the newest candidates count."""
    now = means.clock.now()
    alike = means.vault.blinds("evidence", _alike(file.evidence))
    review_id: UUID | None = await db.fetchval(queries.OPEN_ALIKE, alike)
    if review_id is None:
        fresh = uuid7(now, means.random)
        sealed = means.vault.seal(_COLUMN, fresh, msgspec.json.encode(file))
        review_id = await db.fetchval(queries.ADD_REVIEW, fresh, alike[0], sealed, probability, now)
        assert review_id is not None  # noqa: S101 - inserted or found
    await _renew(db, means, review_id, file, probability)
    for one in subjects:
        await db.execute(queries.ADD_SUBJECT, one.kind, one.subject_id, review_id, now)
    await db.execute(queries.RANK, review_id)
    return review_id


async def _renew(
    db: Connection, means: Means, review_id: UUID, file: File, probability: float
) -> None:
    """The newest candidates count."""
    sealed = means.vault.seal(_COLUMN, review_id, msgspec.json.encode(file))
    await db.execute(queries.RENEW, review_id, sealed, probability)
    await db.execute(queries.RANK, review_id)


async def _locked(db: Connection, means: Means, review_id: UUID, *, by: UUID) -> Record:
    """The open review, for `by`; ReviewTaken while another registrar looks at it."""
    row = await db.fetchrow(queries.LOCK_REVIEW, review_id)
    if row is None or row["decided_at"] is not None:
        raise ReviewUnknown
    leased = row["leased_until"] is not None and row["leased_until"] > means.clock.now()
    if leased and row["leased_by"] != by:
        raise ReviewTaken
    return row


async def _chosen(db: Connection, means: Means, row: Record, person_id: UUID | None) -> UUID:
    """The candidate as the person they are now; only a candidate can be chosen."""
    people = await queries.people(db, _file(means, row).candidates)
    kept = {person["kept_id"] for person in people}
    named = {person["person_id"]: person["kept_id"] for person in people}
    chosen: UUID | None = named.get(person_id, person_id)
    if chosen is None or chosen not in kept:
        raise NotACandidate
    return chosen


async def _subjects(db: Connection, review_id: UUID) -> tuple[Subject, ...]:
    rows = await db.fetch(queries.SUBJECTS, review_id)
    return tuple(Subject(row["kind"], row["subject_id"]) for row in rows)


def _settled(means: Means, before: Record, file: File) -> bool:
    """Whether somebody said `none` of this evidence, and nobody new comes into question."""
    if before["decision"] != "none" or before["undone_at"] is not None:
        return False
    return set(file.candidates) <= set(_file(means, before).candidates)


def _file(means: Means, row: Record) -> File:
    plain = means.vault.open(_COLUMN, row["review_id"], row["sealed"])
    return msgspec.json.decode(plain, type=File)


def _alike(evidence: Evidence) -> str:
    """What makes two records one review: all that is compared is the same, however written."""
    same = features_of(evidence)
    area = same.area.code if same.area else ""
    parts = (same.name.plain, same.birth, same.sex, same.documents, same.bhyts, same.phones, area)
    return "|".join(map(str, parts))
