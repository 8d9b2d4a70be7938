"""Every committed event gets one place, whatever commits late, dies or is restored."""

import asyncio
import signal
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from uuid import UUID

import pytest

from motma.audit import queries, service
from motma.audit.errors import EventUnknown, Forked, NotYetPlaced, TreeBroken
from motma.audit.model import MERGE_DELAY
from motma.audit.note import read_head, read_note
from motma.audit.reading import consistency, latest, prove, root_at
from motma.audit.running import one_pass
from motma.audit.sequencer import place
from motma.audit.tree import continues
from motma.storage.pool import FAILED, connect

if TYPE_CHECKING:
    from tests.integration.audit.conftest import Log

POINTS: Final = ("placing", "placed", "mirrored", "signing", "checkpoint-mirrored", "signed")

#: Passes over the log and dies as soon as a pass reaches the named point.
VICTIM: Final = """
import asyncio, os, signal, sys
from pathlib import Path
from motma.audit.running import Sequencer
from motma.kernel.clock import SystemClock
from motma.keys.keyring import Keyring

dsn, keys, mirror, point = sys.argv[1:]

def probe(reached):
    if reached == point:
        os.kill(os.getpid(), signal.SIGKILL)

sequencer = Sequencer(dsn, origin="motma.test/log", signer=Keyring.open(Path(keys)),
                      clock=SystemClock(), mirror=Path(mirror), probe=probe)
asyncio.run(sequencer.run(asyncio.Event(), interval_s=0.01))
"""


async def places(log: "Log") -> list[UUID]:
    """Which events have a place, in order."""
    rows = await log.db.fetch("SELECT event_id FROM local.log_leaf ORDER BY seq")
    return [row[0] for row in rows]


async def test_an_event_whose_transaction_commits_late_is_not_passed_over(log: "Log") -> None:
    early, late = log.event(1), log.event(2)
    other = await connect(log.dsn)
    transaction = other.transaction()
    await transaction.start()
    await service.append(other, [early])
    await log.append([late])
    await log.sequence()
    assert await places(log) == []  # the later transaction waits behind the open, earlier one
    await transaction.commit()
    await other.close()
    await log.sequence()
    assert await places(log) == [early.event_id, late.event_id]


async def test_an_event_that_was_rolled_back_has_no_place_and_stops_nobody(log: "Log") -> None:
    other = await connect(log.dsn)
    transaction = other.transaction()
    await transaction.start()
    await service.append(other, [log.event(1)])
    kept = log.event(2)
    await log.append([kept])
    await transaction.rollback()
    await other.close()
    await log.sequence()
    assert await places(log) == [kept.event_id]


async def test_a_second_pass_places_nothing_again(log: "Log") -> None:
    await log.append(log.events(10))
    first = await log.sequence()
    assert first is not None
    assert await log.sequence() is None
    assert await latest(log.db) == first
    assert len(await places(log)) == 10


