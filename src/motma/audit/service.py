"""Appending events, and showing a person who read them; the caller owns the transaction."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from motma.audit import queries
from motma.audit.model import KEEP, Entry, Event, Page, microseconds, moment_of, opened
from motma.kernel.clock import Clock, civil_day
from motma.kernel.errors import Malformed
from motma.keys.vault import Vault
from motma.storage.pool import Connection

#: Later than every event.
_END: Final = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1), UUID(int=2**128 - 1))

_CURSOR_BYTES: Final = 8 + 16 + 16


async def append(db: Connection, events: Sequence[Event]) -> set[tuple[UUID, UUID]]:
    """Append in one statement; gives (device_id, event_id) of those that were not there before."""
    return await queries.append(db, events) if events else set()


async def one(db: Connection, event: Event) -> bool:
    """Append one event; whether it was not there before."""
    return bool(await queries.append(db, [event]))


async def find(db: Connection, device_id: UUID, event_id: UUID) -> Event | None:
    """The event of this device and id."""
    return await queries.find(db, device_id, event_id)


async def reads_of(
    db: Connection,
    vault: Vault,
    clock: Clock,
    person_ids: Sequence[UUID],
    *,
    kinds: Sequence[str] | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """What happened to a person (all ids that merged into one), newest first, details opened.

    The log knows a person only by another pseudonym each day, so this asks for every day that is
    kept; `kinds` narrows it to some, `after` is where an earlier page ended. What the person may
    not hear of yet is left out as if it were not there: no page is shorter for it, none ends in it.
    """
    before = _END if after is None else _read_cursor(after)
    tags, now = _tags(vault, clock, person_ids), clock.now()
    told: list[Entry] = []
    more = True
    while more and len(told) <= limit:
        events = await queries.of_person(db, tags, kinds=kinds, before=before, limit=limit + 1)
        told += [entry for event in events if (entry := opened(vault, event)).told(now)]
        more = len(events) > limit
        before = _place(events[-1]) if more else before
    page = tuple(told[:limit])
    return Page(entries=page, after=_cursor(page[-1].event) if len(told) > limit else None)


def _tags(vault: Vault, clock: Clock, person_ids: Sequence[UUID]) -> list[bytes]:
    """Pseudonyms of the kept days; one more on either side, for civil days and clock skew."""
    today = civil_day(clock.now())
    days = [today - timedelta(days=back) for back in range(-1, KEEP.days + 2)]
    return [tag for person in person_ids for day in days for tag in vault.tags(person, day)]


def _place(event: Event) -> tuple[datetime, UUID, UUID]:
    return event.known_at, event.event_id, event.device_id


def _cursor(event: Event) -> str:
    moment = microseconds(event.known_at).to_bytes(8, signed=True)
    return urlsafe_b64encode(moment + event.event_id.bytes + event.device_id.bytes).decode()


def _read_cursor(text: str) -> tuple[datetime, UUID, UUID]:
    try:
        packed = urlsafe_b64decode(text.encode("ascii"))
        if len(packed) != _CURSOR_BYTES:
            raise Malformed("audit.cursor-malformed", "after")
        moment = moment_of(int.from_bytes(packed[:8], "big", signed=True))
    except (binascii.Error, ValueError, OverflowError) as error:
        raise Malformed("audit.cursor-malformed", "after") from error
    return moment, UUID(bytes=packed[8:24]), UUID(bytes=packed[24:])
