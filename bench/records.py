"""Records a second: received, found their person by document, became facts; and all again.

Run: .venv/bin/python bench/records.py --people 2000 --doses 4000
"""

import argparse
import asyncio
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.kernel.clock import SystemClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.records import service
from motma.records.model import About, Delivery, Dose
from motma.storage import server
from motma.storage.migrate import migrate
from motma.storage.pool import Connection, connect

CHUNK = 200


def person(number: int) -> Claim:
    """A made-up adult with a document of their own."""
    document = ShownDocument(kind="cccd", number=f"001190{number:06d}", seen=True)
    birth = date(1960, 1, 1) + timedelta(days=number % 15_000)
    name = f"Thử Văn {chr(65 + number % 26)}{chr(97 + number // 26 % 26)}"
    return Claim(full_name=name, birth=birth.isoformat(), documents=(document,))


def dose(number: int, people: int) -> Delivery:
    """A dose of one of them, with all that its site wrote down."""
    claim = person(number % people)
    on = date(2025, 1, 1) + timedelta(days=number // people * 28)
    return Delivery(
        id=f"d{number}",
        about=About(
            full_name=claim.full_name,
            birth=claim.birth,
            document_number=claim.documents[0].number,
        ),
        what=Dose(disease="840539006", product="EU/1/20/1528", on=on.isoformat(), lot="A"),
    )


async def receive(db: Connection, means: Means, doses: list[Delivery]) -> tuple[float, int]:
    """Seconds, and how many are somebody's afterwards."""
    began, attached = perf_counter(), 0
    for start in range(0, len(doses), CHUNK):
        async with db.transaction():
            done = await service.receive(db, means, "bench", doses[start : start + CHUNK])
        attached += sum(one.attached for one in done)
    return perf_counter() - began, attached


async def measure(dsn: str, home: Path, *, people: int, doses: int) -> None:
    """Register, receive, receive again."""
    ring = Keyring.create(home / "keys", clock=SystemClock(), random=system_random, demo=True)
    means = Means(SystemClock(), system_random, ring, Vault(ring))
    db = await connect(dsn)
    async with db.transaction():
        for number in range(people):
            await identity.register(
                db, means, person(number), source="bench", assurance=Assurance.SEEN
            )
    await db.execute("ANALYZE")
    items = [dose(number, people) for number in range(doses)]
    for what in ("new", "again"):
        seconds, attached = await receive(db, means, items)
        print(f"{what}: {doses / seconds:,.0f} records/s, {attached} of {doses} attached")
    await db.close()


def main() -> None:
    """On a server of its own, thrown away afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--doses", type=int, default=4_000)
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="motma-bench-"))
    home.chmod(0o711)
    data = home / "postgres"
    try:
        dsn = server.ensure_running(data).dsn
        migrate(dsn)
        asyncio.run(measure(dsn, home, people=chosen.people, doses=chosen.doses))
    finally:
        server.stop(data, force=True)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