async def test_a_pass_stops_between_transactions_and_the_next_goes_on(
    log: "Log", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motma.audit.sequencer.CHUNK", 10)
    written: list[UUID] = []
    for _ in range(5):
        batch = sorted(log.events(10), key=lambda event: event.event_id)
        written += [event.event_id for event in batch]
        await log.append(batch)
    async with log.db.transaction():
        assert await place(log.db, most=20) == 20
    async with log.db.transaction():
        assert await place(log.db, most=20) == 20
    async with log.db.transaction():
        assert await place(log.db, most=20) == 10
    assert await places(log) == written


async def test_each_checkpoint_continues_the_one_before(log: "Log") -> None:
    checkpoints = []
    for count in (1, 254, 1, 1, 700):
        await log.append(log.events(count))
        checkpoint = await log.sequence()
        assert checkpoint is not None
        checkpoints.append(checkpoint)
    for before, after in pairwise(checkpoints):
        proof = await consistency(log.db, before.size, after.size)
        assert continues(
            first=before.size,
            second=after.size,
            first_root=before.root,
            second_root=after.root,
            proof=proof,
        )


async def test_every_event_is_proved_to_be_in_the_signed_tree(log: "Log") -> None:
    events = log.events(300)
    await log.append(events)
    await log.sequence()
    for event in (events[0], events[255], events[256], events[299]):
        proof = await prove(log.db, event.event_id)
        assert proof.commitment == event.commitment
        assert proof.holds(read_head(read_note(proof.checkpoint).text).root)
        assert not proof.holds(bytes(32))


async def test_an_event_without_a_place_is_not_proved(log: "Log") -> None:
    event = log.event()
    with pytest.raises(EventUnknown):
        await prove(log.db, event.event_id)
    await log.append([event])
    async with log.db.transaction():
        await place(log.db)
    with pytest.raises(NotYetPlaced):
        await prove(log.db, event.event_id)


async def test_one_sequencer_works_and_the_other_stands_by(log: "Log") -> None:
    first, second = log.sequencer(), log.sequencer()
    await log.append(log.events(3))
    async with first._leading() as leading:
        assert leading is not None
        assert await second.once() is None
    assert await second.once() is not None


async def test_after_a_restore_into_another_cluster_all_is_placed_once(log: "Log") -> None:
    await log.append(log.events(5))
    await log.sequence()
    waiting = log.events(3)
    await log.append(waiting)
    # as a dump from elsewhere: foreign transaction ids, in the past and in the future
    await log.db.execute("UPDATE local.log_cursor SET system_id = 1, xid = '3'")
    await log.db.execute("UPDATE event SET xid = '1000000'")
    assert await log.codes() >= {"audit.cursor-foreign"}
    await log.sequence()
    placed = await places(log)
    assert sorted(placed[5:]) == sorted(event.event_id for event in waiting)
    cursor = await queries.cursor(log.db)
    assert cursor is not None
    assert cursor.xid < 1_000_000
    await log.sequence()
    assert await places(log) == placed


async def test_a_restored_backup_gets_its_leaves_back_and_forks_nothing(log: "Log") -> None:
    await log.append(log.events(3))
    await log.sequence()
    saved = {
        table: [tuple(row) for row in await log.db.fetch(f"SELECT * FROM {table}")]
        for table in ("local.log_leaf", "local.log_tile", "local.log_checkpoint")
    }
    lost = log.events(300)
    await log.append(lost)
    later = await log.sequence()

    await log.db.execute("DELETE FROM event WHERE event_id = ANY($1)", [e.event_id for e in lost])
    for table, rows in saved.items():
        await log.db.execute(f"TRUNCATE {table}")
        schema, name = table.split(".")
        await log.db.copy_records_to_table(name, schema_name=schema, records=rows)
    await log.db.execute("UPDATE local.log_cursor SET size = 3")

    await log.append([log.event(1000)])
    after = await log.sequence()
    assert later is not None
    assert after is not None
    assert after.size == 304
    assert await root_at(log.db, later.size) == later.root
    report = await log.verify()
    assert {finding.code for finding in report.findings} == {"audit.row-missing"}
    assert len(report.findings) == 300  # what the restore lost is named, event by event


async def test_a_database_that_contradicts_the_mirror_is_not_signed(log: "Log") -> None:
    await log.append(log.events(3))
    await log.sequence()
    await log.db.execute("UPDATE local.log_tile SET hashes = sha256('x') || substr(hashes, 33)")
    await log.append([log.event(9)])
    with pytest.raises(Forked):
        await log.sequence()


async def test_a_database_that_is_changed_under_a_running_sequencer_is_not_signed(
    log: "Log",
) -> None:
    await log.append(log.events(3))
    async with log.sequencer()._leading() as leading:
        assert leading is not None
        await one_pass(*leading)
        await log.db.execute("UPDATE local.log_tile SET hashes = sha256('x') || substr(hashes, 33)")
        await log.append([log.event(9)])
        with pytest.raises(Forked):
            await one_pass(*leading)
    assert [each.size for each in log.mirror.checkpoints()] == [3]


async def test_a_sequencer_that_had_to_stop_says_why(log: "Log") -> None:
    await log.append(log.events(3))
    await log.sequence()
    await log.db.execute("DELETE FROM local.log_tile")
    sequencer = log.sequencer()
    with pytest.raises(TreeBroken):
        await sequencer.run(asyncio.Event())
    assert sequencer.stopped_by == "audit.tree-broken"


async def test_another_logs_mirror_is_refused(log: "Log") -> None:
    await log.append(log.events(3))
    await log.sequence()
    await log.db.execute("TRUNCATE event, local.log_leaf, local.log_tile, local.log_cursor")
    await log.append(log.events(5))
    async with log.db.transaction():
        await place(log.db)
    with pytest.raises(Forked):
        await log.sequence()


async def test_a_torn_mirror_is_mended(log: "Log") -> None:
    await log.append(log.events(3))
    await log.sequence()
    for name, torn in (("leaves.bin", b"torn"), ("checkpoints.txt", b"motma.test/log\n9\n")):
        with (log.directory / name).open("ab") as file:
            file.write(torn)
    await log.append(log.events(2))
    checkpoint = await log.sequence()
    assert checkpoint is not None
    assert checkpoint.size == 5
    assert (await log.verify()).whole
    assert [each.size for each in log.mirror.checkpoints()] == [3, 5]


async def test_a_mirror_that_was_lost_is_filled_again(log: "Log") -> None:
    await log.append(log.events(3))
    await log.sequence()
    (log.directory / "leaves.bin").unlink()
    await log.append(log.events(2))
    await log.sequence()
    assert log.mirror.size() == 5
    assert (await log.verify()).whole


@pytest.mark.parametrize("point", POINTS)
async def test_the_log_is_whole_after_the_sequencer_was_killed(log: "Log", point: str) -> None:
    await log.append(log.events(300))
    await log.sequence()
    for _ in range(3):
        await log.append(log.events(20))
        victim = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", VICTIM, log.dsn, str(log.keyring.directory), str(log.directory), point),
        )
        assert await victim.wait() == -signal.SIGKILL
    await log.append(log.events(1))
    await released(log)
    await log.sequence()
    report = await log.verify()
    assert report.findings == []
    assert (report.leaves, report.waiting) == (361, 0)


