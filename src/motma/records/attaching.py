"""Whose a record is: attached by evidence or by a decision, kept waiting, facts made again.

A decision of a person stands above evidence: what somebody attached is not moved by a later
version, and what somebody detached is never attached to the same person by evidence again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.changes import service as changes
from motma.access.means import Means
from motma.audit import service as audit
from motma.identity import service as identity
from motma.identity.matching import finding
from motma.kernel.ids import uuid7
from motma.records import matching, model, queries
from motma.records.gathering import facts_from
from motma.records.keeping import Standing, content_of
from motma.records.matching import Found
from motma.records.model import About, Content
from motma.rules import facts as rules
from motma.storage.pool import Connection

ATTACHED: Final = "records.attached"
DETACHED: Final = "records.detached"


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sealed beside an attachment: how sure, and what a person gave as reason."""

    probability: float | None = None
    reason: str | None = None
    parts: tuple[matching.Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An attachment that begins: whose the record is, and how that is known."""

    record_id: UUID
    person_id: UUID
    how: str
    why: Why


async def settle(db: Connection, means: Means, standing: Sequence[Standing]) -> set[UUID]:
    """Attach each record to whom its evidence names, or let it wait; returns those that moved.

    The caller has locked the records. Facts of everybody concerned are made again.
    """
    ids = [one.record_id for one in standing]
    attached = {row["record_id"]: row for row in await db.fetch(queries.OPEN_ATTACHMENTS, ids)}
    barred = await _barred(db, means, ids)
    found = await _evidence(db, means, [one for one in standing if _open(one, attached)], barred)
    concerned: set[UUID] = set()
    begun: list[Begun] = []
    waiting: list[Standing] = []
    asked: list[tuple[UUID, About, Found]] = []
    for one in standing:
        open_row = attached.get(one.record_id)
        before = open_row["person_id"] if open_row is not None else None
        after, named = before, found.get(one.record_id, matching.NOBODY)
        if one.record_id in found and not await _same(db, means, before, named.person_id):
            after = named.person_id
            begun += await _move(db, means, one.record_id, named, before=before)
        if after is None and one.state != "undone":
            waiting.append(one)
        if not one.fresh or named.review is not None:
            asked.append((one.record_id, one.about, named))
        concerned |= {person for person in (before, after) if person is not None}
    await matching.ask_all(db, means, asked)
    await begin(db, means, begun, by=None)
    await _wait(db, means, standing, waiting)
    await rebuild(db, means, concerned)
    return {one.record_id for one in begun}


def _open(one: Standing, attached: Mapping[UUID, Record]) -> bool:
    """Whether evidence says whose the record is: no person has decided it."""
    open_row = attached.get(one.record_id)
    return open_row is None or open_row["by_id"] is None


async def _barred(db: Connection, means: Means, ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """(record, person as they are now) that somebody took apart."""
    return {
        (row["record_id"], (await identity.resolve(db, means, row["person_id"])).person_id)
        for row in await db.fetch(queries.BARRED, ids)
    }


async def _evidence(
    db: Connection, means: Means, standing: Sequence[Standing], barred: set[tuple[UUID, UUID]]
) -> dict[UUID, Found]:
    """Whom evidence names; nobody for an undone record or a person it was taken from."""
    asked = [one for one in standing if one.state != "undone"]
    found = {one.record_id: matching.NOBODY for one in standing}
    named = await matching.find_all(db, means, [one.about for one in asked])
    for one, who in zip(asked, named, strict=True):
        if who.person_id is None or (one.record_id, who.person_id) not in barred:
            found[one.record_id] = who
    return found


async def _same(db: Connection, means: Means, before: UUID | None, after: UUID | None) -> bool:
    """Whether both are one person now: a merge moves no attachment, so its undo restores all."""
    if before == after or before is None or after is None:
        return before == after
    return (await identity.resolve(db, means, before)).person_id == after


async def _move(
    db: Connection, means: Means, record_id: UUID, found: Found, *, before: UUID | None
) -> list[Begun]:
    """Away from whom it was attached to; gives the attachment that is to begin, if one is."""
    if before is not None:
        await end(db, means, record_id, by=None, barred=False)
    if found.person_id is None:
        return []
    why = Why(probability=found.probability, parts=found.parts)
    return [Begun(record_id=record_id, person_id=found.person_id, how=found.how, why=why)]


async def begin(db: Connection, means: Means, begun: Sequence[Begun], *, by: UUID | None) -> None:
    """Write attachments and their events; the records are locked and nobody's."""
    if not begun:
        return
    now = means.clock.now()
    ids = [one.record_id for one in begun]
    people = [one.person_id for one in begun]
    how = [one.how for one in begun]
    sealed = [
        means.vault.seal(model.ATTACHMENT_COLUMN, one.record_id, msgspec.json.encode(one.why))
        for one in begun
    ]
    new_ids = [uuid7(now, means.random) for _ in begun]
    await db.execute(queries.ADD_ATTACHMENTS, ids, people, how, new_ids, sealed, by, now)
    await db.execute(queries.SET_PEOPLE, ids, people, how, now)
    told = str(by) if by else None
    await audit.append(
        db,
        [
            means.event(
                ATTACHED,
                {"record_id": str(one.record_id), "how": one.how, "by": told},
                person_id=one.person_id,
            )
            for one in begun
        ],
    )


async def end(
    db: Connection, means: Means, record_id: UUID, *, by: UUID | None, barred: bool,
    reason: str | None = None,
) -> Record | None:  # fmt: skip
    """End the attachment, if there is one, with its event; gives what it was."""
    now = means.clock.now()
    ended = await db.fetchrow(queries.END_ATTACHMENT, record_id, now, by, barred)
    if ended is None:
        return None
    await db.execute(queries.NOBODYS, record_id, now)
    details = {"record_id": str(record_id), "by": str(by) if by else None, "reason": reason}
    await means.log(db, DETACHED, details, person_id=ended["person_id"])
    return ended


async def _wait(
    db: Connection, means: Means, standing: Sequence[Standing], waiting: Sequence[Standing]
) -> None:
    """Put records under the keys by which their people find them later, or take them away."""
    before = [one.record_id for one in standing if not one.fresh]
    if before:  # what it waited under may have been another version's
        await db.execute(queries.END_WAITING, before)
    under = [
        (means.vault.blind(kind, value), one.record_id)
        for one in waiting
        for kind, value in matching.waiting_keys(one.about, means.clock)
    ]
    if under:
        blinds, ids = zip(*under, strict=True)
        await db.execute(queries.ADD_WAITING, blinds, ids)


async def rebuild(db: Connection, means: Means, person_ids: Iterable[UUID]) -> None:
    """Make the facts of these people again, merged ones as one; in the caller's transaction.

    A lock on each person guards against a twin that attaches another record meanwhile.
    """
    kept = sorted({one.person_id for one in await finding.load(db, means, set(person_ids))})
    if not kept:
        return
    await queries.lock_facts(db, kept)
    people = await finding.load(db, means, kept)
    born = {person.person_id: person.profile.birth.value for person in people}
    whose = {person_id: person_id for person_id in kept}
    aliases = {r["person_id"]: r["into_id"] for r in await db.fetch(queries.ALIASES, kept)}
    whose |= aliases
    contents: dict[UUID, list[Content]] = {person_id: [] for person_id in kept}
    for row in await db.fetch(queries.RECORDS_OF, list(whose)):
        if row["state"] == "active":
            contents[whose[row["person_id"]]].append(content_of(means, row))
    sealed = []
    for person_id in kept:
        facts = facts_from(contents[person_id], born=born[person_id])
        sealed.append(means.vault.seal(model.FACTS_COLUMN, person_id, rules.write(facts)))
    await db.execute(queries.PUT_FACTS, kept, sealed, means.clock.now())
    await changes.note(db, [*kept, *aliases], changes.CARD, means.clock.now())
    if aliases:
        await db.execute(queries.DROP_FACTS, list(aliases))
