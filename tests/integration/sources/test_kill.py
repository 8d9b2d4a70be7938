"""kill -9 of either side at random points: nothing is lost, nothing comes twice."""

import asyncio
import random
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from tests.integration.sources.conftest import KINDS, Reading
from tests.integration.sources.processes import Processes, free_port

from motma.simulate.serving import Weather

KILLS = 24
#: Small slow pages, so that death finds every step: asking, taking, committing, answering.
WEATHER = Weather(latency_s=0.004, outages=0.05, cuts=0.05, overlaps=0.3, most=2, seed=11)
PATIENCE_S = 120
DONE = "SELECT count(*) = 4 AND sum(backlog) = 0 FROM local.source WHERE last_success_at > $1"


async def test_killing_either_side_at_random_points_loses_nothing_and_doubles_nothing(
    reading: Reading, processes: Processes
) -> None:
    chance, at = random.Random(20220330), reading.platform.clock.now()
    port = free_port()
    await reading.add(port, *KINDS)
    sides: dict[str, BaseProcess] = {}
    begin: dict[str, Callable[[], BaseProcess]] = {
        "source": lambda: processes.source(port, WEATHER),
        "reader": lambda: processes.reader(
            reading.platform.dsn, reading.platform.settings.keys_dir
        ),
    }
    for name, start in begin.items():
        sides[name] = start()
    for kill in range(KILLS):
        await _until_progress(reading)  # so that death meets work, not a start
        await asyncio.sleep(chance.random() * 0.15)
        name = ("reader", "source")[kill % 2]
        sides[name].kill()
        sides[name].join()
        assert sides[name].exitcode == -9
        sides[name] = begin[name]()
    assert not await reading.value(DONE, at), "the last kill came when everything was read"
    await _until_done(reading)
    killed = await reading.state()
    received = "SELECT kind, count(*) FROM event WHERE kind = ANY($1) GROUP BY 1 ORDER BY 1"
    kinds = ["identity.registered", "records.received", "identity.conflict"]
    async with reading.platform.pool.acquire() as db:
        events = [tuple(row) for row in await db.fetch(received, kinds)]
    sides["reader"].kill()
    sides["reader"].join()

    # once more from the beginning, undisturbed: everything is known already
    await reading.run("UPDATE local.source SET cursor = '', backlog = NULL, not_before = NULL")
    await reading.add(processes.calm(), *KINDS)
    sides["reader"] = begin["reader"]()
    await _until_done(reading)
    assert await reading.state() == killed
    async with reading.platform.pool.acquire() as db:
        assert [tuple(row) for row in await db.fetch(received, kinds)] == events
    registered = dict(events)["identity.registered"]
    assert killed["people"] == [(registered,)]


async def _until_progress(reading: Reading) -> None:
    """Until another page was committed."""
    cursors = "SELECT string_agg(cursor, ' ' ORDER BY source) FROM local.source"
    before, deadline = await reading.value(cursors), time.monotonic() + PATIENCE_S
    while await reading.value(cursors) == before:
        assert time.monotonic() < deadline, "no source was read any further"
        await asyncio.sleep(0.01)


async def _until_done(reading: Reading) -> None:
    """Until every source answered that it has nothing more."""
    now = reading.platform.clock.now()
    deadline = time.monotonic() + PATIENCE_S
    while not await reading.value(DONE, now):
        assert time.monotonic() < deadline, "the sources were not read to their end"
        await asyncio.sleep(0.1)