async def released(log: "Log") -> None:
    """Wait until the server noticed that the victim is dead."""
    for _ in range(100):
        taken = await log.db.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        if not taken:
            return
        await asyncio.sleep(0.05)


async def test_an_event_has_its_place_within_the_merge_delay(log: "Log") -> None:
    stop, sequencer = asyncio.Event(), log.sequencer()
    running = asyncio.create_task(sequencer.run(stop, interval_s=0.05))
    await log.append(log.events(20))
    for _ in range(100):
        if len(await places(log)) == 20:
            break
        await asyncio.sleep(MERGE_DELAY.total_seconds() / 100)
    assert len(await places(log)) == 20
    stop.set()
    await running
    assert await queries.oldest_waiting(log.db) is None


async def test_a_sequencer_whose_connection_breaks_goes_on(log: "Log") -> None:
    stop, sequencer = asyncio.Event(), log.sequencer()
    running = asyncio.create_task(sequencer.run(stop, interval_s=0.01))
    for count in (5, 10):
        await log.append(log.events(5))
        for _ in range(1200):  # whatever runs in the cluster holds back the horizon
            if len(await places(log)) == count:
                break
            await asyncio.sleep(0.05)
        assert len(await places(log)) == count
        await log.db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    stop.set()
    await running


@pytest.mark.parametrize("error", [*FAILED, RuntimeError])
async def test_whatever_is_raised_the_sequencer_tries_again(
    log: "Log", error: type[Exception]
) -> None:
    stop, failed = asyncio.Event(), False

    def fail_once(reached: str) -> None:
        nonlocal failed
        if failed:
            stop.set()
        elif reached == "placed":
            failed = True
            raise error("cut")

    await log.append(log.events(5))
    await asyncio.wait_for(log.sequencer(probe=fail_once).run(stop, interval_s=0.01), 10)
    await log.sequence()
    assert len(await places(log)) == 5
