"""All SQL of a scanner's own code."""

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.storage.pool import Connection

OWN_PLACE: Final = """
    SELECT kind, name FROM place
     WHERE place_id = $1 AND organisation_id = $2 AND status = 'active'
"""
PUBLIC_KEY: Final = "SELECT public_key FROM device WHERE device_id = $1"
#: The device with a shift that runs now, of a reader who may still work in this role.
STANDS: Final = """
    SELECT d.status = 'active' AS active, d.public_key,
           EXISTS (SELECT FROM session s
                     JOIN reader r USING (reader_id)
                     JOIN organisation o ON o.organisation_id = r.organisation_id
                    WHERE s.device_id = d.device_id AND s.ended_at IS NULL AND s.ends_at > $3
                      AND r.role = $2 AND r.status = 'active' AND o.status = 'active') AS at_work
      FROM device d WHERE d.device_id = $1
"""


async def own_place(db: Connection, place_id: UUID, organisation_id: UUID) -> Record | None:
    """Kind and name of an open place of the organisation."""
    return await db.fetchrow(OWN_PLACE, place_id, organisation_id)


async def public_key(db: Connection, device_id: UUID) -> bytes:
    """The uncompressed point of the device's key."""
    found: bytes = await db.fetchval(PUBLIC_KEY, device_id)
    return found


async def stands(db: Connection, device_id: UUID, role: str, now: datetime) -> Record | None:
    """Whether the device is active and at work, and its key; None when there is no such device."""
    return await db.fetchrow(STANDS, device_id, role, now)
