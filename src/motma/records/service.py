"""Use cases of records: receive, attach, detach, retract, undo, show; the caller's transaction."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.access.model import line
from motma.audit import service as audit
from motma.identity import service as identity
from motma.kernel.errors import Malformed
from motma.records import attaching, keeping, matching, model, queries
from motma.records.attaching import Begun, Why
from motma.records.errors import NothingToUndo, RecordEnded, RecordUnknown
from motma.records.keeping import Kept
from motma.records.model import Delivery, Version
from motma.records.reading import judge
from motma.records.showing import facts, facts_of, find, history_of, records_of, waiting
from motma.records.valuesets import codes_of
from motma.storage.pool import Connection

__all__ = [
    "attach", "detach", "facts", "facts_of", "find", "follow", "history_of", "owner_of", "rebuild",
    "receive", "reconsider", "records_of", "rematch", "rematch_records", "retract",
    "undo_retraction", "waiting",
]  # fmt: skip

#: A warning: other words came under a version that was used before.
REUSED: Final = "records.version-reused"

#: Most deliveries of one call: each takes a lock until the transaction ends.
MOST: Final = 500
#: Waiting records looked at for one person: an organiser's phone stands in thousands.
MOST_LOOKED_AT: Final = 200


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one delivery; `problem` is a permanent code when it was refused."""

    id: str
    status: str  # received, known or refused
    record_id: UUID | None = None
    attached: bool = False
    problem: str | None = None
    field: str | None = None
    warning: str | None = None


async def receive(
    db: Connection,
    means: Means,
    source: str,
    items: Sequence[Delivery],
    *,
    job: UUID | None = None,
) -> list[Received]:
    """Take deliveries in; one that can't be read is refused alone, with its code and field.

    Idempotent by source, id and version; the order in which deliveries come decides nothing. A
    lock on each record guards against a twin.
    """
    source = line(source, field="source", least=1, most=100)
    if len(items) > MOST:
        raise Malformed("records.too-many-items")
    known, now = await codes_of(db), means.clock.now()
    results: list[Received | None] = []
    good: list[Delivery] = []
    for item in items:
        try:
            good.append(judge(item, known, now=now))
            results.append(None)
        except Malformed as bad:
            told = Received(id=item.id, status="refused", problem=bad.reason, field=bad.field)
            results.append(told)
    kept = await keeping.keep(db, means, source, good, job=job)
    attached = await _take_over(db, means, kept)
    judged = zip(good, kept, strict=True)
    return [
        told or _told(*next(judged), attached=attached)  # one of each, in order
        for told in results
    ]


async def _take_over(db: Connection, means: Means, kept: Sequence[Kept]) -> set[UUID]:
    """Let news count, find their people, log them; returns all that are attached."""
    fresh = {one.record_id for one in kept if one.news}
    standing = await keeping.project(db, means, fresh)
    await attaching.settle(db, means, standing)
    rows = await queries.records(db, [one.record_id for one in kept])
    events = [
        means.event(
            "records.received",
            {"record_id": str(record_id), "version": rows[record_id]["version"]},
            person_id=rows[record_id]["person_id"],
        )
        for record_id in sorted(fresh)
    ]
    await audit.append(db, events)
    return {record_id for record_id, row in rows.items() if row["person_id"] is not None}


def _told(delivery: Delivery, one: Kept, *, attached: set[UUID]) -> Received:
    return Received(
        id=delivery.id,
        status="received" if one.news else "known",
        record_id=one.record_id,
        attached=one.record_id in attached,
        warning=REUSED if one.reused else None,
    )


async def attach(
    db: Connection,
    means: Means,
    record_id: UUID,
    person_id: UUID,
    *,
    how: str,
    by: UUID,
    reason: str = "",
) -> None:
    """Say whose a record is: a person's decision, which later versions do not move."""
    row = await _locked(db, record_id)
    if row["state"] == "undone":
        raise RecordEnded(state=row["state"])
    reason = line(reason, field="reason")
    await identity.resolve(db, means, person_id)
    before = await attaching.end(db, means, record_id, by=by, barred=False, reason=reason)
    why = Why(reason=reason or None)
    begun = Begun(record_id=record_id, person_id=person_id, how=how, why=why)
    await attaching.begin(db, means, [begun], by=by)
    await db.execute(queries.LIFT_BAR, record_id, [person_id])
    await _stop_waiting(db, means, record_id)
    concerned = {person_id} | ({before["person_id"]} if before is not None else set())
    await attaching.rebuild(db, means, concerned)


async def detach(db: Connection, means: Means, record_id: UUID, *, by: UUID, reason: str) -> None:
    """Undo an attachment: the record is not this person's, and evidence never says so again."""
    await _locked(db, record_id)
    reason = line(reason, field="reason", least=1)
    ended = await attaching.end(db, means, record_id, by=by, barred=True, reason=reason)
    if ended is None:
        raise NothingToUndo
    standing = await keeping.project(db, means, [record_id])
    await attaching.settle(db, means, standing)
    await attaching.rebuild(db, means, [ended["person_id"]])


