"""What registrars do: propose a colour by hand, confirm somebody else's proposal, end one."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.access.means import Means
from motma.cards.recodes import model, queries, showing
from motma.cards.recodes.errors import (
    AlreadyRecoded,
    RecodeByAnother,
    RecodeOfMerged,
    RecodeState,
    RecodeUnknown,
)
from motma.cards.recodes.model import Recode, Wanted
from motma.identity import service as identity
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

_NOTHING_MORE: Final[Mapping[str, object]] = MappingProxyType({})


async def propose(db: Connection, means: Means, qid: str, wanted: Wanted, *, by: UUID) -> Recode:
    """Propose a colour by hand for the person behind a QID; nothing changes until confirmed."""
    now = means.clock.now()
    wanted = model.judge(wanted, now=now)
    person = await identity.find(db, means, qid)
    recode_id = uuid7(now, means.random)
    sealed = means.vault.seal(model.REASON_COLUMN, recode_id, wanted.reason.encode())
    await db.execute(
        queries.ADD, person.person_id, recode_id, wanted.colour, sealed, wanted.until, by, now
    )  # fmt: skip
    return await _done(db, means, person.person_id, recode_id, "cards.recode-proposed", by=by)


async def confirm(
    db: Connection, means: Means, *, person_id: UUID, recode_id: UUID, by: UUID
) -> Recode:
    """Put somebody else's proposal into force: it counts at the very next scan.

    The lock on the person guards against a twin; the index of those in force is the last guard.
    """
    row, now = await locked(db, person_id, recode_id), means.clock.now()
    insist(row, now, "proposed")
    if by == row["proposed_by"]:
        raise RecodeByAnother
    if (await identity.resolve(db, means, person_id)).person_id != person_id:
        raise RecodeOfMerged
    await db.execute(queries.CLOSE_EXPIRED, person_id, now)
    if await showing.in_force(db, person_id, now) is not None:
        raise AlreadyRecoded
    await db.execute(queries.CONFIRM, person_id, recode_id, by, now)
    return await _done(db, means, person_id, recode_id, "cards.recode-confirmed", by=by)


async def end(
    db: Connection, means: Means, *, person_id: UUID, recode_id: UUID, reason: str, by: UUID
) -> Recode:
    """End a recode before its time, or withdraw a proposal; the person reads the reason."""
    reason = model.explained(reason)
    row, now = await locked(db, person_id, recode_id), means.clock.now()
    insist(row, now, "proposed", "in-force")
    sealed = means.vault.seal(model.ENDING_COLUMN, recode_id, reason.encode())
    await db.execute(queries.END, person_id, recode_id, by, now, sealed)
    more = {"reason": reason}
    return await _done(db, means, person_id, recode_id, "cards.recode-ended", by=by, more=more)


async def forget(db: Connection, now: datetime) -> None:
    """Delete what ended, by hand or by time, more than 31 days ago."""
    await db.execute(queries.FORGET, now)


async def locked(db: Connection, person_id: UUID, recode_id: UUID) -> Record:
    """The recode, with nobody else at work on this person's; RecodeUnknown when there is none."""
    await db.execute(queries.LOCK_PERSON, person_id)
    row = await db.fetchrow(queries.ONE, person_id, recode_id)
    if row is None:
        raise RecodeUnknown
    return row


def insist(row: Record, now: datetime, *states: model.State) -> None:
    """Decline a step that does not begin here."""
    state = showing.state_of(row, now)
    if state not in states:
        raise RecodeState(state)


async def _done(
    db: Connection,
    means: Means,
    person_id: UUID,
    recode_id: UUID,
    kind: str,
    *,
    by: UUID,
    more: Mapping[str, object] = _NOTHING_MORE,
) -> Recode:
    """Leave the step in the log, with its reason in words, and read the recode again."""
    found = await showing.show(db, means, person_id=person_id, recode_id=recode_id)
    details = {
        "recode_id": str(recode_id),
        "colour": found.colour,
        "until": found.until.isoformat(),
        "reason": found.reason,
        "by": str(by),
    }
    await means.log(db, kind, details | dict(more), person_id=person_id)
    return found
