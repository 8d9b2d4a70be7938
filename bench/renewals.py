"""The worst hour of renewals, with the spread that the platform asks of wallets and without.

    python bench/renewals.py [--people 1000000]

A simulation, not a measurement: everybody's first code is signed on three launch days, most of
them in the evening, and half of all cards are green until a midnight 3 to 60 days later, most of
those the same one. Each wallet asks again when `issuing.renew_at` says, or, without the spread,
when something ends. Last line: one JSON object.
"""

import argparse
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from motma.identity.issuing import PHONE_LIFE, renew_at

LAUNCH: Final = datetime(2026, 12, 1, tzinfo=UTC)
#: Days after the launch on which colours end.
ENDS: Final = (10, 10, 10, 20, 60)
_COLOURED: Final = 0.5
_DAYS: Final = 90


def main() -> None:
    """Simulate and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=1_000_000)
    people = options.parse_args().people
    spread, together = hours(people, spread=True), hours(people, spread=False)
    worst, rush = max(spread.values()), max(together.values())
    print(f"{people:,} people, {_DAYS} days; renewals in the worst hour")
    print(f"spread as asked   {worst:>9,}   {worst / 3600:7.1f}/s")
    print(f"all at the end    {rush:>9,}   {rush / 3600:7.1f}/s")
    figures = {
        "people": people,
        "worst_hour": worst,
        "worst_hour_without_spread": rush,
        "times_less": round(rush / worst, 1),
    }
    print(json.dumps(figures))


def hours(people: int, *, spread: bool) -> Counter[int]:
    """How many renewals fall into each hour after the launch."""
    random, found = Random(1405), Counter[int]()
    for _ in range(people):
        person = UUID(int=random.getrandbits(128))
        evening = random.gauss(19, 3) % 24
        now = LAUNCH + timedelta(days=random.randrange(3), hours=evening)
        coloured = random.random() < _COLOURED
        until = LAUNCH + timedelta(days=random.choice(ENDS)) if coloured else None
        while now < LAUNCH + timedelta(days=_DAYS):
            if until is not None and until <= now:
                until = None
            if spread:
                now = renew_at(person, issued_at=now, colour_until=until)
            else:
                now = min(now + PHONE_LIFE, until or now + PHONE_LIFE)
            found[int((now - LAUNCH) / timedelta(hours=1))] += 1
    return found


if __name__ == "__main__":
    main()