async def owner_of(db: Connection, means: Means, record_id: UUID) -> UUID | None:
    """Whose a record is, as people are now; it stays so for this transaction."""
    row = await _locked(db, record_id)
    if row["person_id"] is None:
        return None
    return (await identity.resolve(db, means, row["person_id"])).person_id


async def retract(db: Connection, means: Means, record_id: UUID, *, by: UUID, reason: str) -> None:
    """Take a record back here: it stays in sight and counts for nothing.

    A higher version from its source is the source's answer, and counts again.
    """
    await _locked(db, record_id)
    reason = line(reason, field="reason", least=1)
    known = (await keeping.versions_of(db, means, [record_id]))[record_id]
    counts = model.current(known)
    if counts is None or counts.content.state != "active":
        raise RecordEnded(state="undone" if counts is None else "retracted")
    content = msgspec.structs.replace(counts.content, status="withdrawn", reason=reason)
    version = Version(
        number=counts.number,
        revision=keeping.next_revision(known, counts.number),
        content=content,
        known_at=means.clock.now(),
        by_id=by,
    )
    await keeping.add(db, means, [(record_id, version)], by=by)
    await _changed(db, means, record_id, "records.retracted", by=by, reason=reason)


async def undo_retraction(db: Connection, means: Means, record_id: UUID, *, by: UUID) -> None:
    """Take back a retraction made here: the record counts as before."""
    await _locked(db, record_id)
    known = (await keeping.versions_of(db, means, [record_id]))[record_id]
    counts = model.current(known)
    if counts is None or counts.by_id is None:
        raise NothingToUndo
    now = means.clock.now()
    await db.execute(queries.UNDO_VERSION, record_id, counts.number, counts.revision, now, by)
    await _changed(db, means, record_id, "records.retraction-undone", by=by, reason=None)


async def rebuild(db: Connection, means: Means, person_id: UUID) -> None:
    """Make the facts of a person again: after a merge, its undo, or another birth date."""
    await attaching.rebuild(db, means, [person_id])


async def follow(db: Connection, means: Means, person_id: UUID) -> int:
    """Let a person's records follow a change of their data; how many that waited were found.

    Call it after registering, correcting, linking a document, deciding a case, or merging.
    """
    return await follow_all(db, means, [person_id])


async def follow_all(db: Connection, means: Means, person_ids: Iterable[UUID]) -> int:
    """The same for many: whoever changes several people in one transaction calls it once, last.

    Locks are taken as `receive` takes them, all records before any facts, so that a page of people
    and a page of doses do not wait for each other.
    """
    kept = {(await identity.resolve(db, means, one)).person_id for one in person_ids}
    waiting = {one for each in kept for one in await _waiting_for(db, means, each)}
    await queries.lock_records(db, waiting)
    await queries.lock_facts(db, kept)
    found = await rematch_records(db, means, sorted(waiting))
    await attaching.rebuild(db, means, kept)
    return found


async def rematch(
    db: Connection, means: Means, person_id: UUID, *, limit: int = MOST_LOOKED_AT
) -> int:
    """Match again what may be waiting for this person: call it after registering or linking."""
    return await rematch_records(db, means, await _waiting_for(db, means, person_id, limit))


async def _waiting_for(
    db: Connection, means: Means, person_id: UUID, limit: int = MOST_LOOKED_AT
) -> list[UUID]:
    """Records that may be waiting for this person, those that agree in most keys first."""
    person = await identity.resolve(db, means, person_id)
    keys = matching.keys_of(person.profile)
    blinds = [blind for kind, value in keys for blind in means.vault.blinds(kind, value)]
    rows = await db.fetch(queries.WAITING_UNDER, blinds, limit)
    return [row["record_id"] for row in rows]


async def rematch_records(db: Connection, means: Means, record_ids: Sequence[UUID]) -> int:
    """Match these records again; how many found their person."""
    await queries.lock_records(db, record_ids)
    standing = await keeping.project(db, means, record_ids)
    return len(await attaching.settle(db, means, standing))


async def reconsider(db: Connection, means: Means, person_id: UUID) -> None:
    """Look again at what evidence attached to a person: call it after undoing a merge."""
    person = await identity.resolve(db, means, person_id)
    rows = await db.fetch(queries.RECORDS_OF, [person.person_id])
    await rematch_records(db, means, [row["record_id"] for row in rows])
    await attaching.rebuild(db, means, [person.person_id])


async def _changed(
    db: Connection, means: Means, record_id: UUID, kind: str, *, by: UUID, reason: str | None
) -> None:
    """Let what was changed count, and log it for the person whose record it is."""
    standing = await keeping.project(db, means, [record_id])
    await attaching.settle(db, means, standing)
    row = (await queries.records(db, [record_id]))[record_id]
    details = {"record_id": str(record_id), "by": str(by), "reason": reason}
    await means.log(db, kind, details, person_id=row["person_id"])


async def _stop_waiting(db: Connection, means: Means, record_id: UUID) -> None:
    standing = await keeping.project(db, means, [record_id])
    await attaching.settle(db, means, standing)


async def _locked(db: Connection, record_id: UUID) -> Record:
    """The record's row, locked; RecordUnknown when there is none."""
    await queries.lock_records(db, [record_id])
    row = (await queries.records(db, [record_id])).get(record_id)
    if row is None:
        raise RecordUnknown
    return row
