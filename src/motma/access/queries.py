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
    INSERT INTO reader (reader_id, organisation_id, login, role, pin_hash, created_at, may_move)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (login) DO NOTHING RETURNING reader_id
"""
READER_BY_LOGIN: Final = """
    SELECT r.reader_id, r.organisation_id, r.login, r.role, r.pin_hash, r.status, r.may_move,
           o.name AS organisation_name
      FROM reader r JOIN organisation o USING (organisation_id)
     WHERE r.login = $1 AND o.status = 'active'
"""
SET_READER_STATUS: Final = "UPDATE reader SET status = $2 WHERE login = $1 RETURNING reader_id"
SET_PIN: Final = "UPDATE reader SET pin_hash = $2 WHERE login = $1 RETURNING reader_id"
READERS: Final = """
    SELECT r.login, r.role, r.status, r.may_move, o.name AS organisation
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
    SELECT device_id, kind, organisation_id, person_id, thumbprint, status, post
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
OWN_PLACE: Final = """
    SELECT place_id, organisation_id, kind, name, commune_code, commune_as_of FROM place
     WHERE place_id = $1 AND organisation_id = $2 AND status = 'active'
"""
# posts are keyed indexes: $2 the one to put, $3 those that mean the same while a key is rotated
PUT_DEVICE: Final = """
    UPDATE device SET post = $2
     WHERE device_id = $1 AND ($4 OR post IS NULL OR post = ANY($3)) RETURNING device_id
"""
PLACE_DEVICE: Final = """
    UPDATE device d SET post = $3 FROM place p
     WHERE d.device_id = $1 AND p.place_id = $2 AND p.organisation_id = d.organisation_id
    RETURNING d.device_id
"""
SET_MOVE_RULE: Final = """
    UPDATE reader SET may_move = $2
     WHERE login = $1 AND ($3::uuid IS NULL OR organisation_id = $3) RETURNING reader_id
"""
#: Up to which leaf scans were counted; no row while another process counts.
COUNTED: Final = "SELECT seq FROM local.place_counting FOR UPDATE SKIP LOCKED"
SET_COUNTED: Final = "UPDATE local.place_counting SET seq = $1"
#: The next leaves in order, each with its event if that is a scan and still has its content. Each
#: event is looked up by itself, in the partition that its id names: a join would read whole days
#: while the newest has no statistics yet.
SCANS_PLACED: Final = """
    SELECT l.seq, e.*
      FROM (SELECT seq, device_id, event_id FROM local.log_leaf
             WHERE seq > $1 ORDER BY seq LIMIT $2) l
      LEFT JOIN LATERAL (
               SELECT device_id, event_id, kind, at, known_at, person_tag, outcome, body_hash,
                      sealed, salt, commitment
                 FROM event
                WHERE event_id = l.event_id AND device_id = l.device_id AND kind = 'scan.read'
                LIMIT 1) e ON true
     ORDER BY l.seq
"""
HOURS: Final = """
    SELECT c.place_id, c.day, c.hours
      FROM unnest($1::uuid[], $2::date[]) AS a(place_id, day)
      JOIN place_day c ON c.place_id = a.place_id AND c.day = a.day
"""
PUT_HOURS: Final = """
    INSERT INTO place_day (place_id, day, hours)
    SELECT * FROM unnest($1::uuid[], $2::date[], $3::bytea[])
    ON CONFLICT (place_id, day) DO UPDATE SET hours = excluded.hours
"""
#: Of each place the last day on which it was scanned; the primary key, read backwards.
LAST: Final = """
    SELECT p.place_id, c.day
      FROM unnest($1::uuid[]) AS p(place_id)
     CROSS JOIN LATERAL (SELECT day FROM place_day
                          WHERE place_id = p.place_id ORDER BY day DESC LIMIT 1) c
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
           d.post, s.session_id, s.ends_at, s.ended_at, r.reader_id, r.login, r.role,
           r.pin_hash, r.may_move,
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
    "DELETE FROM place_day WHERE day < ($1::timestamptz - interval '400 days')::date",
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
        reader.may_move,
    )
    return added is not None


async def reader_by_login(db: Connection, login: str) -> Reader | None:
    """Served by the unique index on login; None also when the organisation is closed."""
    row = await db.fetchrow(READER_BY_LOGIN, login)
    return Reader(**dict(row)) if row else None


async def places_of(db: Connection, organisation_id: UUID) -> list[Place]:
    """The organisation's open places by name."""
    return [Place(**dict(row)) for row in await db.fetch(PLACES_OF, organisation_id)]


async def own_place(db: Connection, place_id: UUID, organisation_id: UUID) -> Place | None:
    """An open place of the organisation; served by the primary key."""
    row = await db.fetchrow(OWN_PLACE, place_id, organisation_id)
    return Place(**dict(row)) if row else None


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
            may_move=row["may_move"],
            organisation_name=row["organisation_name"],
        )
    device = Device(
        device_id=row["device_id"],
        kind=row["kind"],
        organisation_id=row["organisation_id"],
        person_id=row["person_id"],
        thumbprint=row["thumbprint"],
        status=row["status"],
        post=row["post"],
    )
    return Session(
        device=device,
        session_id=row["session_id"],
        reader=reader,
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
    )
