"""Whatever is changed or lost in the log is found; what is not is left in peace."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from motma.audit import service
from motma.audit.model import KEEP
from motma.audit.verify import verify
from motma.storage.pool import Connection, connect

if TYPE_CHECKING:
    from tests.integration.audit.conftest import Log

#: The name of the tests' log.
ORIGIN: Final = "motma.test/log"

#: Each column of each table of the log, and an SQL expression for another value of it.
CHANGES: Final = {
    "event": {
        "device_id": "'00000000-0000-0000-0000-000000000099'",
        "event_id": "'00000000-0000-0000-0000-000000000099'",
        "kind": "kind || 'x'",
        "at": "at + interval '1 microsecond'",
        "known_at": "known_at - interval '1 microsecond'",
        "person_tag": "NULL",
        "outcome": "'unknown'",
        "body_hash": "NULL",
        "sealed": "sealed || '\\x00'",
        "salt": "substr(salt, 2)",
        "commitment": "''",
        "xid": "'9999999999'",
    },
    "local.log_leaf": {
        "seq": "-seq - 1",
        "device_id": "'00000000-0000-0000-0000-000000000099'",
        "event_id": "'00000000-0000-0000-0000-000000000099'",
        "commitment": "sha256(commitment)",
    },
    "local.log_tile": {
        "level": "level + 3",
        "position": "position + 1000",
        "hashes": "sha256(hashes) || substr(hashes, 33)",
    },
    "local.log_checkpoint": {
        "size": "size + 100000",
        "root": "sha256(root)",
        "note": "replace(note, 'motma', 'momta')",
        "at": "at + interval '1 microsecond'",
    },
    "local.log_cursor": {
        "system_id": "system_id + 1",
        "xid": "'9999999999'",
        "size": "size + 1",
    },
}


@pytest.fixture
async def small(log: "Log") -> "Log":
    """Three checkpoints over 600 leaves: two full tiles and a partial one."""
    for count in (1, 299, 300):
        await log.append(log.events(count))
        await log.sequence()
    return log


async def rows_of(db: Connection, table: str) -> list[object]:
    """Where the rows are; of the big tables some at either end and around tile bounds."""
    order = {"event": "event_id", "local.log_leaf": "seq"}.get(table, "1")
    rows = [row[0] for row in await db.fetch(f"SELECT ctid FROM {table} ORDER BY {order}")]
    return rows if len(rows) < 20 else [rows[i] for i in (0, 1, 255, 256, 299, 300, 511, 599)]


async def found(log: "Log", statement: str, *arguments: object) -> set[str]:
    """What verify finds after a statement that is undone again."""
    transaction = log.db.transaction(isolation="repeatable_read")
    await transaction.start()
    await log.db.execute(statement, *arguments)
    codes = await log.codes()
    await transaction.rollback()
    return codes


async def test_an_untouched_log_is_whole(small: "Log") -> None:
    report = await small.verify()
    assert report.whole
    assert (report.leaves, report.events, report.checkpoints) == (600, 600, 3)


async def test_every_column_of_the_log_is_tried(db: Connection) -> None:
    for table, columns in CHANGES.items():
        names = await db.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass"
            " AND attnum > 0 AND NOT attisdropped",
            table,
        )
        assert {row[0] for row in names} - {"one"} == set(columns)


async def test_nothing_is_found_within_a_transaction_that_changes_nothing(small: "Log") -> None:
    assert await found(small, "SELECT 1") == set()


@pytest.mark.parametrize("table", list(CHANGES))
async def test_a_changed_value_is_found_in_whatever_row_and_column(
    small: "Log", table: str
) -> None:
    for row in await rows_of(small.db, table):
        for column, value in CHANGES[table].items():
            change = f"UPDATE {table} SET {column} = {value} WHERE ctid = $1"
            assert await found(small, change, row), (column, row)


@pytest.mark.parametrize("table", list(CHANGES))
async def test_a_deleted_row_is_found_whichever_it_is(small: "Log", table: str) -> None:
    for row in await rows_of(small.db, table):
        assert await found(small, f"DELETE FROM {table} WHERE ctid = $1", row), row


async def test_two_leaves_that_changed_places_are_found(small: "Log") -> None:
    swap = "UPDATE local.log_leaf SET seq = -1 WHERE seq = 5"
    async with small.db.transaction():
        await small.db.execute(swap)
        await small.db.execute("UPDATE local.log_leaf SET seq = 5 WHERE seq = 6")
        await small.db.execute("UPDATE local.log_leaf SET seq = 6 WHERE seq = -1")
    assert {"audit.leaf-changed", "audit.root-differs", "audit.tile-changed"} <= await small.codes()


async def test_a_row_put_in_the_place_of_another_is_found_without_the_mirror(small: "Log") -> None:
    forged = small.event(999)
    victim = await small.db.fetchrow("SELECT * FROM local.log_leaf WHERE seq = 5")
    assert victim is not None
    await small.db.execute("DELETE FROM event WHERE event_id = $1", victim["event_id"])
    await small.append([forged])
    await small.db.execute(
        "UPDATE local.log_leaf SET event_id = $1, device_id = $2, commitment = $3 WHERE seq = 5",
        forged.event_id,
        forged.device_id,
        forged.commitment,
    )
    codes = {f.code for f in (await small.verify(mirrored=False)).findings}
    assert codes == {"audit.root-differs", "audit.tile-changed"}


async def test_a_tail_that_was_cut_off_whole_is_found_by_the_mirror(small: "Log") -> None:
    tail = await small.db.fetch("SELECT event_id FROM local.log_leaf WHERE seq >= 1")
    first = await small.db.fetchval("SELECT hashes FROM local.log_tile WHERE level = 0 LIMIT 1")
    await small.db.execute("DELETE FROM event WHERE event_id = ANY($1)", [r[0] for r in tail])
    await small.db.execute("DELETE FROM local.log_leaf WHERE seq >= 1")
    await small.db.execute("DELETE FROM local.log_tile")
    await small.db.execute("INSERT INTO local.log_tile VALUES (0, 0, $1)", first[:32])
    await small.db.execute("DELETE FROM local.log_checkpoint WHERE size > 1")
    await small.db.execute("UPDATE local.log_cursor SET size = 1")
    assert (await small.verify(mirrored=False)).whole
    assert "audit.tail-cut" in await small.codes()


async def test_a_second_signed_history_is_found_by_the_mirror(small: "Log") -> None:
    kept = small.directory
    small.directory = kept.with_name("forged")
    await small.db.execute("TRUNCATE event, local.log_leaf, local.log_tile, local.log_cursor")
    await small.db.execute("TRUNCATE local.log_checkpoint")
    for count in (1, 299, 300):
        await small.append(small.events(count))
        await small.sequence()
    assert (await small.verify()).whole
    small.directory = kept
    assert "audit.forked" in await small.codes()


async def test_a_changed_row_is_found_before_it_has_its_place(small: "Log") -> None:
    fresh = small.event()
    await small.append([fresh])
    assert (await small.verify()).waiting == 1
    await small.db.execute("UPDATE event SET outcome = 'x' WHERE event_id = $1", fresh.event_id)
    assert await small.codes() == {"audit.row-changed"}


async def test_content_may_go_at_its_keep_until_and_no_earlier(small: "Log") -> None:
    await small.db.execute("DELETE FROM event")
    small.clock.moment += KEEP - timedelta(microseconds=1)
    assert await small.codes() == {"audit.row-missing"}
    small.clock.moment += timedelta(microseconds=1)
    report = await small.verify()
    assert report.whole
    assert (report.leaves, report.events, report.expired) == (600, 0, 600)


async def test_a_signature_of_another_key_is_found(small: "Log", tmp_path: Path) -> None:
    other = small.keyring.create(
        tmp_path / "other", clock=small.clock, random=small.random, demo=True
    )
    small.keyring = other
    assert await small.codes() == {"audit.signature-bad"}


async def test_checkpoints_of_an_earlier_key_are_believed_until_it_is_retired(small: "Log") -> None:
    old = small.keyring.public_keys("log")[0].kid
    small.keyring.rotate("log")
    await small.append([small.event()])
    await small.sequence()
    assert (await small.verify()).whole
    small.keyring.retire(old)
    assert await small.codes() == {"audit.signature-bad"}


async def test_progress_is_told_up_to_the_end(small: "Log") -> None:
    told: list[tuple[int, int]] = []
    await verify(
        small.db,
        origin=ORIGIN,
        signer=small.keyring,
        clock=small.clock,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 600), (300, 600), (600, 600)]


async def test_values_that_no_event_has_are_found_too(small: "Log") -> None:
    for column, value in (("at", "'infinity'"), ("kind", "repeat('x', 70000)")):
        assert "audit.row-changed" in await found(small, f"UPDATE event SET {column} = {value}")


async def test_a_log_that_is_being_written_is_whole_at_any_moment(log: "Log") -> None:
    stop, sequencer = asyncio.Event(), log.sequencer()
    running = asyncio.create_task(sequencer.run(stop, interval_s=0.001))
    other = await connect(log.dsn)
    for _ in range(30):
        await service.append(other, log.events(20))
        report = await log.verify()
        assert report.findings == []
    await other.close()
    stop.set()
    await running
    assert report.leaves > 100
