"""All SQL of the log."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from motma.audit.model import Checkpoint, Event, Leaf
from motma.storage.pool import Connection

#: One sequencer at a time: two would give one place to two events.
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('audit sequencer', 0))"
TRY_SESSION_LOCK: Final = (
    "SELECT pg_try_advisory_lock(hashtextextended('audit sequencer', 0)) AS taken"
)

#: For what reads the whole log, within its transaction.
NO_TIMEOUT: Final = "SET LOCAL statement_timeout = 0"

#: Above every transaction id.
NO_HORIZON: Final = 2**63 - 1

APPEND: Final = """
    INSERT INTO event (device_id, event_id, kind, at, known_at, person_tag, outcome, body_hash,
                       sealed, salt, commitment)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[],
                         $5::timestamptz[], $6::bytea[], $7::text[], $8::bytea[], $9::bytea[],
                         $10::bytea[], $11::bytea[])
        ON CONFLICT DO NOTHING
    RETURNING device_id, event_id
"""

FIND: Final = """
    SELECT device_id, event_id, kind, at, known_at, person_tag, outcome, body_hash, sealed, salt,
           commitment
      FROM event WHERE device_id = $1 AND event_id = $2
"""

OF_PERSON: Final = """
    SELECT device_id, event_id, kind, at, known_at, person_tag, outcome, body_hash, sealed, salt,
           commitment
      FROM event
     WHERE person_tag = ANY($1::bytea[])
       AND ($2::text[] IS NULL OR kind = ANY($2::text[]))
       AND (known_at, event_id, device_id) < ($3, $4, $5)
     ORDER BY known_at DESC, event_id DESC, device_id DESC LIMIT $6
"""

CLUSTER: Final = """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS ceiling,
           (SELECT system_identifier FROM pg_control_system()) AS system_id
"""

CURSOR: Final = """
    SELECT system_id, xid::text::bigint AS xid, size FROM local.log_cursor
"""

SET_CURSOR: Final = """
    INSERT INTO local.log_cursor (system_id, xid, size) VALUES ($1, $2::text::xid8, $3)
        ON CONFLICT (one) DO UPDATE
       SET system_id = excluded.system_id, xid = excluded.xid, size = excluded.size
"""

COMMITTED: Final = """
    SELECT device_id, event_id, commitment, xid::text::bigint AS xid
      FROM event
     WHERE xid >= $1::text::xid8 AND xid < $2::text::xid8
     ORDER BY event.xid, event_id, device_id
"""

PLACED: Final = """
    SELECT device_id, event_id FROM local.log_leaf WHERE event_id = ANY($1::uuid[])
"""

LEAVES_OF: Final = """
    SELECT seq, device_id, event_id, commitment FROM local.log_leaf
     WHERE event_id = $1 AND ($2::uuid IS NULL OR device_id = $2) ORDER BY seq
"""

LEAVES: Final = """
    SELECT l.seq, l.device_id, l.event_id, l.commitment AS leaf,
           e.xid::text::bigint AS xid, e.kind, e.at, e.known_at, e.person_tag, e.outcome,
           e.body_hash, e.sealed, e.salt, e.commitment
      FROM local.log_leaf l LEFT JOIN event e USING (device_id, event_id)
     WHERE l.seq >= $1 AND l.seq < $2 ORDER BY l.seq
"""

TO_MIRROR: Final = """
    SELECT l.device_id, l.event_id, coalesce(e.xid::text::bigint, 0) AS xid, l.commitment
      FROM local.log_leaf l LEFT JOIN event e USING (device_id, event_id)
     WHERE l.seq >= $1 AND l.seq < $2 ORDER BY l.seq
"""

UNPLACED: Final = """
    SELECT device_id, event_id, kind, at, known_at, person_tag, outcome, body_hash, sealed, salt,
           commitment, xid::text::bigint AS xid
      FROM event e
     WHERE NOT EXISTS (SELECT FROM local.log_leaf l
                        WHERE l.event_id = e.event_id AND l.device_id = e.device_id)
