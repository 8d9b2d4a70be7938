"""Cards printed in bulk: from a list of QIDs to PDFs in a folder, database and audit included.

    python bench/printing.py [--people 10000] [--runs 1]

Included in a card: the person found and opened, two events, the signature, the symbol, the page,
and its file on disk, fsync on. People are imported beforehand. Beside cards a second stands what a
card costs in milliseconds of CPU, which a busy machine changes less. Last line: one JSON object.
"""

import argparse
import asyncio
import csv
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from load import cpu_seconds

from motma.bootstrap import Platform, Settings, open_platform
from motma.identity.importing import service as importing
from motma.identity.importing.service import Order as Import
from motma.identity.model import Assurance
from motma.printing import bulk
from motma.printing.bulk import Order
from motma.printing.model import Layout
from motma.simulate import population
from motma.storage import server

SEED: Final = 1405
#: Cards a second, on two cores. Source: issue 4, §2.
TARGET: Final = 300
LAYOUTS: Final = (Layout.TEN, Layout.CARD)
#: Whose CPU is counted: the job itself, its presses, the database.
WHO: Final = ("job", "presses", "postgres")
_SOME_QIDS: Final = "SELECT qid FROM qid WHERE state = 'active' ORDER BY qid LIMIT $1"


def main() -> int:
    """Measure, print, and end with one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--people", type=int, default=10_000)
    options.add_argument("--runs", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="motma-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        try:
            figures = asyncio.run(measure(home, chosen.people, chosen.runs))
        finally:
            server.stop(home / "postgres", force=True)
    for name, row in figures.items():
        cost = "  ".join(f"{who} {row[f'{who}_ms']:.2f}" for who in WHO)
        print(
            f"{name:8}{row['cards_s']:8,.0f} cards/s  {row['kb_a_card']:5.1f} kB a card  "
            f"CPU ms a card: {cost}  load {row['load']}"
        )
    machine = {"machine": platform.platform(), "cores": os.cpu_count(), "people": chosen.people}
    print(json.dumps(machine | figures))
    return 0 if all(row["cards_s"] >= TARGET for row in figures.values()) else 1


async def measure(home: Path, people: int, runs: int) -> dict[str, dict[str, float]]:
    """The median rate of each layout, and what a card costs."""
    figures = {}
    async with open_platform(Settings(home=home)) as ready:
        qids = await furnished(ready, home, people)
        postgres = server.ensure_running(home / "postgres").pid
        for layout in LAYOUTS:
            rates = []
            before = used(postgres)
            for run in range(runs):
                to = home / f"{layout}-{run}"
                started = time.perf_counter()
                done = await bulk.run(ready.pool, ready.means, order(qids, layout, to))
                rates.append(done.cards / (time.perf_counter() - started))
                if done.cards != people:
                    raise RuntimeError(f"{done.cards} of {people} cards")
            after, cards = used(postgres), people * runs
            size = sum(each.stat().st_size for each in to.glob("*.pdf"))
            figures[str(layout)] = {
                "cards_s": round(statistics.median(rates), 1),
                "kb_a_card": round(size / people / 1000, 2),
                "load": round(os.getloadavg()[0], 1),
                **{f"{who}_ms": round((after[who] - before[who]) / cards * 1e3, 2) for who in WHO},
            }
    return figures


def used(postgres: int) -> dict[str, float]:
    """CPU seconds so far; of presses only of those that ended, as they do with their job."""
    mine, presses = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "job": mine.ru_utime + mine.ru_stime,
        "presses": presses.ru_utime + presses.ru_stime,
        "postgres": cpu_seconds(postgres=postgres, server=0)["postgres"],
    }


def order(qids: list[str], layout: Layout, folder: Path) -> Order:
    """What is printed."""
    return Order(qids=qids, layout=layout, folder=folder, host="qr.example.vn", demo=True)


async def furnished(ready: Platform, home: Path, people: int) -> list[str]:
    """Synthetic people, imported; their QIDs."""
    path = home / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(population.Row._fields)
        writer.writerows(population.people(people + people // 50, SEED))
    job = Import(path=path, source="bench", assurance=Assurance.CONFIRMED, chosen={})
    async with ready.pool.acquire() as db:
        await importing.run(db, ready.means, job, keys=ready.settings.keys_dir)
        await db.execute("ANALYZE")
        return [row["qid"] for row in await db.fetch(_SOME_QIDS, people)]


if __name__ == "__main__":
    sys.exit(main())
