"""Ending a QID: revoke, replace, re-issue after a lost card, merge two people and undo it.

Each ending leaves work in the outbox in the same transaction; `mirror` carries it to a file outside
the database before the caller hears of success, so that a restored backup revives nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.access.means import Means
from motma.access.model import line
from motma.identity import model, queries
from motma.identity.errors import MergeRefused, PersonUnknown, QidEnded, SamePerson
from motma.identity.service import find_qid, load
from motma.kernel.ids import new_qid, uuid7
from motma.storage.pool import Connection

#: Topic of the outbox rows that `mirror` carries.
TOPIC: Final = "identity.qid-ended"


async def revoke(db: Connection, means: Means, qid: str, *, reason: str) -> None:
    """Revoke a QID without giving another: it is never valid again.

    An alias from an older platform, or a merged QID, can be revoked alone; the person's own QID
    takes none with it.
    """
    found = await _active(db, qid, also=("alias", "merged"))
    await _end(db, means, qid, found["person_id"], state="revoked", reason=reason)


async def replace(db: Connection, means: Means, qid: str, *, reason: str) -> str:
    """Replace a leaked QID: the old one says “replaced”, the new one is returned.

    Somebody whose QID was revoked gets a new one alike; the old one stays revoked.
    """
    found = await _active(db, qid, also=("revoked",))
    person = await load(db, means, found["person_id"])
    if person.qid != qid or person.merged_into is not None:
        raise QidEnded(state=found["state"])
    now = means.clock.now()
    while True:
        fresh = new_qid(means.random)
        if await db.fetchval(queries.ADD_QID, fresh, found["person_id"], "active", now):
            break
    await db.execute(queries.SET_QID, found["person_id"], fresh, now)
    state = "replaced" if found["state"] == "active" else "revoked"
    await _end(db, means, qid, found["person_id"], state=state, reason=reason, new_qid=fresh)
    return fresh


async def reissue(db: Connection, means: Means, qid: str) -> int:
    """A lost card: the next issue number of the same QID; earlier prints say “replaced”."""
    found = await _active(db, qid)
    issue_no: int = await db.fetchval(queries.NEXT_ISSUE, qid, means.clock.now())
    await _announce(
        db,
        means,
        {"qid": qid, "state": "active", "person_id": str(found["person_id"]), "issue_no": issue_no},
    )
    await means.log(db, "identity.reissued", {"issue_no": issue_no}, person_id=found["person_id"])
    return issue_no


async def merge(
    db: Connection, means: Means, *, qid: str, into: str, reason: str, by: UUID
) -> UUID:
    """Say that two QIDs are one person: an alias between people, no row moves."""
    # always in one order, so that two merges of the same pair can't wait for each other
    found = {one: await _active(db, one) for one in sorted({qid, into})}
    gone, kept = found[qid], found[into]
    if gone["person_id"] == kept["person_id"]:
        raise SamePerson
    for person_id in sorted((gone["person_id"], kept["person_id"])):
        await load(db, means, person_id)
    if await db.fetchval(queries.HAS_ALIASES, gone["person_id"]):
        raise MergeRefused
    reason, now = line(reason, field="reason", least=1), means.clock.now()
    merge_id = uuid7(now, means.random)
    await db.execute(queries.SET_MERGED, gone["person_id"], kept["person_id"], now)
    gone_id, seal = gone["person_id"], means.vault.seal
    sealed = seal(model.MERGE_COLUMN, gone_id, reason.encode())
    await db.execute(queries.ADD_MERGE, gone_id, merge_id, kept["person_id"], sealed, by, now)
    told = seal(model.REASON_COLUMN, gone_id, reason.encode())
    await db.execute(queries.END_QID, qid, "merged", now, told)
    for person_id in (gone["person_id"], kept["person_id"]):
        await means.log(db, "identity.merged", {"merge_id": str(merge_id)}, person_id=person_id)
    return merge_id


async def undo_merge(
    db: Connection, means: Means, qid: str, *, by: UUID
) -> list[dict[str, object]]:
    """Take a merge back: both people are as before; returns what arrived at the other since."""
    found = await find_qid(db, qid)
    person_id = found["person_id"]
    merged = await db.fetchrow(queries.OPEN_MERGE, person_id)
    if merged is None:
        raise PersonUnknown
    now = means.clock.now()
    await db.execute(queries.UNDO_MERGE, person_id, merged["merge_id"], by, now)
    await db.execute(queries.SET_MERGED, person_id, None, now)
    await db.execute(queries.REVIVE_QID, person_id)
    arrived = await db.fetch(queries.ARRIVED_SINCE, merged["into_id"], merged["merged_at"])
    for one in (person_id, merged["into_id"]):
        await means.log(
            db, "identity.merge-undone", {"merge_id": str(merged["merge_id"])}, person_id=one
        )
    return [dict(row) for row in arrived]


async def _active(db: Connection, qid: str, *, also: Sequence[str] = ()) -> Record:
    """The QID's row, locked; QidEnded tells a second caller how the first ended it."""
    await find_qid(db, qid)
    found = await db.fetchrow(queries.LOCK_QID, qid)
    if found is None:
        raise PersonUnknown
    if found["state"] not in {"active", *also}:
        raise QidEnded(state=found["state"])
    return found


async def _end(
    db: Connection,
    means: Means,
    qid: str,
    person_id: UUID,
    *,
    state: str,
    reason: str,
    new_qid: str | None = None,
) -> None:
    reason, now = line(reason, field="reason", least=1), means.clock.now()
    sealed = means.vault.seal(model.REASON_COLUMN, person_id, reason.encode())
    await db.execute(queries.END_QID, qid, state, now, sealed)
    await _announce(
        db,
        means,
        {"qid": qid, "state": state, "person_id": str(person_id), "new_qid": new_qid},
    )
    kind = "identity.replaced" if new_qid else f"identity.{state}"
    await means.log(db, kind, {"reason": reason}, person_id=person_id)


async def _announce(db: Connection, means: Means, body: dict[str, object]) -> None:
    now: datetime = means.clock.now()
    body["at"] = now.isoformat()
    await queries.add_work(db, TOPIC, key=str(body["qid"]), body=body, at=now)
