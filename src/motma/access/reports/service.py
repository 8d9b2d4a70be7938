"""Use cases of reports: reported, listed, decided; the caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.access.model import line
from motma.access.reports import model, queries
from motma.access.reports.errors import AlreadyReported, OwnRead, ReportUnknown
from motma.access.reports.model import (
    Decided,
    Outcome,
    Read,
    Reason,
    Reported,
    Said,
    State,
    Waiting,
)
from motma.audit.model import Entry
from motma.storage.pool import Connection


async def report(
    db: Connection, means: Means, *, person_id: UUID, by: UUID, entry: Entry, reason: Reason
) -> State:
    """Report a read of one's own, once; `entry` is the read and `by` the person's device."""
    reason, event, now = model.judge(reason), entry.event, means.clock.now()
    said = Said(reason=reason, read=_read_of(entry))
    added = await db.fetchval(
        queries.ADD,
        event.event_id,
        event.device_id,
        person_id,
        _uuid(entry.details.get("organisation")),
        means.vault.seal(model.SAID_COLUMN, event.event_id, msgspec.json.encode(said)),
        now,
    )
    if added is None:
        raise AlreadyReported
    details = {"event_id": str(event.event_id), "kind": reason.kind}
    await means.log(db, "access.read-reported", details, person_id=person_id, device_id=by)
    shown = Reported(at=now, kind=reason.kind, text=reason.text)
    return State(event_id=event.event_id, reported=shown, decided=None)


async def states_of(db: Connection, means: Means, selves: Sequence[UUID]) -> list[State]:
    """Every report of a person (all their ids), the oldest first."""
    return [_state(means, row) for row in await db.fetch(queries.OF_PERSON, selves)]


async def waiting(
    db: Connection, means: Means, *, organisation_id: UUID | None, by: UUID
) -> list[Waiting]:
    """Open reports of an organisation's reads, or of all; the oldest first. The look is logged."""
    rows = await db.fetch(queries.WAITING, organisation_id, model.MOST_LISTED)
    said = [_said(means, row) for row in rows]
    readers = [one.read.reader_id for one in said]
    logins = {row["reader_id"]: row["login"] for row in await db.fetch(queries.LOGINS, readers)}
    await means.log(db, "access.reports-listed", {"count": len(rows)}, device_id=by)
    return [
        Waiting(
            event_id=row["event_id"],
            reported_at=row["reported_at"],
            reason=one.reason,
            read=one.read,
            login=logins.get(one.read.reader_id),
            organisation=row["organisation"],
        )
        for row, one in zip(rows, said, strict=True)
    ]


async def decide(
    db: Connection,
    means: Means,
    *,
    event_id: UUID,
    organisation_id: UUID | None,
    by: UUID,
    outcome: Outcome,
    words: str,
) -> None:
    """Say whether a read was wrong, and why; the person hears both."""
    words = line(words, field="words", least=1, most=model.LONGEST_TEXT)
    rows = await db.fetch(queries.LOCK, event_id, organisation_id)
    if not rows:
        raise ReportUnknown
    if by in {_said(means, row).read.reader_id for row in rows}:
        raise OwnRead
    now = means.clock.now()
    sealed = means.vault.seal(model.ANSWER_COLUMN, event_id, words.encode())
    for row in rows:
        await db.execute(queries.DECIDE, event_id, row["device_id"], now, by, outcome, sealed)
        details = {
            "event_id": str(event_id), "decision": outcome, "reason": words, "by": str(by)
        }  # fmt: skip
        await means.log(db, "access.report-decided", details, person_id=row["person_id"])


async def forget(db: Connection, now: datetime) -> None:
    """Delete what is past its keep-until."""
    await db.execute(queries.FORGET, now)


def _read_of(entry: Entry) -> Read:
    details = entry.details
    return Read(
        at=entry.event.at,
        reader_id=_uuid(details.get("reader")),
        place=details.get("place_name"),
        role=details.get("role"),
        purpose=details.get("purpose"),
        saw=list(details.get("saw", [])),
    )


def _state(means: Means, row: Record) -> State:
    reason = _said(means, row).reason
    decided = None
    if row["decided_at"] is not None:
        words = means.vault.open(model.ANSWER_COLUMN, row["event_id"], row["answer"]).decode()
        decided = Decided(at=row["decided_at"], outcome=row["outcome"], words=words)
    return State(
        event_id=row["event_id"],
        reported=Reported(at=row["reported_at"], kind=reason.kind, text=reason.text),
        decided=decided,
    )


def _said(means: Means, row: Record) -> Said:
    plain = means.vault.open(model.SAID_COLUMN, row["event_id"], row["sealed"])
    return msgspec.json.decode(plain, type=Said)


def _uuid(text: str | None) -> UUID | None:
    """An id of the log's details; `None` is written as a word there, too."""
    return UUID(text) if text and text != "None" else None
