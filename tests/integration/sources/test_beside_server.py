"""Sources are read beside the web server: by one process at a time, whoever of them dies."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests.integration.sources.conftest import KINDS, Reading
from tests.integration.sources.processes import Processes, free_port

from motma.records.sources import running
from motma.simulate.serving import Weather

PATIENCE_S = 60
#: The connection that has the turn.
HOLDER = """
    SELECT l.pid FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.granted AND l.database =
           (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('source reading', 0)
"""
DONE = "SELECT count(*) = 4 AND sum(backlog) = 0 FROM local.source WHERE last_success_at > $1"


@contextmanager
def served(reading: Reading, port: int, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`motma serve` on the platform's own database; killed at the latest with the test."""
    settings = reading.platform.settings
    chosen = {
        "MOTMA_HOME": str(settings.home),
        "MOTMA_DATABASE_URL": reading.platform.dsn,
        "MOTMA_PORT": str(port),
        "MOTMA_WORKERS": "1",
    }
    command = [str(Path(sys.executable).with_name("motma")), "serve"]
    server = subprocess.Popen(command, env=os.environ | chosen | more)
    try:
        yield server
    finally:
        for child in children(server.pid) if server.poll() is None else []:
            os.kill(child, signal.SIGKILL)
        server.kill()
        server.wait()


def children(parent: int) -> list[int]:
    """Processes that a process started, in the order in which it did, without Python's tracker."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [
        int(one)
        for one in found
        if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes()
    ]


async def until(reading: Reading, query: str, *values: object) -> object:
    """The first value that is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := await reading.value(query, *values)):
        assert time.monotonic() < deadline, query
        await asyncio.sleep(0.05)
    return value


async def answering(port: int) -> None:
    """Until the server answers."""
    deadline = time.monotonic() + PATIENCE_S
    async with httpx.AsyncClient() as client:
        while time.monotonic() < deadline:
            try:
                (await client.get(f"http://127.0.0.1:{port}/healthz")).raise_for_status()
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise AssertionError("the server did not answer")


async def test_a_reader_that_dies_is_replaced_and_the_server_never_notices(
    reading: Reading, processes: Processes
) -> None:
    began, source, port = reading.platform.clock.now(), free_port(), free_port()
    await reading.add(source, *KINDS)  # none of them answers yet: that must harm nothing either
    with served(reading, port) as server:
        await answering(port)
        first = await until(reading, HOLDER)
        worker, reader = children(server.pid)
        os.kill(reader, signal.SIGKILL)
        await until(reading, f"SELECT EXISTS ({HOLDER} AND l.pid <> $1)", first)
        processes.source(source, Weather(most=50))
        await reading.run("UPDATE local.source SET not_before = NULL, failures = 0")
        await until(reading, DONE, began)
        await answering(port)
        assert children(server.pid)[0] == worker
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_S) == 0
    assert await reading.value(HOLDER) is None
    assert await reading.value("SELECT count(*) FROM health_record WHERE person_id IS NOT NULL")


async def test_sources_off_reads_nothing_beside_the_server(reading: Reading) -> None:
    port = free_port()
    with served(reading, port, MOTMA_SOURCES="off") as server:
        await answering(port)
        assert len(children(server.pid)) == 1  # the worker


async def test_the_turn_goes_to_another_when_its_connection_is_cut_and_both_end_cleanly(
    reading: Reading, processes: Processes
) -> None:
    platform, stops = reading.platform, (asyncio.Event(), asyncio.Event())

    def run(stop: asyncio.Event) -> asyncio.Task[None]:
        return asyncio.create_task(
            running.run_alone(platform.dsn, platform.pool, platform.means, stop, idle_s=0.05)
        )

    first = run(stops[0])
    holder = await until(reading, HOLDER)
    second = run(stops[1])
    stops[0].set()
    await first
    other = await until(reading, HOLDER)
    assert other != holder
    await reading.value("SELECT pg_terminate_backend($1)", other)
    await until(reading, f"SELECT EXISTS ({HOLDER} AND l.pid <> $1)", other)
    await reading.add(processes.calm(), "immunisation")
    await until(reading, "SELECT backlog = 0 FROM local.source")
    stops[1].set()
    await second
    assert await reading.value(HOLDER) is None
