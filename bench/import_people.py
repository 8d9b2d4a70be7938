"""How fast `motma people import` is, against a raw COPY of the same columns into the same tables.

The import reads CSV, judges, seals, indexes, looks for duplicates, and writes six indexed tables.
The raw COPY gets those finished rows in PostgreSQL's binary form and only stores them, into fresh
tables with the same indexes and constraints, on the same server in the same run.

    python bench/import_people.py [--rows 100000] [--runs 1]
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from motma.bootstrap import Platform, Settings, open_platform
from motma.cli.simulate import write
from motma.identity.importing import service
from motma.identity.importing.service import Order
from motma.simulate.population import people
from motma.storage.pool import Connection

TABLES: Final = (
    "person",
    "person_version",
    "qid",
    "document",
    "document_index",
    "person_index",
    "guardian",
)
TARGET: Final = 0.25


def main(rows: int, runs: int) -> None:
    """Run, print the table, then one line of JSON."""
    home = Path(tempfile.mkdtemp(prefix="motma-bench-"))
    home.chmod(0o711)  # the database runs under an account of its own
    try:
        measured = asyncio.run(_measured(home, rows, runs))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    _print(rows, {key: [one[key] for one in measured] for key in measured[0]})


async def _measured(home: Path, rows: int, runs: int) -> list[dict[str, float]]:
    async with open_platform(Settings(home=home), pool_size=2) as platform:
        return [await _run(platform, home, rows, seed=run) for run in range(runs)]


async def _run(platform: Platform, home: Path, rows: int, *, seed: int) -> dict[str, float]:
    """One fresh set of people: first import, repeats, raw COPY; rows/s each."""
    file = _people(home / f"people-{seed}.csv", rows, seed)
    async with platform.pool.acquire() as db:
        await db.execute("TRUNCATE " + ", ".join((*TABLES, "local.import_job")))
        await db.execute("SET statement_timeout = 0")
        memory = Memory()
        first = await _timed(lambda: _import(platform, db, file, told=memory.look))
        same = await _timed(lambda: _import(platform, db, file))
        _touch(file)
        again = await _timed(lambda: _import(platform, db, file))
        raw = await _raw(db, home)
    return {
        "import": rows / first,
        "repeat": rows / again,
        "same_file_s": same,
        "raw_copy": rows / raw,
        "ratio": raw / first,
        "memory_mb": memory.most_mb,
    }


def _people(file: Path, rows: int, seed: int) -> Path:
    with file.open("w", encoding="utf-8", newline="") as text:
        write(text, people(rows, seed))
    return file


def _touch(file: Path) -> None:
    """Other bytes, so that every row is read and looked up again."""
    with file.open("a", encoding="utf-8") as text:
        text.write("\n")


async def _import(
    platform: Platform, db: Connection, file: Path, told: service.Told = lambda _: None
) -> None:
    order = Order(path=file, source="bench", chosen={})
    keys = platform.settings.keys_dir
    done = await service.run(db, platform.means, order, keys=keys, told=told)
    assert done.finished
    assert done.failed == 0


async def _raw(db: Connection, home: Path) -> float:
    """Seconds to COPY the finished rows into fresh tables of the same form."""
    await db.execute("DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw")
    for table in TABLES:
        await db.execute(f"CREATE TABLE raw.{table} (LIKE {table} INCLUDING ALL)")
        await db.copy_from_table(table, output=home / table, format="binary")

    async def copy() -> None:
        async with db.transaction():
            for table in TABLES:
                await db.copy_to_table(
                    table, source=home / table, schema_name="raw", format="binary"
                )

    return await _timed(copy)


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


class Memory:
    """What this process and its workers hold together, without PostgreSQL."""

    def __init__(self) -> None:
        self.most_mb = 0.0

    def look(self, _: service.Progress) -> None:
        """After each chunk: the sum of each process's own peak, which is never too little."""
        own = os.getpid()
        children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii").split()
        self.most_mb = max(self.most_mb, sum(map(_peak_mb, [str(own), *children])))


def _peak_mb(pid: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kilobytes) / 1024


def _print(rows: int, measured: dict[str, list[float]]) -> None:
    median = {key: statistics.median(values) for key, values in measured.items()}
    runs = len(measured["import"])
    print(f"{rows} people, {runs} run(s), medians, {os.cpu_count()} cores")
    for label, key, unit in (
        ("import", "import", "people/s"),
        ("raw COPY of the same rows", "raw_copy", "people/s"),
        ("every row again", "repeat", "people/s"),
        ("the same file again", "same_file_s", "s"),
        ("import : raw COPY", "ratio", f"(target {TARGET})"),
        ("peak memory", "memory_mb", "MB"),
    ):
        print(f"{label:28} {median[key]:12,.2f} {unit}")
    result = {
        "bench": "import", "rows": rows, "runs": runs,
        **{key: round(value, 3) for key, value in median.items()},
        "target": TARGET, "reached": median["ratio"] >= TARGET,
        "repeat_is_faster": median["repeat"] > median["import"],
    }  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    rows_wanted = int(os.environ.get("MOTMA_BENCH_ROWS", "100000"))
    parser.add_argument("--rows", type=int, default=rows_wanted)
    parser.add_argument("--runs", type=int, default=1)
    chosen = parser.parse_args()
    main(chosen.rows, chosen.runs)
