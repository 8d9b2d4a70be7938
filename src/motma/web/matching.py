"""A registrar's queue of records whose person is not certain: the next one, a decision, its undo.

Matching knows no records: what it decides is carried out on them here, in one transaction.
"""

from typing import Literal
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.matching import queueing, sides
from motma.identity.matching.queueing import Decided
from motma.identity.matching.sides import Review
from motma.records import service as records
from motma.storage.pool import Connection
from motma.web.calls import platform_of, reader_of, require_role
from motma.web.operations import post
from motma.web.reads import log_read

#: How the attachment was found, as the record tells it.
BY_REVIEW = "review"


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision: whose the records are, that they are none of the candidates', or a pass."""

    review_id: UUID
    decision: Literal["link", "none", "skip"]
    person_id: UUID | None = None


class ById(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A review."""

    review_id: UUID


class Done(msgspec.Struct, frozen=True):
    """How many records it concerned."""

    records: int


class Next(msgspec.Struct, frozen=True):
    """The review to look at; none when nothing waits for this registrar."""

    review: Review | None
    waiting: int


async def next_review(request: Request, _body: None) -> Next:
    """The most useful review nobody else looks at, for ten minutes; its candidates see the read."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        found = await queueing.next_for(db, platform.means, by=reader_of(session))
        review = await sides.beside(db, platform.means, found) if found is not None else None
        for side in review.candidates if review is not None else ():
            await log_read(db, platform, session, side.person_id)
        state = await queueing.state(db)
    return Next(review=review, waiting=state["reviews"])


async def decide_review(request: Request, body: Verdict) -> Done:
    """Link a review's records to a candidate, say that none is meant, or leave it to others."""
    session = await require_role(request, "registrar")
    platform, by = platform_of(request), reader_of(session)
    async with platform.transaction() as db:
        if body.decision == "skip":
            await queueing.pass_on(db, platform.means, body.review_id, by=by)
            return Done(records=0)
        decided = await queueing.decide(
            db,
            platform.means,
            body.review_id,
            decision=body.decision,
            by=by,
            person_id=body.person_id,
        )
        await attach(db, platform.means, decided, by=by)
    return Done(records=len(decided.subjects))


async def undo_review(request: Request, body: ById) -> Done:
    """Take a decision back: the records are nobody's and wait again."""
    session = await require_role(request, "registrar")
    platform, by = platform_of(request), reader_of(session)
    async with platform.transaction() as db:
        undone = await queueing.undo(db, platform.means, body.review_id, by=by)
        count = await detach(db, platform.means, undone, by=by)
    return Done(records=count)


async def attach(db: Connection, means: Means, decided: Decided, *, by: UUID) -> None:
    """Carry a link out on the records."""
    if decided.person_id is None:
        return
    for subject in decided.subjects:
        await records.attach(db, means, subject.subject_id, decided.person_id, how=BY_REVIEW, by=by)


async def detach(db: Connection, means: Means, undone: Decided, *, by: UUID) -> int:
    """Carry the undoing on the records out; how many wait again.

    A record that somebody else has by now was decided anew: it stays theirs, and leaves the queue.
    """
    if undone.person_id is None:
        return len(undone.subjects)
    person = await identity.resolve(db, means, undone.person_id)
    kept = 0
    for subject in undone.subjects:
        owner = await records.owner_of(db, means, subject.subject_id)
        if owner == person.person_id:
            await records.detach(db, means, subject.subject_id, by=by, reason="review undone")
        elif owner is not None:
            await queueing.withdraw(db, means, subject)
            kept += 1
    return len(undone.subjects) - kept


OPERATIONS = [
    post("/v1/matching:next", next_review, None, Next, "The next record to match"),
    post("/v1/matching:decide", decide_review, Verdict, Done, "Decide whose records are"),
    post("/v1/matching:undo", undo_review, ById, Done, "Undo a matching decision"),
]  # fmt: skip