"""

LEAF_SPAN: Final = """
    SELECT count(*) AS leaves, coalesce(max(seq) + 1, 0) AS size FROM local.log_leaf
"""

OLDEST_WAITING: Final = """
    SELECT min(known_at) AS known_at FROM event e
     WHERE xid >= (SELECT xid FROM local.log_cursor)
       AND NOT EXISTS (SELECT FROM local.log_leaf l
                        WHERE l.event_id = e.event_id AND l.device_id = e.device_id)
"""

TILES: Final = """
    SELECT level, position, hashes
      FROM local.log_tile
      JOIN unnest($1::smallint[], $2::bigint[]) AS wanted (level, position)
     USING (level, position)
"""

TILE_PLACES: Final = "SELECT level, position FROM local.log_tile"

SET_TILE: Final = """
    INSERT INTO local.log_tile (level, position, hashes) VALUES ($1, $2, $3)
        ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes
"""

ADD_CHECKPOINT: Final = """
    INSERT INTO local.log_checkpoint (size, root, note, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (size) DO NOTHING
"""

CHECKPOINTS: Final = """
    SELECT size, root, note, at FROM local.log_checkpoint WHERE size >= $1 ORDER BY size
"""

LATEST_CHECKPOINT: Final = """
    SELECT size, root, note, at FROM local.log_checkpoint ORDER BY size DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far the sequencer got: every committed transaction below `xid` has its places."""

    system_id: int
    xid: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Which server this is; below `horizon` no transaction can still commit."""

    system_id: int
    horizon: int
    ceiling: int


async def append(db: Connection, events: Sequence[Event]) -> set[tuple[UUID, UUID]]:
    """Insert in key order, so that two batches of the same events can't block each other."""
    rows = sorted(events, key=lambda event: (event.device_id, event.event_id))
    written = await db.fetch(
        APPEND,
        [e.device_id for e in rows],
        [e.event_id for e in rows],
        [e.kind for e in rows],
        [e.at for e in rows],
        [e.known_at for e in rows],
        [e.person_tag for e in rows],
        [e.outcome for e in rows],
        [e.body_hash for e in rows],
        [e.sealed for e in rows],
        [e.salt for e in rows],
        [e.commitment for e in rows],
    )
    return {(row[0], row[1]) for row in written}


async def find(db: Connection, device_id: UUID, event_id: UUID) -> Event | None:
    """Served by the primary key."""
    row = await db.fetchrow(FIND, device_id, event_id)
    return _event(row) if row else None


async def of_person(
    db: Connection,
    tags: Sequence[bytes],
    *,
    kinds: Sequence[str] | None,
    before: tuple[datetime, UUID, UUID],
    limit: int,
) -> list[Event]:
    """Newest first. Served by index event_by_person (person_tag)."""
    rows = await db.fetch(OF_PERSON, list(tags), kinds, *before, limit)
    return [_event(row) for row in rows]


async def lead(db: Connection) -> bool:
    """Take the sequencer's place for this session, if it is free."""
    taken: bool = await db.fetchval(TRY_SESSION_LOCK)
    return taken


async def cluster(db: Connection) -> Cluster:
    """The server's identity and the horizon of this moment."""
    (row,) = await db.fetch(CLUSTER)
    return Cluster(**row)


async def cursor(db: Connection) -> Cursor | None:
    """Where the sequencer stands."""
    row = await db.fetchrow(CURSOR)
    return Cursor(**row) if row else None


async def set_cursor(db: Connection, at: Cursor) -> None:
    """Move the sequencer."""
    await db.execute(SET_CURSOR, at.system_id, str(at.xid), at.size)


async def committed(
    db: Connection, *, start: int, end: int, chunk: int
) -> AsyncIterator[list[Record]]:
    """Events of transactions start ≤ xid < end in order, chunk by chunk (index event_by_xid)."""
    portal = await db.cursor(COMMITTED, str(start), str(end))
    while rows := await portal.fetch(chunk):
        yield rows


async def placed(db: Connection, event_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """Which of these have a leaf already (index log_leaf_by_event)."""
    return {(row[0], row[1]) for row in await db.fetch(PLACED, list(event_ids))}


async def add_leaves(db: Connection, leaves: Iterable[tuple[int, UUID, UUID, bytes]]) -> None:
    """Copy leaves in: seq, device, event, commitment."""
    await db.copy_records_to_table(
        "log_leaf",
        schema_name="local",
        records=leaves,
        columns=["seq", "device_id", "event_id", "commitment"],
    )


async def leaves_of(db: Connection, event_id: UUID, device_id: UUID | None) -> list[Record]:
    """The places of an event (index log_leaf_by_event)."""
    return await db.fetch(LEAVES_OF, event_id, device_id)


async def leaves(db: Connection, start: int, end: int) -> list[Leaf]:
    """Leaves with their events, in order (primary keys)."""
    return [_leaf(row) for row in await db.fetch(LEAVES, start, end)]


async def to_mirror(db: Connection, start: int, end: int) -> list[Record]:
    """What the mirror keeps of these leaves, in order (primary keys)."""
    return await db.fetch(TO_MIRROR, start, end)


async def unplaced(db: Connection) -> AsyncIterator[tuple[Event, int]]:
    """Committed events without a leaf, and the transaction that wrote each."""
    async for row in db.cursor(UNPLACED, prefetch=1000):
        yield _event(row), row["xid"]


async def leaf_span(db: Connection) -> tuple[int, int]:
    """How many leaves there are, and how many there should be by the last place."""
    (row,) = await db.fetch(LEAF_SPAN)
    return row["leaves"], row["size"]


async def oldest_waiting(db: Connection) -> datetime | None:
    """Since when the oldest committed event has waited for its place."""
    waiting: datetime | None = await db.fetchval(OLDEST_WAITING)
    return waiting


async def tiles(db: Connection, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The tiles at these places that exist."""
    wanted = list(places)
    rows = await db.fetch(TILES, [level for level, _ in wanted], [pos for _, pos in wanted])
    return {(row["level"], row["position"]): row["hashes"] for row in rows}


async def tile_places(db: Connection) -> AsyncIterator[tuple[int, int]]:
    """Where there are tiles, in no order."""
    async for row in db.cursor(TILE_PLACES, prefetch=5000):
        yield row["level"], row["position"]


async def set_tiles(db: Connection, changed: dict[tuple[int, int], bytes]) -> None:
    """Write full tiles and the partial ones at the edge."""
    await db.executemany(SET_TILE, [(*place, hashes) for place, hashes in changed.items()])


async def add_checkpoint(db: Connection, checkpoint: Checkpoint) -> None:
    """Keep a signed checkpoint; one that is there stays."""
    await db.execute(
        ADD_CHECKPOINT, checkpoint.size, checkpoint.root, checkpoint.note, checkpoint.at
    )


async def checkpoints(db: Connection, *, least: int = 0) -> AsyncIterator[Checkpoint]:
    """Checkpoints from this size on, by size."""
    async for row in db.cursor(CHECKPOINTS, least, prefetch=500):
        yield Checkpoint(**row)


async def latest_checkpoint(db: Connection) -> Checkpoint | None:
    """The largest."""
    row = await db.fetchrow(LATEST_CHECKPOINT)
    return Checkpoint(**row) if row else None


def _event(row: Record) -> Event:
    fields: dict[str, Any] = dict(row)
    fields.pop("xid", None)
    return Event(**fields)


def _leaf(row: Record) -> Leaf:
    fields: dict[str, Any] = dict(row)
    seq, commitment, xid = fields.pop("seq"), fields.pop("leaf"), fields.pop("xid")
    return Leaf(
        seq=seq,
        device_id=row["device_id"],
        event_id=row["event_id"],
        commitment=commitment,
        xid=xid or 0,
        event=Event(**fields) if fields["kind"] is not None else None,
    )
