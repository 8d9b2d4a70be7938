"""Everything that waits is matched again: once each, killed or not, by one process at a time."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.integration.records.conftest import NOON, Desk, dose
from tests.rematch_process import start

from motma.access.means import Means
from motma.kernel.clock import SetClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.records import queries, rematching
from motma.records.errors import RunningElsewhere
from motma.records.model import About
from motma.storage.pool import Pool, connect, open_pool

WAITING, PAGE = 60, 5
EVENTS = "SELECT count(*) FROM event WHERE kind = 'records.attached'"


@pytest.fixture
async def committed(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose work is committed: a database of its own."""
    clock = SetClock(NOON)
    ring = Keyring.create(tmp_path / "keys", clock=clock, random=system_random, demo=True)
    db = await connect(database)
    yield Desk(db, Means(clock, system_random, ring, Vault(ring)), clock, database)
    await db.close()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    ready = await open_pool(database)
    yield ready
    await ready.close()


async def wait_for_one(desk: Desk) -> None:
    """Doses wait, a stranger's too; then their person comes and nobody looks at what waits."""
    stranger = About(full_name="Thử Văn Hai", birth="1985-05-05")
    items = [dose(f"d{n}", on=f"2025-{1 + n // 28:02d}-{1 + n % 28:02d}") for n in range(WAITING)]
    await desk.receive(*items, dose("other", about=stranger))
    await desk.register()


async def test_a_killed_run_goes_on_where_it_was_and_looks_at_no_record_twice(
    committed: Desk, pool: Pool, tmp_path: Path
) -> None:
    await wait_for_one(committed)
    for pages in (2, 3, 1):
        process = start(committed.address, tmp_path / "keys", page=PAGE)
        assert process.stdout is not None
        for _ in range(pages + 1):  # the first line says where it goes on
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
    looked = await committed.db.fetchval("SELECT looked FROM local.rematch_run")
    assert 0 < looked < WAITING

    done = await _when_free(pool, committed.means)

    assert (done.looked, done.matched) == (WAITING + 1, WAITING)
    assert await committed.db.fetchval(EVENTS) == WAITING
    assert await committed.db.fetchval("SELECT count(*) FROM health_attachment") == WAITING
    person = await committed.db.fetchval("SELECT person_id FROM person")
    assert len(await committed.days(person)) == WAITING


async def _when_free(pool: Pool, means: Means) -> rematching.Run:
    """The rest, once the server has noticed that the killed one is gone."""
    for _ in range(100):
        try:
            return await rematching.run(pool, means, page=PAGE)
        except RunningElsewhere:
            await asyncio.sleep(0.05)
    raise AssertionError("the killed process still holds its turn")


async def test_one_run_at_a_time_and_what_was_finished_begins_anew(
    committed: Desk, pool: Pool
) -> None:
    await wait_for_one(committed)
    heard: list[int] = []
    await committed.db.fetchval(queries.LOCK_REMATCH)  # as another process has it
    with pytest.raises(RunningElsewhere):
        await rematching.run(pool, committed.means)
    await committed.db.fetchval(queries.FREE_REMATCH)

    done = await rematching.run(
        pool, committed.means, page=20, told=lambda run: heard.append(run.looked)
    )
    assert heard == [0, 20, 40, 60, 61, 61]
    assert (done.waiting, done.matched) == (WAITING + 1, WAITING)

    again = await rematching.run(pool, committed.means)
    assert (again.looked, again.matched, again.waiting) == (1, 0, 1)
    await rematching.forget(committed.db, NOON + timedelta(days=32))
    assert await committed.db.fetchval("SELECT count(*) FROM local.rematch_run") == 0


async def test_anew_forgets_how_far_an_unfinished_run_came(committed: Desk, pool: Pool) -> None:
    await wait_for_one(committed)
    await rematching.run(pool, committed.means)
    await committed.db.execute("UPDATE local.rematch_run SET finished_at = NULL")
    on = await rematching.run(pool, committed.means)
    assert on.looked == WAITING + 1
    assert (await rematching.run(pool, committed.means, anew=True)).looked == 1
