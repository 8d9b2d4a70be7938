"""Cards measured: facts and a rule book to a colour and the moment at which it changes.

    python bench/cards.py [--people 1000000] [--rounds 5]

Included in a card: the facts' JSON decoded, the book's terms and rules evaluated, and the search
for the first moment of another colour. Not included: opening the sealed row, the reasons, the
database. One process is one core; the last part evaluates everybody again with a process a core,
people made beforehand. Last line: one JSON object.
"""

import argparse
import json
import multiprocessing
import os
import platform
import random
import statistics
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Final

from motma.rules import facts as facts_of
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.judging import judge
from motma.rules.books.searching import quick
from motma.rules.books.shipped import shipped
from motma.rules.facts import COVID_19, Dose, Facts, Recovery, Test

SEED: Final = 20211007
SAMPLE: Final = 20_000
AT: Final = datetime(2021, 10, 8, 1, tzinfo=UTC)
CORES: Final = 2

#: The book each moment belongs to is in force then.
MOMENTS: Final = {
    "hcmc-2021-09-08": datetime(2021, 9, 9, 1, tzinfo=UTC),
    "hcmc-2021-09-15": datetime(2021, 9, 16, 1, tzinfo=UTC),
    "hcmc-2021-09-15-trades": datetime(2021, 9, 16, 1, tzinfo=UTC),
}


def main() -> None:
    """Measure, print, and end with one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    chance = random.Random(SEED)
    rows = [somebody(chance) for _ in range(SAMPLE)]
    figures: dict[str, object] = {"machine": platform.platform(), "sample": SAMPLE}
    print(f"{'book':26}{'cards/s a core':>16}{'changes later':>16}")
    for book in shipped():
        rate, changing = rated(book, rows, chosen.rounds)
        figures[book.id] = round(rate)
        print(f"{book.id:26}{rate:16,.0f}{changing:16.0%}")
    figures["judge"] = round(judged(rows[:2000]))
    print(f"{'with reasons, Khánh Hòa':26}{figures['judge']:16,}")
    figures["everybody"] = everybody(chosen.people)
    print(json.dumps(figures))


def somebody(chance: random.Random) -> bytes:
    """The facts of a made-up person of autumn 2021, as the sealed row holds them.

    One in five has no dose, two in five one, the rest two or three; three in ten were tested in
    the last days, some of them often; one in twelve has recovered.
    """
    product = chance.choice(("EU/1/21/1529", "EU/1/20/1528", "EU/1/20/1507", "EU/1/20/1525"))
    days = sorted(chance.sample(range(1, 200), chance.choice((0, 1, 1, 2, 3))), reverse=True)
    doses = tuple(
        Dose(disease=COVID_19, product=product, on=day(before), number=number, of=2)
        for number, before in enumerate(days, 1)
    )
    tests = tuple(tested(chance) for _ in range(chance.choice((0, 0, 0, 0, 0, 0, 0, 1, 2, 4))))
    ill = chance.random() < 1 / 12
    recovered = (Recovery(disease=COVID_19, ended=day(chance.randrange(1, 300))),) if ill else ()
    return facts_of.write(Facts(doses=doses, tests=tests, recoveries=recovered))


def tested(chance: random.Random) -> Test:
    """One test of the last ten days, one in ten positive."""
    taken = AT - timedelta(minutes=chance.randrange(10, 14_400))
    positive = chance.random() < 1 / 10
    return Test(
        disease=COVID_19,
        kind="naat" if chance.random() < 1 / 2 else "rapid",
        at=taken.isoformat(),
        result="positive" if positive else "negative",
    )


def day(before: int) -> str:
    """So many days before the moment."""
    return (date(2021, 10, 8) - timedelta(days=before)).isoformat()


def rated(book: CompiledBook, rows: list[bytes], rounds: int) -> tuple[float, float]:
    """Cards per second of one core's time, the median round; and how many change later."""
    at = MOMENTS.get(book.id, AT)
    changing = sum(quick(book, facts_of.decode(row), at)[1] is not None for row in rows)
    rates = []
    for _ in range(rounds):
        start = time.process_time()
        for row in rows:
            quick(book, facts_of.decode(row), at)
        rates.append(len(rows) / (time.process_time() - start))
    return statistics.median(rates), changing / len(rows)


def judged(rows: list[bytes]) -> float:
    """Verdicts with reasons and improvements per second, in Khánh Hòa."""
    book = shipped()[-1]
    start = time.process_time()
    for row in rows:
        judge(book, facts_of.decode(row), AT)
    return len(rows) / (time.process_time() - start)


def everybody(people: int) -> dict[str, object]:
    """Everybody evaluated again in Khánh Hòa, by one process a core."""
    parts = [(SEED + core, people // CORES) for core in range(CORES)]
    with multiprocessing.get_context("spawn").Pool(CORES) as pool:
        made = pool.map(_again, parts)
    seconds = max(spent for spent, _cpu, _colours in made)
    colours = sum((Counter(found) for _spent, _cpu, found in made), Counter())
    total = sum(colours.values())
    cpu = sum(used for _spent, used, _colours in made)
    print(
        f"{total:,} people on {CORES} cores: {seconds:.1f} s, {total / seconds:,.0f}/s, "
        f"{total / cpu:,.0f}/s of a core's time; {dict(colours)}; load {os.getloadavg()[0]:.1f}"
    )
    return {"people": total, "seconds": round(seconds, 1), "per_core": round(total / cpu)}


def _again(part: tuple[int, int]) -> tuple[float, float, dict[str, int]]:
    """One process's share: people made first, then timed."""
    seed, people = part
    chance = random.Random(seed)
    rows = [somebody(chance) for _ in range(people)]
    book = shipped()[-1]
    start, used = time.perf_counter(), time.process_time()
    colours = Counter(quick(book, facts_of.decode(row), AT)[0] for row in rows)
    return time.perf_counter() - start, time.process_time() - used, dict(colours)


if __name__ == "__main__":
    main()
