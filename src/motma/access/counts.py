"""How much is scanned at each place of an organisation: counts per hour, never a person.

A scan's place is sealed in the log, so each scan is opened once, when it has its place in the
tree; nothing but place and hour is taken from it, and the counts are sealed too. Decision 0128.
"""

import asyncio
import struct
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
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

#: How long counts are kept. Source: the comment of `place_day`.
KEEP: Final = timedelta(days=400)

#: Leaves looked at in one transaction: it takes the process some four milliseconds.
AT_ONCE: Final = 100

#: AAD of the sealed counts: 24 numbers of four bytes, of the hours of a civil day.
_COLUMN: Final = "place_day.hours"
_DAY: Final = struct.Struct(">24I")

#: The counts of a place on a day.
Hours = list[int]


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
    places, days = [place for place, _ in found], [day for _, day in found]
    for row in await db.fetch(queries.HOURS, places, days):
        known = found[row["place_id"], row["day"]]
        known[:] = map(sum, zip(known, _open(means, row), strict=True))
    sealed = [_seal(means, place, day, hours) for (place, day), hours in found.items()]
    await db.execute(queries.PUT_HOURS, places, days, sealed)
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


async def of_day(
    db: Connection, means: Means, *, organisation_id: UUID, day: date
) -> list[PlaceActivity]:
    """Every open place of the organisation with its scans of that civil day."""
    places = await queries.places_of(db, organisation_id)
    ids = [place.place_id for place in places]
    rows = await db.fetch(queries.HOURS, ids, [day] * len(ids))
    hours = {row["place_id"]: _open(means, row) for row in rows}
    last = {row["place_id"]: row["day"] for row in await db.fetch(queries.LAST, ids)}
    return [
        PlaceActivity(
            place_id=place.place_id,
            name=place.name,
            kind=place.kind,
            hours=[told(scans) for scans in hours.get(place.place_id, _nothing())],
            last_scanned_on=last.get(place.place_id),
        )
        for place in places
    ]


def told(scans: int) -> int | None:
    """The count as an owner hears it.

    >>> told(0), told(1), told(4), told(5)
    (0, None, None, 5)
    """
    return None if 0 < scans < LEAST else scans


def _counted(means: Means, rows: Sequence[Record]) -> dict[tuple[UUID, date], Hours]:
    """How many of these leaves are scans of each place in each hour of a day."""
    found: dict[tuple[UUID, date], Hours] = defaultdict(_nothing)
    for row in rows:
        values = dict(row)
        del values["seq"]
        if values["event_id"] is None:
            continue  # another kind of event, or one whose content is gone
        event = Event(**values)
        place = opened(means.vault, event).details.get("place")
        moment = uuid7_time(event.event_id)
        if isinstance(place, str) and moment is not None:
            hour = moment.astimezone(CIVIL_ZONE).hour
            found[UUID(place), civil_day(moment)][hour] += 1
    return found


def _nothing() -> Hours:
    return [0] * 24


def _seal(means: Means, place_id: UUID, day: date, hours: Hours) -> bytes:
    return means.vault.seal(f"{_COLUMN}|{day}", place_id, _DAY.pack(*hours))


def _open(means: Means, row: Record) -> Hours:
    plain = means.vault.open(f"{_COLUMN}|{row['day']}", row["place_id"], row["hours"])
    return list(_DAY.unpack(plain))
