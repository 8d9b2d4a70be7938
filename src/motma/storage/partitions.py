"""Day partitions of `event`: made ahead of their day, dropped whole at their keep-until."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from motma.kernel.ids import day_bounds
from motma.storage.pool import Connection

#: Repeated on each partition, since comments are not inherited.
KEEP: Final = "dist: device_id; keep: 31 days after known_at, by partition"

#: One maker at a time: CREATE TABLE IF NOT EXISTS alone still fails against a twin.
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('event partitions', 0))"

_DAYS: Final = """
    SELECT child.relname
      FROM pg_catalog.pg_inherits AS edge
      JOIN pg_catalog.pg_class AS child ON child.oid = edge.inhrelid
     WHERE edge.inhparent = 'event'::regclass AND child.relname ~ '^event_[0-9]{8}$'
     ORDER BY child.relname
"""


async def days(db: Connection) -> list[date]:
    """The UTC days that have a partition of their own, oldest first."""
    return [_day_of(row["relname"]) for row in await db.fetch(_DAYS)]


async def ensure_days(db: Connection, first: date, last: date) -> list[date]:
    """Make the partitions of the UTC days `first` to `last`; returns those that were missing.

    Moves nothing: a day that already has rows in `event_other` can't get its own any more, so
    days are made before they begin.
    """
    async with db.transaction():
        await db.execute(_LOCK)
        there = set(await days(db))
        span = range((last - first).days + 1)
        missing = [d for d in (first + timedelta(days=n) for n in span) if d not in there]
        for day in missing:
            await db.execute(_create(day))
    return missing


async def drop_before(db: Connection, day: date) -> list[date]:
    """Drop the partitions of every UTC day before `day`; returns those days."""
    async with db.transaction():
        await db.execute(_LOCK)
        old = [d for d in await days(db) if d < day]
        for each in old:
            await db.execute(f"DROP TABLE {_name(each)}")
    return old


async def forget(db: Connection, *, known_before: datetime) -> list[date]:
    """Delete the events known before a moment; returns the days whose partitions went whole.

    A scan's id may be up to a month older than its arrival, so a partition goes whole only when
    nothing in it is young; otherwise its old rows go.
    """
    gone = []
    async with db.transaction():
        await db.execute("SET LOCAL statement_timeout = 0")
        await db.execute(_LOCK)
        for day in await days(db):
            if day > known_before.astimezone(UTC).date():
                continue
            if await db.fetchval(_young(day), known_before):
                await db.execute(_delete_old(day), known_before)
            else:
                await db.execute(f"DROP TABLE {_name(day)}")
                gone.append(day)
        await db.execute("DELETE FROM event_other WHERE known_at < $1", known_before)
    return gone


def _young(day: date) -> str:
    return f"SELECT EXISTS (SELECT FROM {_name(day)} WHERE known_at >= $1)"  # noqa: S608 - a date


def _delete_old(day: date) -> str:
    return f"DELETE FROM {_name(day)} WHERE known_at < $1"  # noqa: S608 - made of a date


def _create(day: date) -> str:
    low, high = day_bounds(datetime.combine(day, time(), UTC))
    return f"""
        CREATE TABLE {_name(day)} PARTITION OF event FOR VALUES FROM ('{low}') TO ('{high}');
        COMMENT ON TABLE {_name(day)} IS '{KEEP}'
    """


def _name(day: date) -> str:
    return f"event_{day:%Y%m%d}"


def _day_of(name: str) -> date:
    return datetime.strptime(name.removeprefix("event_"), "%Y%m%d").replace(tzinfo=UTC).date()
