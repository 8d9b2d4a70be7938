"""The migrated schema, its versions and its partitions."""

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID

from motma.kernel.ids import uuid7
from motma.storage import migrate, partitions
from motma.storage.pool import Connection, connect, open_pool

FIFTH = date(2022, 1, 5)
ADD_EVENT = """
    INSERT INTO event (device_id, event_id, kind, at, known_at, sealed, salt, commitment)
    VALUES ($1, $2, 'scan.read', $3, $3, '', '', '') RETURNING tableoid::regclass::text
"""


def test_an_empty_database_reaches_the_head_and_a_second_run_changes_nothing(
    empty_database: str,
) -> None:
    assert migrate.current(empty_database) is None
    assert migrate.migrate(empty_database) == migrate.head()
    assert migrate.migrate(empty_database) == migrate.current(empty_database) == migrate.head()


async def test_an_event_lands_in_the_partition_of_its_day(db: Connection) -> None:
    made = await partitions.ensure_days(db, FIFTH, date(2022, 1, 6))
    assert made == [FIFTH, date(2022, 1, 6)]
    late = datetime(2022, 1, 5, 23, 59, 59, 999_000, UTC)
    assert await db.fetchval(ADD_EVENT, UUID(int=0), uuid7(late), late) == "event_20220105"
    assert await partitions.ensure_days(db, FIFTH, FIFTH) == []


async def test_dropping_before_a_day_keeps_that_day(db: Connection) -> None:
    await partitions.ensure_days(db, date(2022, 1, 3), FIFTH)
    assert await partitions.drop_before(db, FIFTH) == [date(2022, 1, 3), date(2022, 1, 4)]
    assert await partitions.days(db) == [FIFTH]


async def test_two_makers_at_once_both_succeed(database: str) -> None:
    pool = await open_pool(database, largest=4)
    async with pool.acquire() as one, pool.acquire() as two:
        both = await asyncio.gather(
            partitions.ensure_days(one, FIFTH, FIFTH), partitions.ensure_days(two, FIFTH, FIFTH)
        )
    assert sorted(both) == [[], [FIFTH]]
    await pool.close()


async def test_json_columns_are_plain_values(database: str) -> None:
    db = await connect(database)
    assert await db.fetchval("SELECT $1::jsonb", {"a": [1, None]}) == {"a": [1, None]}
    await db.close()
