"""Reading recodes: the one that counts, the person's own, and registrars' lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.cards.recodes import model, queries
from motma.cards.recodes.errors import RecodeUnknown
from motma.cards.recodes.model import Appeal, InForce, Listed, Recode, State, Told
from motma.storage.pool import Connection

What = Literal["proposed", "in-force", "appeals"]

_LISTS: Final[Mapping[What, str]] = {
    "proposed": queries.PROPOSED,
    "in-force": queries.CONFIRMED,
    "appeals": queries.APPEALED,
}
_MOST_LISTED: Final = 200


async def in_force(db: Connection, person_id: UUID, at: datetime) -> InForce | None:
    """The recode of a person, or of somebody merged into them, that counts now."""
    row = await db.fetchrow(queries.IN_FORCE, person_id, at)
    return None if row is None else InForce(**row)


async def as_of(
    db: Connection, person_id: UUID, *, true_at: datetime, known_at: datetime
) -> InForce | None:
    """The recode that counted then, as it was known; none is kept 31 days after its end."""
    row = await db.fetchrow(queries.AS_OF, person_id, true_at, known_at)
    return None if row is None else InForce(**row)


async def latest(db: Connection, means: Means, person_id: UUID, *, by_rules: str) -> Told | None:
    """The person's newest recode that came into force, also when it is over: it has an answer."""
    row = await db.fetchrow(queries.LATEST, person_id, means.clock.now())
    if row is None:
        return None
    found = opened(means, row)
    appealable = found.state == "in-force" and found.appeal is None
    return Told(
        colour=found.colour,
        state=found.state,
        since=row["confirmed_at"],
        until=found.until,
        reason=found.reason,
        by_rules=by_rules,
        ended_at=found.ended_at,
        ended_because=found.ended_because,
        appeal=found.appeal,
        how_to_appeal=model.HOW_TO_APPEAL if appealable else None,
    )


def told(means: Means, recode: InForce, *, by_rules: str) -> Told:
    """What a view with reasons hears of a recode in force; an appeal is not for gates."""
    return Told(
        colour=recode.colour,
        state="in-force",
        since=recode.since,
        until=recode.until,
        reason=means.vault.open(model.REASON_COLUMN, recode.recode_id, recode.reason).decode(),
        by_rules=by_rules,
    )


async def show(db: Connection, means: Means, *, person_id: UUID, recode_id: UUID) -> Recode:
    """A recode with its reason, for registrars; the caller tells the person of the read."""
    row = await db.fetchrow(queries.ONE, person_id, recode_id)
    if row is None:
        raise RecodeUnknown
    return opened(means, row)


async def of_person(db: Connection, means: Means, selves: Sequence[UUID]) -> list[Recode]:
    """Every colour that was proposed by hand for a person (all their ids), the oldest first."""
    return [opened(means, row) for row in await db.fetch(queries.OF_PERSON, selves)]


async def listing(db: Connection, means: Means, what: What) -> list[Listed]:
    """Recodes that wait for a second person, that are in force, or with an open appeal."""
    now = means.clock.now()
    rows = await db.fetch(_LISTS[what], now, _MOST_LISTED)
    return [
        Listed(
            person_id=row["person_id"],
            recode_id=row["recode_id"],
            colour=row["colour"],
            state=state_of(row, now),
            until=row["until"],
            proposed_at=row["proposed_at"],
            appealed_at=row["appealed_at"],
            due_on=row["appealed_at"] and model.due_on(row["appealed_at"]),
        )
        for row in rows
    ]


def opened(means: Means, row: Record) -> Recode:
    """A recode as stored, opened."""
    reason = means.vault.open(model.REASON_COLUMN, row["recode_id"], row["reason"]).decode()
    by_time = row["ended_by"] is None
    return Recode(
        person_id=row["person_id"],
        recode_id=row["recode_id"],
        colour=row["colour"],
        state=state_of(row, means.clock.now()),
        reason=reason,
        until=row["until"],
        proposed_by=row["proposed_by"],
        proposed_at=row["proposed_at"],
        confirmed_by=row["confirmed_by"],
        confirmed_at=row["confirmed_at"],
        ended_by=row["ended_by"],
        ended_at=None if by_time else row["ended_at"],
        ended_because=_words(means, row, "ending", model.ENDING_COLUMN),
        appeal=_appeal(means, row),
    )


def state_of(row: Record, now: datetime) -> State:
    """Where a stored recode stands."""
    return model.state(
        until=row["until"],
        confirmed=row["confirmed_at"] is not None,
        ended_by_hand=row["ended_by"] is not None,
        now=now,
    )


def _appeal(means: Means, row: Record) -> Appeal | None:
    """The appeal; one against a recode that was ended meanwhile needs no other answer."""
    text = _words(means, row, "appeal", model.APPEAL_COLUMN)
    if text is None:
        return None
    filed_at = row["appealed_at"]
    found = Appeal(text=text, filed_at=filed_at, due_on=model.due_on(filed_at), state="open")
    if row["decision"] is not None:
        return msgspec.structs.replace(
            found,
            state=row["decision"],
            answer=_words(means, row, "answer", model.ANSWER_COLUMN),
            answered_at=row["decided_at"],
        )
    if row["ended_by"] is not None:
        return msgspec.structs.replace(
            found,
            state="ended",
            answer=_words(means, row, "ending", model.ENDING_COLUMN),
            answered_at=row["ended_at"],
        )
    return found


def _words(means: Means, row: Record, field: str, column: str) -> str | None:
    sealed = row[field]
    return sealed and means.vault.open(column, row["recode_id"], sealed).decode()
