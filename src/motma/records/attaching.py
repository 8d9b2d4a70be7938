"""Whose a record is: attached by evidence or by a decision, kept waiting, facts made again.

A decision of a person stands above evidence: what somebody attached is not moved by a later
version, and what somebody detached is never attached to the same person by evidence again.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.identity import service as identity
from motma.kernel.ids import uuid7
from motma.records import matching, model, queries
from motma.records.gathering import facts_from
from motma.records.keeping import Standing, content_of
from motma.records.matching import Found
from motma.rules import facts as rules
from motma.storage.pool import Connection

ATTACHED: Final = "records.attached"
DETACHED: Final = "records.detached"


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sealed beside an attachment: how sure, and what a person gave as reason."""

    probability: float | None = None
    reason: str | None = None
    parts: tuple[matching.Part, ...] = ()


async def settle(db: Connection, means: Means, standing: Sequence[Standing]) -> set[UUID]:
    """Attach each record to whom its evidence names, or let it wait; returns those that moved.

    The caller has locked the records. Facts of everybody concerned are made again.
    """
    ids = [one.record_id for one in standing]
    attached = {row["record_id"]: row for row in await db.fetch(queries.OPEN_ATTACHMENTS, ids)}
    barred = await _barred(db, means, ids)
    concerned: set[UUID] = set()
    moved: set[UUID] = set()
    for one in standing:
        open_row = attached.get(one.record_id)
        before = open_row["person_id"] if open_row is not None else None
        after, found = before, matching.NOBODY
        if open_row is None or open_row["by_id"] is None:
            found = await _evidence(db, means, one, barred)
            if not await _same(db, means, before, found.person_id):
                await _move(db, means, one.record_id, found, before=before)
                after = found.person_id
                moved |= {one.record_id} if after else set()
        waits = after is None and one.state != "undone"
        await _wait(db, means, one, waits=waits)
        await matching.ask(db, means, one.record_id, one.about, found)
        concerned |= {person for person in (before, after) if person is not None}
    await rebuild(db, means, concerned)
    return moved


async def _barred(db: Connection, means: Means, ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """(record, person as they are now) that somebody took apart."""
    return {
        (row["record_id"], (await identity.resolve(db, means, row["person_id"])).person_id)
        for row in await db.fetch(queries.BARRED, ids)
    }


async def _evidence(
    db: Connection, means: Means, one: Standing, barred: set[tuple[UUID, UUID]]
) -> Found:
    """Whom the evidence names; nobody for an undone record or a person it was taken from."""
    if one.state == "undone":
        return matching.NOBODY
    found = await matching.find(db, means, one.about)
    if found.person_id is not None and (one.record_id, found.person_id) in barred:
        return matching.NOBODY
    return found


async def _same(db: Connection, means: Means, before: UUID | None, after: UUID | None) -> bool:
    """Whether both are one person now: a merge moves no attachment, so its undo restores all."""
    if before == after or before is None or after is None:
        return before == after
    return (await identity.resolve(db, means, before)).person_id == after


async def _move(
    db: Connection, means: Means, record_id: UUID, found: Found, *, before: UUID | None
) -> None:
    """By evidence, from whom it was attached to before."""
    if before is not None:
        await end(db, means, record_id, by=None, barred=False)
    if found.person_id is not None:
        why = Why(probability=found.probability, parts=found.parts)
        await begin(db, means, record_id, found.person_id, how=found.how, why=why, by=None)


async def begin(
    db: Connection,
    means: Means,
    record_id: UUID,
    person_id: UUID,
    *,
    how: str,
    why: Why,
    by: UUID | None,
) -> None:
    """Write an attachment and its event; the record is locked and nobody's."""
    now = means.clock.now()
    sealed = means.vault.seal(model.ATTACHMENT_COLUMN, record_id, msgspec.json.encode(why))
    new_id = uuid7(now, means.random)
    await db.execute(queries.ADD_ATTACHMENT, record_id, new_id, person_id, how, sealed, by, now)
    await db.execute(queries.SET_PERSON, record_id, person_id, how, now)
    details = {"record_id": str(record_id), "how": how, "by": str(by) if by else None}
    await means.log(db, ATTACHED, details, person_id=person_id)


async def end(
    db: Connection, means: Means, record_id: UUID, *, by: UUID | None, barred: bool,
    reason: str | None = None,
) -> Record | None:  # fmt: skip
    """End the attachment, if there is one, with its event; gives what it was."""
    now = means.clock.now()
    ended = await db.fetchrow(queries.END_ATTACHMENT, record_id, now, by, barred)
    if ended is None:
        return None
    await db.execute(queries.SET_PERSON, record_id, None, None, now)
    details = {"record_id": str(record_id), "by": str(by) if by else None, "reason": reason}
    await means.log(db, DETACHED, details, person_id=ended["person_id"])
    return ended


async def _wait(db: Connection, means: Means, one: Standing, *, waits: bool) -> None:
    """Put the record under the keys by which its person finds it later, or take it away."""
    keys = matching.waiting_keys(one.about, means.clock)
    if waits:
        blinds = [means.vault.blind(kind, value) for kind, value in keys]
        await db.execute(queries.ADD_WAITING, blinds, [one.record_id] * len(blinds))
    else:
        every = [blind for kind, value in keys for blind in means.vault.blinds(kind, value)]
        await db.execute(queries.END_WAITING, one.record_id, every)


async def rebuild(db: Connection, means: Means, person_ids: Iterable[UUID]) -> None:
    """Make the facts of these people again, merged ones as one; in the caller's transaction.

    A lock on each person guards against a twin that attaches another record meanwhile.
    """
    kept = {(await identity.resolve(db, means, one)).person_id for one in set(person_ids)}
    if not kept:
        return
    await db.execute(queries.LOCK_FACTS, sorted(kept))
    for person_id in sorted(kept):
        person = await identity.resolve(db, means, person_id)
        aliases = await identity.aliases_of(db, person.person_id)
        rows = await db.fetch(queries.RECORDS_OF, [person.person_id, *aliases])
        contents = [content_of(means, row) for row in rows if row["state"] == "active"]
        facts = facts_from(contents, born=person.profile.birth.value)
        plain = rules.write(facts)
        sealed = means.vault.seal(model.FACTS_COLUMN, person.person_id, plain)
        await db.execute(queries.PUT_FACTS, person.person_id, sealed, means.clock.now())
        if aliases:
            await db.execute(queries.DROP_FACTS, aliases)
