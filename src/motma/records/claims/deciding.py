"""What a registrar decides: open claims by due day; accept, refuse, undo."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.access.model import line
from motma.identity import service as identity
from motma.identity.model import PersonRow
from motma.kernel.clock import civil_day
from motma.records import queries as record_queries
from motma.records import service as records
from motma.records.claims import corrections, model, queries
from motma.records.claims.corrections import Errand
from motma.records.claims.errors import (
    ClaimDecided,
    ClaimOpen,
    EffectUnfit,
    RecordUnfit,
)
from motma.records.claims.model import Acceptance, Claim, Decided, Effect
from motma.records.claims.service import decision_of, opened
from motma.records.claims.showing import concerned, find
from motma.records.showing import Shown
from motma.storage.pool import Connection

#: How a record that was attached by a decision on a claim is marked.
HOW: Final = "claim"
_ANY_DAY: Final = date(9999, 12, 31)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An open claim in the list: nothing of what it says."""

    person_id: UUID
    claim_id: UUID
    wish: str
    due_on: date
    overdue: bool
    with_photo: bool


async def open_claims(
    db: Connection, means: Means, *, overdue: bool = False, limit: int = 200
) -> list[Listed]:
    """Open claims, those due first; with `overdue` only those whose day is over."""
    before = civil_day(means.clock.now()) if overdue else _ANY_DAY
    listed = []
    for row in await db.fetch(queries.OPEN, before, limit):
        claim = opened(means, row)
        listed.append(
            Listed(
                person_id=row["person_id"],
                claim_id=claim.claim_id,
                wish=claim.said.wish,
                due_on=claim.due_on,
                overdue=claim.overdue,
                with_photo=claim.with_photo,
            )
        )
    return listed


async def accept(
    db: Connection,
    means: Means,
    *,
    person_id: UUID,
    claim_id: UUID,
    accepted: Acceptance,
    by: UUID,
) -> Claim:
    """Accept a claim, with what that does; the source hears of it."""
    row, claim = await _open(db, means, person_id, claim_id)
    effect, wanted = accepted.effect, claim.said.record_id or accepted.record_id
    if effect not in model.ANSWERS[claim.said.wish]:
        raise EffectUnfit
    if wanted is None and effect == "attached":
        raise RecordUnfit
    reason = line(accepted.reason, field="reason", least=1)
    person = await identity.resolve(db, means, person_id)
    record = None if wanted is None else await _record(db, means, person, claim, wanted)
    if record is not None:
        await _take_effect(db, means, person, record, effect=effect, reason=reason, by=by)
    decided = Decided(
        reason=reason, by=by, effect=effect, record_id=record.record_id if record else None
    )
    await _decide(db, means, row, "accepted", decided)
    errand = Errand(
        person_id=person.person_id, claim_id=claim_id, effect=effect, record_id=decided.record_id
    )
    kind = claim.said.expected.type if claim.said.expected else ""
    await corrections.leave(db, means, errand, record=record, kind=kind)
    return await _again(db, means, person_id, claim_id)


async def refuse(
    db: Connection, means: Means, *, person_id: UUID, claim_id: UUID, reason: str, by: UUID
) -> Claim:
    """Refuse a claim; the person reads the reason."""
    row, _ = await _open(db, means, person_id, claim_id)
    decided = Decided(reason=line(reason, field="reason", least=1), by=by)
    await _decide(db, means, row, "refused", decided)
    return await _again(db, means, person_id, claim_id)


async def undo(
    db: Connection, means: Means, *, person_id: UUID, claim_id: UUID, reason: str, by: UUID
) -> Claim:
    """Undo a decision and what it did; the claim is open again, with a new due day.

    The photo is not there any more: it went with the decision.
    """
    row = await find(db, queries.LOCKED, person_id, claim_id)
    decided = decision_of(means, row)
    if decided is None:
        raise ClaimOpen
    reason = line(reason, field="reason", least=1)
    if decided.record_id is not None:
        await _take_back(db, means, row["person_id"], decided, reason=reason, by=by)
    due_on = model.due_on(means.clock.now())
    await db.execute(queries.REOPEN, person_id, claim_id, due_on)
    details = {"claim_id": str(claim_id), "by": str(by), "reason": reason}
    await means.log(
        db, "claims.undone", details | {"until": due_on.isoformat()}, person_id=person_id
    )
    if decided.effect is not None and decided.record_id is not None:
        errand = Errand(
            person_id=person_id,
            claim_id=claim_id,
            effect=decided.effect,
            record_id=decided.record_id,
            undone=True,
        )
        record = await records.find(db, means, decided.record_id)
        await corrections.leave(db, means, errand, record=record, kind="")
    return await _again(db, means, person_id, claim_id)


async def _open(
    db: Connection, means: Means, person_id: UUID, claim_id: UUID
) -> tuple[Record, Claim]:
    """An open claim, locked: two registrars who decide at once do it one after the other."""
    row = await find(db, queries.LOCKED, person_id, claim_id)
    if row["state"] != "open":
        raise ClaimDecided(row["state"])
    return row, opened(means, row)


async def _again(db: Connection, means: Means, person_id: UUID, claim_id: UUID) -> Claim:
    return opened(means, await find(db, queries.ONE, person_id, claim_id))


async def _record(
    db: Connection, means: Means, person: PersonRow, claim: Claim, wanted: UUID
) -> Shown:
    """The record that a decision is about: one that waits under the person's keys, or their own.

    A slip of the pen must not give a person somebody else's record; nor may the record find
    somebody else meanwhile, so it is locked.
    """
    await record_queries.lock_records(db, [wanted])
    for each in await concerned(db, means, person, claim):
        if each.shown.record_id == wanted:
            return each.shown
    raise RecordUnfit


async def _take_effect(
    db: Connection,
    means: Means,
    person: PersonRow,
    record: Shown,
    *,
    effect: Effect,
    reason: str,
    by: UUID,
) -> None:
    if effect == "attached":
        await records.attach(
            db, means, record.record_id, person.person_id, how=HOW, by=by, reason=reason
        )
    elif effect == "detached":
        await records.detach(db, means, record.record_id, by=by, reason=reason)
    elif effect == "retracted":
        await records.retract(db, means, record.record_id, by=by, reason=reason)


async def _take_back(
    db: Connection, means: Means, person_id: UUID, decided: Decided, *, reason: str, by: UUID
) -> None:
    """The opposite of what was done; refused where the record went on since."""
    record_id = decided.record_id
    if record_id is None:
        return
    owner = await records.owner_of(db, means, record_id)
    person = await identity.resolve(db, means, person_id)
    if decided.effect == "detached":
        if owner is not None:
            raise RecordUnfit
        await records.attach(db, means, record_id, person.person_id, how=HOW, by=by, reason=reason)
    elif decided.effect == "attached":
        if owner != person.person_id:
            raise RecordUnfit
        await records.detach(db, means, record_id, by=by, reason=reason)
    elif decided.effect == "retracted":
        await records.undo_retraction(db, means, record_id, by=by)


async def _decide(db: Connection, means: Means, row: Record, state: str, decided: Decided) -> None:
    person_id, claim_id = row["person_id"], row["claim_id"]
    sealed = means.vault.seal(model.DECISION_COLUMN, claim_id, msgspec.json.encode(decided))
    await db.execute(queries.DECIDE, person_id, claim_id, state, sealed, means.clock.now())
    details = {
        "claim_id": str(claim_id),
        "by": str(decided.by),
        "decision": decided.effect or state,
        "reason": decided.reason,
    }
    await means.log(db, f"claims.{state}", details, person_id=person_id)
