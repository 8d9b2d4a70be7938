"""Records follow their people: what registering, merging and parting mean for who has which.

Identity knows nothing of records, so whoever changes people through the rim comes through here.
"""

from uuid import UUID

from motma.access.means import Means
from motma.identity import ending
from motma.identity import service as identity
from motma.records import rematching, service
from motma.storage.pool import Connection, Pool


async def merge(
    db: Connection, means: Means, *, qid: str, into: str, reason: str, by: UUID
) -> UUID:
    """Merge two QIDs; the kept one's facts are those of both, and what waits is found."""
    merge_id = await ending.merge(db, means, qid=qid, into=into, reason=reason, by=by)
    await follow(db, means, into)
    return merge_id


async def undo_merge(
    db: Connection, means: Means, qid: str, *, by: UUID
) -> list[dict[str, object]]:
    """Part two people again: each record is looked at anew, so that none counts for the other."""
    kept = await identity.find(db, means, qid)
    arrived = await ending.undo_merge(db, means, qid, by=by)
    parted = await identity.find(db, means, qid)
    for person in (kept, parted):
        await service.reconsider(db, means, person.person_id)
    return arrived


async def follow(db: Connection, means: Means, qid: str) -> None:
    """After registering, correcting, linking a document or deciding a case."""
    person = await identity.find(db, means, qid)
    await service.follow(db, means, person.person_id)


async def rematch_all(pool: Pool, means: Means) -> tuple[int, int]:
    """Match every waiting record again, from the first: how many were looked at, and found."""
    done = await rematching.run(pool, means, anew=True)
    return done.looked, done.matched
