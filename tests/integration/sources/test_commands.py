"""Sources from the command line: told who we are, read, and what they have not heard yet."""

import asyncio
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.sources.conftest import Reading
from tests.integration.sources.processes import free_port
from tests.integration.sources.test_telling import decided

from motma.records.sources import telling

MOTMA = Path(sys.executable).with_name("motma")


def settings(reading: Reading) -> dict[str, str]:
    """The environment of a command that works on the platform's own database."""
    chosen = {
        "MOTMA_HOME": str(reading.platform.settings.home),
        "MOTMA_DATABASE_URL": reading.platform.dsn,
    }
    return os.environ | chosen | {"NO_COLOR": "1", "COLUMNS": "200"}


async def motma(reading: Reading, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """In a thread: the platform in this process must go on, or what it has locked stays locked."""
    return await asyncio.to_thread(
        subprocess.run,
        [str(MOTMA), *arguments],
        env=settings(reading),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def simulated(reading: Reading, *arguments: str) -> Iterator[list[list[str]]]:
    """The four sources; gives the commands that they print to read them by."""
    command = [str(MOTMA), "simulate", "sources", *arguments]
    process = subprocess.Popen(command, env=settings(reading), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        yield [shlex.split(process.stderr.readline())[1:] for _ in range(4)]
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


async def test_sources_that_ask_who_we_are_are_read_by_the_commands_that_they_print(
    reading: Reading, tmp_path: Path
) -> None:
    known = tmp_path / "keys.json"
    known.write_text((await motma(reading, "sources", "keys")).stdout)
    calm = ("--outages", "0", "--cuts", "0", "--latency-ms", "0")
    port = str(free_port())
    with simulated(
        reading, "--port", port, "--people", "20", "--known", str(known), *calm
    ) as lines:
        (add,) = [line for line in lines if "immunisation" in line]
        assert "--client" in add
        assert (await motma(reading, *add)).returncode == 0
        pulled = await motma(reading, "sources", "pull", "immunisation", "--json")
        deadline = time.monotonic() + 30
        while pulled.returncode and time.monotonic() < deadline:  # it may still be starting
            await reading.run("UPDATE local.source SET not_before = NULL")
            pulled = await motma(reading, "sources", "pull", "immunisation", "--json")
    assert json.loads(pulled.stdout)["taken"] > 10
    half = await motma(
        reading, "sources", "add", "x", "tests", "https://x.example/", "--client", "me"
    )
    assert half.returncode == 3
    assert "sources.proof" in half.stderr


async def test_corrections_that_wait_are_counted_by_whom_they_are_for(reading: Reading) -> None:
    assert (await motma(reading, "sources", "corrections")).stdout.strip() == "none"
    await decided(reading)
    waiting = json.loads((await motma(reading, "sources", "corrections", "--json")).stdout)
    assert [(each["key"], each["corrections"]) for each in waiting] == [
        ("any:dose", 1),
        ("immunisation", 1),
    ]
    assert "Trần" not in str(waiting)
    async with reading.platform.transaction() as db:
        (own,) = await telling.fetch(db, reading.platform.means, "immunisation", heard=[])
        await telling.fetch(db, reading.platform.means, "immunisation", heard=[own.id])
    left = (await motma(reading, "sources", "corrections")).stdout
    assert left.startswith("any:dose")
    assert "immunisation" not in left
