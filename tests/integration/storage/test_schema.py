"""The migrated schema, its versions and its partitions."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from motma.kernel.ids import uuid7
from motma.storage import migrate, partitions, revising
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


def test_the_newest_file_is_the_head_of_the_chain() -> None:
    assert migrate.head() == revising.newest(migrate.folder())


def test_a_migrated_database_is_left_without_loading_alembic(database: str) -> None:
    code = (
        "import sys\n"
        "from motma.storage.migrate import migrate\n"
        f"migrate({database!r})\n"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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


async def test_an_open_transaction_is_rolled_back_when_handed_back(database: str) -> None:
    pool = await open_pool(database, largest=1)
    async with pool.acquire() as db:
        await db.execute("BEGIN")
        await db.execute("CREATE TABLE left_open (n int)")
    async with pool.acquire() as db:
        assert await db.fetchval("SELECT to_regclass('left_open')") is None
    await pool.close()


async def test_every_connection_gives_up_waiting_for_a_lock(database: str) -> None:
    holder, waiter = (
        await connect(database),
        await connect(database, settings={"lock_timeout": "50ms"}),
    )
    assert await holder.fetchval("SHOW lock_timeout") == "3s"
    async with holder.transaction():
        await holder.execute("LOCK TABLE qid")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await waiter.fetch("SELECT qid FROM qid")
    await holder.close()
    await waiter.close()


def test_a_migration_that_cannot_get_a_lock_changes_nothing(empty_database: str) -> None:
    with psycopg.connect(empty_database) as holder, ThreadPoolExecutor(1) as thread:
        holder.execute("CREATE SCHEMA local")
        with pytest.raises(OperationalError, match="lock timeout"):
            thread.submit(migrate.migrate, empty_database).result(timeout=30)
    assert migrate.current(empty_database) is None
