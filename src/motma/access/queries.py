"""All SQL of access."""

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.access.model import Device, Place, Reader, Session
from motma.storage.pool import Connection

ADD_ORGANISATION: Final = """
    INSERT INTO organisation (organisation_id, name, created_at) VALUES ($1, $2, $3)
"""
ADD_PLACE: Final = """
    INSERT INTO place
           (place_id, organisation_id, kind, name, commune_code, commune_as_of, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
ADD_READER: Final = """
    INSERT INTO reader (reader_id, organisation_id, login, role, pin_hash, created_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (login) DO NOTHING RETURNING reader_id
"""
READER_BY_LOGIN: Final = """
    SELECT r.reader_id, r.organisation_id, r.login, r.role, r.pin_hash, r.status,
           o.name AS organisation_name
      FROM reader r JOIN organisation o USING (organisation_id)
     WHERE r.login = $1 AND o.status = 'active'
"""
SET_READER_STATUS: Final = "UPDATE reader SET status = $2 WHERE login = $1 RETURNING reader_id"
SET_PIN: Final = "UPDATE reader SET pin_hash = $2 WHERE login = $1 RETURNING reader_id"
READERS: Final = """
    SELECT r.login, r.role, r.status, o.name AS organisation
      FROM reader r JOIN organisation o USING (organisation_id) ORDER BY o.name, r.login
"""
PLACES_OF: Final = """
    SELECT place_id, organisation_id, kind, name, commune_code, commune_as_of FROM place
     WHERE organisation_id = $1 AND status = 'active' ORDER BY name
"""
ADD_CODE: Final = """
    INSERT INTO enrolment_code
           (code_hash, kind, organisation_id, person_id, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
END_CODES: Final = """
    UPDATE enrolment_code SET expires_at = $2
     WHERE person_id = $1 AND used_at IS NULL AND expires_at > $2
"""
USE_CODE: Final = """
    UPDATE enrolment_code SET used_at = $2
     WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2
    RETURNING kind, organisation_id, person_id
"""
ADD_DEVICE: Final = """
    INSERT INTO device (device_id, kind, organisation_id, person_id, public_key, thumbprint, label,
                        enrolled_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
FIND_DEVICE: Final = """
    SELECT device_id, kind, organisation_id, person_id, thumbprint, status
      FROM device WHERE device_id = $1
"""
DEVICES: Final = """
    SELECT d.device_id, d.kind, d.label, d.status, d.enrolled_at, o.name AS organisation
      FROM device d LEFT JOIN organisation o USING (organisation_id)
     WHERE d.kind = 'reader' ORDER BY d.enrolled_at
"""
LOSE_DEVICE: Final = """
    UPDATE device SET status = 'lost', ended_at = $2
     WHERE device_id = $1 AND status = 'active' AND ($3::uuid[] IS NULL OR person_id = ANY($3))
    RETURNING person_id
"""
WALLETS: Final = """
    SELECT device_id, label, status, enrolled_at FROM device
     WHERE person_id = ANY($1) ORDER BY enrolled_at, device_id
"""
SET_ORGANISATION_STATUS: Final = """
    UPDATE organisation SET status = $2 WHERE organisation_id = $1 RETURNING organisation_id
"""
# by id first: UUIDv7 gives the day, so other days' partitions are not even looked at
SCANS_OF_ORGANISATION: Final = """
    SELECT e.device_id, e.event_id, e.kind, e.at, e.known_at, e.person_tag, e.outcome, e.body_hash,
           e.sealed, e.salt, e.commitment
      FROM event e JOIN device d USING (device_id)
     WHERE e.event_id >= $2 AND e.event_id < $3 AND e.kind = 'scan.read'
       AND d.organisation_id = $1
"""
ADD_SESSION: Final = """
    INSERT INTO session (device_id, session_id, reader_id, started_at, ends_at)
    VALUES ($1, $2, $3, $4, $5)
"""
END_SESSIONS: Final = """
    UPDATE session SET ended_at = $2
     WHERE device_id = $1 AND ended_at IS NULL AND ($3::uuid IS NULL OR session_id = $3)
"""
FIND_SESSION: Final = """
    SELECT d.device_id, d.kind, d.organisation_id, d.person_id, d.thumbprint, d.status,
           s.session_id, s.ends_at, s.ended_at, r.reader_id, r.login, r.role, r.pin_hash,
           r.organisation_id AS reader_organisation, o.name AS organisation_name,
           CASE WHEN o.status = 'active' THEN r.status ELSE 'suspended' END AS reader_status
      FROM session s
      JOIN device d USING (device_id)
      LEFT JOIN reader r USING (reader_id)
      LEFT JOIN organisation o ON o.organisation_id = r.organisation_id
     WHERE s.device_id = $1 AND s.session_id = $2
"""

#: What is past its keep-until; each table's comment says when that is.
FORGET: Final = (
    "DELETE FROM session WHERE ends_at < $1::timestamptz - interval '31 days'",
    "DELETE FROM enrolment_code WHERE expires_at < $1::timestamptz - interval '1 day'",
    "DELETE FROM device WHERE ended_at < $1::timestamptz - interval '31 days'",
    "DELETE FROM local.outbox WHERE done_at < $1::timestamptz - interval '7 days'",
)


async def add_organisation(db: Connection, organisation_id: UUID, name: str, at: datetime) -> None:
    """One more organisation."""
    await db.execute(ADD_ORGANISATION, organisation_id, name, at)


async def add_reader(db: Connection, reader: Reader, at: datetime) -> bool:
    """Whether the reader was added: the unique log-in guards against its twin."""
    added = await db.fetchval(
        ADD_READER,
        reader.reader_id,
        reader.organisation_id,
        reader.login,
        reader.role,
        reader.pin_hash,
        at,
    )
    return added is not None


async def reader_by_login(db: Connection, login: str) -> Reader | None:
    """Served by the unique index on login; None also when the organisation is closed."""
    row = await db.fetchrow(READER_BY_LOGIN, login)
    return Reader(**dict(row)) if row else None


async def places_of(db: Connection, organisation_id: UUID) -> list[Place]:
    """The organisation's open places by name."""
    return [Place(**dict(row)) for row in await db.fetch(PLACES_OF, organisation_id)]


async def use_code(db: Connection, code_hash: bytes, now: datetime) -> Record | None:
    """Use up a code: kind, organisation, person; None when unknown, used or out of date."""
    return await db.fetchrow(USE_CODE, code_hash, now)


async def find_device(db: Connection, device_id: UUID) -> Device | None:
    """Served by the primary key."""
    row = await db.fetchrow(FIND_DEVICE, device_id)
    return Device(**dict(row)) if row else None


async def find_session(db: Connection, device_id: UUID, session_id: UUID) -> Session | None:
    """The session with its device and reader, whatever their state."""
    row = await db.fetchrow(FIND_SESSION, device_id, session_id)
    return _session(row) if row else None


def _session(row: Record) -> Session:
    reader = None
    if row["reader_id"] is not None:
        reader = Reader(
            reader_id=row["reader_id"],
            organisation_id=row["reader_organisation"],
            login=row["login"],
            role=row["role"],
            pin_hash=row["pin_hash"],
            status=row["reader_status"],
            organisation_name=row["organisation_name"],
        )
    device = Device(
        device_id=row["device_id"],
        kind=row["kind"],
        organisation_id=row["organisation_id"],
        person_id=row["person_id"],
        thumbprint=row["thumbprint"],
        status=row["status"],
    )
    return Session(
        device=device,
        session_id=row["session_id"],
        reader=reader,
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
    )
