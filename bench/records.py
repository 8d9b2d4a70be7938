"""Records a second: received, found their person, became facts; and all again.

Whole records with a document, then the damaged mix of `national-2021`: each asked for by itself,
as a single delivery is, beside a page asked for at once, in turns, so that their ratio means
something on a machine that does other work too.

Run: .venv/bin/python bench/records.py --people 2000 --doses 4000
"""

import argparse
import asyncio
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final
from unittest.mock import patch
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.matching import finding, page
from motma.identity.matching.deciding import Match
from motma.identity.matching.evidence import Evidence
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.kernel.clock import SystemClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.records import plain, service
from motma.records.model import About, Delivery, Dose
from motma.records.sources import letters
from motma.simulate.feeds import feeds
from motma.simulate.rates import PRESETS
from motma.storage import server
from motma.storage.migrate import migrate
from motma.storage.pool import Connection, connect

CHUNK: Final = 200
#: Rounds of both ways; the median counts.
TURNS: Final = 3
PAGE: Final = page.find_all
#: As before the first record.
EMPTY: Final = """
    TRUNCATE health_record, health_record_version, health_attachment, health_waiting, person_facts,
             local.match_review, local.match_subject
"""


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


async def alone(db: Connection, means: Means, asked: list[Evidence]) -> list[Match[UUID]]:
    """What a page finds, found one after the other: how a single delivery is."""
    return [await finding.find(db, means, one) for one in asked]


async def receive(db: Connection, means: Means, doses: list[Delivery]) -> tuple[float, int]:
    """Records a second, and how many are somebody's afterwards."""
    began, attached = perf_counter(), 0
    for start in range(0, len(doses), CHUNK):
        async with db.transaction():
            done = await service.receive(db, means, "bench", doses[start : start + CHUNK])
        attached += sum(one.attached for one in done)
    return len(doses) / (perf_counter() - began), attached


async def compare(db: Connection, means: Means, what: str, doses: list[Delivery]) -> None:
    """Both ways in turns, beginning with nothing each time; then everything once more."""
    speeds: dict[str, list[float]] = {"alone": [], "page": []}
    attached = 0
    for _ in range(TURNS):
        for way, found in (("alone", alone), ("page", PAGE)):
            await db.execute(EMPTY)
            with patch.object(page, "find_all", found):
                speed, attached = await receive(db, means, doses)
            speeds[way].append(speed)
    again, _ = await receive(db, means, doses)
    one, many = median(speeds["alone"]), median(speeds["page"])
    print(
        f"{what}: alone {one:,.0f}/s, a page at once {many:,.0f}/s, ratio {many / one:.1f}; "
        f"again {again:,.0f}/s; {attached:,} of {len(doses):,} attached"
    )


def national(people: int, doses: int) -> tuple[list[bytes], list[Delivery]]:
    """A register, and doses of its people as sites wrote them down."""
    sent = feeds(PRESETS["national-2021"], people=people, seed=1)
    registered = [msgspec.json.encode(item) for item in sent.population]
    written = [
        msgspec.json.encode({k: v for k, v in i.items() if k != "version"})
        for i in sent.immunisation
    ]
    good = (item for text in written for item in plain.read_line(text))
    return registered, [item for item in good if isinstance(item, Delivery)][:doses]


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
    await compare(db, means, "whole", [dose(number, people) for number in range(doses)])
    registered, written = national(people, doses)
    async with db.transaction():
        await letters.take(db, means, "bench", "population", registered)
    await db.execute("ANALYZE")
    await compare(db, means, "national-2021", written)
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
