"""How busy an organisation's places were on a day: counts per hour, never a person.

A scan's place is sealed in the log, so the scans of that day are opened one by one; nothing but
place and hour is taken from them.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import msgspec

from motma.access import queries
from motma.access.means import Means
from motma.audit.model import Event, opened
from motma.kernel.clock import CIVIL_ZONE
from motma.kernel.ids import uuid7, uuid7_time
from motma.storage.pool import Connection

_HOURS: Final = 24
_AT_ONCE: Final = 1000


class PlaceActivity(msgspec.Struct, frozen=True, kw_only=True):
    """A place and its scans in each civil hour of the day; a silent one has zeros."""

    place_id: UUID
    name: str
    kind: str
    hours: list[int]


async def activity_of(
    db: Connection, means: Means, *, organisation_id: UUID, day: date
) -> list[PlaceActivity]:
    """Every open place of the organisation with its scans of that civil day."""
    places = await queries.places_of(db, organisation_id)
    counts: dict[UUID | None, list[int]] = {place.place_id: [0] * _HOURS for place in places}
    begins = datetime.combine(day, time(), CIVIL_ZONE)
    # the smallest identifiers that a scan of these moments can have
    bounds = [uuid7(moment, bytes) for moment in (begins, begins + timedelta(days=1))]
    async with db.transaction():
        found = db.cursor(
            queries.SCANS_OF_ORGANISATION, organisation_id, *bounds, prefetch=_AT_ONCE
        )
        async for row in found:
            event = Event(**dict(row))
            hours = counts.get(_place_of(means, event))
            moment = uuid7_time(event.event_id)
            if hours is not None and moment is not None:
                hours[moment.astimezone(CIVIL_ZONE).hour] += 1
    return [
        PlaceActivity(place_id=p.place_id, name=p.name, kind=p.kind, hours=counts[p.place_id])
        for p in places
    ]


def _place_of(means: Means, event: Event) -> UUID | None:
    place = opened(means.vault, event).details.get("place")
    return UUID(place) if isinstance(place, str) else None
