"""How long finding the person of one record takes against a whole register, and how right it is.

Imports synthetic people, then asks for the person of records written about them, one after the
other, each in a transaction of its own, as a source's delivery does: a natural mix, and damaged
records alone. The truth stands beside the records.

    python bench/finding.py [--people 100000] [--records 3000] [--preset national-2021]
"""

import argparse
import asyncio
import csv
import json
import os
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from motma.bootstrap import Platform, Settings, open_platform
from motma.identity.importing import service
from motma.identity.importing.service import Order
from motma.identity.matching.deciding import Decision
from motma.identity.matching.evidence import Evidence
from motma.identity.matching.finding import find
from motma.simulate.rates import PRESETS
from motma.simulate.records import Batch, Known, Record, Truth, simulate

#: Longest time for 95 of 100 records, milliseconds. Source: issue 3 §3.
TARGET_P95_MS: Final = 100.0
_WARM_UP: Final = 200
_COLUMNS: Final = (
    "qid", "full_name", "birth_date", "sex", "cccd", "cmnd", "passport", "birth_certificate",
    "bhyt", "phone", "commune_code", "commune_as_of",
)  # fmt: skip
_KINDS: Final = {12: "cccd", 9: "cmnd"}


@dataclass
class Tally:
    """What came of some records."""

    took_ms: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def quantile(self, share: float) -> float:
        """The time that so large a share stayed under, milliseconds."""
        return sorted(self.took_ms)[min(int(share * len(self.took_ms)), len(self.took_ms) - 1)]

    def summary(self) -> dict[str, float]:
        """For the line of JSON."""
        times = {f"p{int(q * 100)}_ms": round(self.quantile(q), 2) for q in (0.5, 0.95, 0.99)}
        return {"records": len(self.took_ms), **times, **self.outcomes}


def main(people: int, records: int, preset: str) -> None:
    """Run, print the table, then one line of JSON."""
    home = Path(tempfile.mkdtemp(prefix="motma-bench-"))
    home.chmod(0o711)  # the database runs under an account of its own
    try:
        mixed, damaged = asyncio.run(_measured(home, people, records, preset))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"{people} people, preset {preset}, {os.cpu_count()} cores")
    for label, tally in (("as they come", mixed), ("damaged alone", damaged)):
        print(f"{label:14}", "  ".join(f"{k} {v:,}" for k, v in tally.summary().items()))
    worst = max(mixed.quantile(0.95), damaged.quantile(0.95))
    result = {
        "bench": "finding", "people": people, "preset": preset,
        "mixed": mixed.summary(), "damaged": damaged.summary(),
        "target_p95_ms": TARGET_P95_MS, "reached": worst <= TARGET_P95_MS,
    }  # fmt: skip
    print(json.dumps(result))


async def _measured(home: Path, people: int, records: int, preset: str) -> tuple[Tally, Tally]:
    file = home / "people.csv"
    wanted = _written(file, people, records, preset)
    async with open_platform(Settings(home=home), pool_size=2) as platform:
        await _import(platform, file)
        async with platform.pool.acquire() as db:
            rows = await db.fetch("SELECT qid, person_id FROM qid WHERE state = 'alias'")
        ids = {row["qid"]: row["person_id"] for row in rows}
        await _asked(platform, wanted[0][:_WARM_UP], ids)
        return await _asked(platform, wanted[0], ids), await _asked(platform, wanted[1], ids)


def _written(
    file: Path, people: int, records: int, preset: str
) -> tuple[list[tuple[Record, Truth]], list[tuple[Record, Truth]]]:
    """Write the register; sample records as they come, and damaged ones."""
    random = Random(1)
    mixed: list[tuple[Record, Truth]] = []
    damaged: list[tuple[Record, Truth]] = []
    share = 3 * records / people  # about three times as many as wanted, then cut at random
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for batch in simulate(PRESETS[preset], people):
            writer.writerows(_rows(batch))
            pairs = list(zip(batch.records, batch.truth, strict=True))
            mixed += [pair for pair in pairs if random.random() < share]
            damaged += [p for p in pairs if p[1].damages and random.random() < 4 * share]
    random.shuffle(mixed)
    random.shuffle(damaged)
    return mixed[:records], damaged[:records]


def _rows(batch: Batch) -> list[dict[str, str]]:
    """The people in the columns of the import, their linked documents among them."""
    linked = {one.person_id: one.document_number for one in batch.linked}
    return [_row(person, linked.get(person.person_id, "")) for person in batch.people]


def _row(person: Known, linked: str) -> dict[str, str]:
    row = {name: value for name, value in person._asdict().items() if name in _COLUMNS}
    row["qid"] = person.person_id
    for number in filter(None, (linked, person.document_number)):
        row[_kind(number)] = number
    return row


def _kind(number: str) -> str:
    if number.isdigit():
        return _KINDS[len(number)]
    return "birth_certificate" if "/" in number else "passport"


async def _import(platform: Platform, file: Path) -> None:
    order = Order(path=file, source="bench", chosen={})
    async with platform.pool.acquire() as db:
        await db.execute("SET statement_timeout = 0")
        done = await service.run(db, platform.means, order, keys=platform.settings.keys_dir)
        await db.execute("ANALYZE")
    assert done.finished
    print(f"imported {done.created}, failed {done.failed}")


async def _asked(
    platform: Platform, wanted: list[tuple[Record, Truth]], ids: dict[str, UUID]
) -> Tally:
    """Ask for each record's person."""
    tally = Tally()
    for record, truth in wanted:
        evidence = _evidence(record)
        started = time.perf_counter()
        async with platform.transaction() as db:
            match = await find(db, platform.means, evidence)
        tally.took_ms.append(1e3 * (time.perf_counter() - started))
        person_id = ids.get(truth.person_id)
        if match.decision is Decision.LINK:
            outcome = "right" if match.person == person_id else "wrong"
        elif match.decision is Decision.REVIEW and person_id in match.candidates:
            outcome = "review"
        else:
            outcome = f"{match.decision}-other" if person_id else "rightly-unlinked"
        tally.outcomes[outcome] += 1
    return tally


def _evidence(record: Record) -> Evidence:
    return Evidence(
        full_name=record.full_name,
        birth=record.birth_date,
        sex=record.sex,
        document_number=record.document_number,
        bhyt=record.bhyt,
        phone=record.phone,
        commune_code=record.commune_code,
        commune_as_of=record.commune_as_of,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    people_wanted = int(os.environ.get("MOTMA_BENCH_PEOPLE", "100000"))
    parser.add_argument("--people", type=int, default=people_wanted)
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="national-2021")
    chosen = parser.parse_args()
    main(chosen.people, chosen.records, chosen.preset)
