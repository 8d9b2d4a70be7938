"""How much is scanned at each place of an organisation: counts per hour, never a person.

A scan's place is sealed in the log, so each scan is opened once, when it has its place in the
tree; nothing but place and hour is taken from it. Decision 0128.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access import queries
from motma.access.means import Means
from motma.audit.model import Event, opened
from motma.kernel.clock import CIVIL_ZONE, civil_day
from motma.kernel.errors import Malformed
from motma.kernel.ids import uuid7_time
from motma.storage.pool import Connection

#: A count below this is not told: of one or two scans in an hour somebody may know whose they are.
LEAST: Final = 5

#: How long counts are kept. Source: the comment of `place_hour`.
KEEP: Final = timedelta(days=400)

#: Leaves looked at in one transaction.
AT_ONCE: Final = 1000

_HOURS: Final = 24


class PlaceActivity(msgspec.Struct, frozen=True, kw_only=True):
    """A place and its scans in each civil hour of the day; a silent one has zeros.

    `null` stands for one to four scans. `last_scanned_on` says whether a poster is scanned at all.
    """

    place_id: UUID
    name: str
    kind: str
    hours: list[int | None]
    last_scanned_on: date | None


async def count(db: Connection, means: Means) -> bool:
    """Count the scans that the log has placed since; whether there may be more.

    In a transaction: counts and cursor move together, so nothing is counted twice. Another
    process that counts just now is not waited for.
    """
    cursor = await db.fetchval(queries.COUNTED)
    if cursor is None:
        return False
    rows = await db.fetch(queries.SCANS_PLACED, cursor, AT_ONCE)
    if not rows:
        return False
    found = await asyncio.to_thread(_counted, means, rows)
    if found:
        places, hours = zip(*found, strict=True)
        await db.execute(queries.ADD_COUNTS, places, hours, list(found.values()))
    await db.execute(queries.SET_COUNTED, rows[-1]["seq"])
    return len(rows) == AT_ONCE


def day_of(text: str | None, *, today: date) -> date:
    """The civil day that was asked for; of others the counts are gone, or not there yet."""
    try:
        day = today if text is None else date.fromisoformat(text)
    except ValueError:
        raise Malformed("access.day", "day") from None
    if not today - KEEP <= day <= today:
        raise Malformed("access.day", "day")
    return day


async def of_day(db: Connection, *, organisation_id: UUID, day: date) -> list[PlaceActivity]:
    """Every open place of the organisation with its scans of that civil day."""
    places = await queries.places_of(db, organisation_id)
    hours: dict[UUID, list[int]] = {place.place_id: [0] * _HOURS for place in places}
    begins = datetime.combine(day, time(), CIVIL_ZONE)
    ends = begins + timedelta(days=1)
    for row in await db.fetch(queries.COUNTS, list(hours), begins, ends):
        hours[row["place_id"]][row["hour"].astimezone(CIVIL_ZONE).hour] = row["scans"]
    last = {row["place_id"]: row["hour"] for row in await db.fetch(queries.LAST, list(hours))}
    return [
        PlaceActivity(
            place_id=place.place_id,
            name=place.name,
            kind=place.kind,
            hours=[told(scans) for scans in hours[place.place_id]],
            last_scanned_on=civil_day(last[place.place_id]) if place.place_id in last else None,
        )
        for place in places
    ]


def told(scans: int) -> int | None:
    """The count as an owner hears it.

    >>> told(0), told(1), told(4), told(5)
    (0, None, None, 5)
    """
    return None if 0 < scans < LEAST else scans


def _counted(means: Means, rows: Sequence[Record]) -> Counter[tuple[UUID, datetime]]:
    """How many of these leaves are scans of each place and hour."""
    found: Counter[tuple[UUID, datetime]] = Counter()
    for row in rows:
        values = dict(row)
        del values["seq"]
        if values["event_id"] is None:
            continue  # another kind of event, or one whose content is gone
        event = Event(**values)
        place = opened(means.vault, event).details.get("place")
        moment = uuid7_time(event.event_id)
        if isinstance(place, str) and moment is not None:
            found[UUID(place), moment.replace(minute=0, second=0, microsecond=0)] += 1
    return found
