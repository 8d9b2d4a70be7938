"""Looks for people whom a book makes worse off for one more dose or a newer negative test.

Nobody should have a reason to hide a dose or to avoid a test. A grid of invented histories, the
same every time, is tried with each addition at several moments; real facts can be given beside it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Final

import msgspec

from motma.rules.books.compiling import CompiledBook
from motma.rules.books.payload import civil
from motma.rules.books.searching import Inquiry, wall_of
from motma.rules.facts import Dose, Facts, Recovery, Test

#: A vaccine of two doses and one of a single dose.
PRODUCTS: Final = ("EU/1/21/1529", "EU/1/20/1525")

#: Days before the moment: around every limit that books in use have had (14, 28, 180 days).
DOSE_DAYS: Final = ((), (1,), (14,), (190,), (15, 1), (43, 15), (200, 170))
RECOVERY_DAYS: Final = (None, 5, 179, 181)

#: Kind, result and hours before the moment of the test that was there already.
TESTS: Final = (
    None,
    ("naat", "negative", 70),
    ("naat", "positive", 30),
    ("rapid", "negative", 20),
)

#: Days after the moment at which both histories are asked.
ASKED_AFTER_DAYS: Final = (0, 1, 3, 14, 30, 181)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorseOff:
    """More was known to somebody's credit, and the colour was worse for it."""

    before: Facts
    added: str  # "dose" or "negative-test"
    after: Facts
    at: datetime
    colour_before: str
    colour_after: str


def worse_off(book: CompiledBook, at: datetime, people: Iterable[Facts] = ()) -> Iterator[WorseOff]:
    """Each counterexample in the grid around `at`, then among the given people."""
    moments = [at + timedelta(days=days) for days in ASKED_AFTER_DAYS]
    for facts in (*grid(book.book.disease, at), *people):
        for added, after in _additions(book.book.disease, facts, at):
            yield from _compared(book, facts, added, after, moments)


def grid(disease: str, at: datetime) -> Iterator[Facts]:
    """Invented histories that end before `at`, in a fixed order."""
    for name, doses, test, recovery in product(PRODUCTS, DOSE_DAYS, TESTS, RECOVERY_DAYS):
        yield Facts(
            doses=tuple(_dose(disease, name, at, days) for days in doses),
            tests=() if test is None else (_test(disease, at, *test),),
            recoveries=() if recovery is None else (_recovery(disease, at, recovery),),
        )


def _compared(
    book: CompiledBook, before: Facts, added: str, after: Facts, moments: list[datetime]
) -> Iterator[WorseOff]:
    """The first moment at which the second history has the worse colour, if there is one."""
    one, other = Inquiry(book, before), Inquiry(book, after)
    for moment in moments:
        wall = wall_of(moment)
        was, now = one.find(wall).colour, other.find(wall).colour
        if book.rank[now] > book.rank[was]:
            yield WorseOff(
                before=before,
                added=added,
                after=after,
                at=moment,
                colour_before=was,
                colour_after=now,
            )
            return


def _additions(disease: str, facts: Facts, at: datetime) -> Iterator[tuple[str, Facts]]:
    """The facts with one more dose, or with a negative test newer than every other."""
    for name, days in product(PRODUCTS, (0, 20)):
        doses = (*facts.doses, _dose(disease, name, at, days))
        yield "dose", msgspec.structs.replace(facts, doses=doses)
    for kind in ("naat", "rapid"):
        tests = (*facts.tests, _test(disease, at, kind, "negative", 0))
        if not any(datetime.fromisoformat(test.at) > at for test in facts.tests):
            yield "negative-test", msgspec.structs.replace(facts, tests=tests)


def _dose(disease: str, name: str, at: datetime, days: int) -> Dose:
    """A dose some days before."""
    return Dose(disease=disease, product=name, on=_day(at, days))


def _test(disease: str, at: datetime, kind: str, result: str, hours: int) -> Test:
    """A test some hours before."""
    taken = (at - timedelta(hours=hours)).isoformat()
    known = {"disease": disease, "kind": kind, "at": taken, "result": result}
    return msgspec.convert(known, Test)


def _recovery(disease: str, at: datetime, days: int) -> Recovery:
    """A recovery some days before, certified at once."""
    day = _day(at, days)
    return Recovery(disease=disease, ended=day, certified=day)


def _day(at: datetime, days: int) -> str:
    """The civil day so many days before."""
    return (civil(at) - timedelta(days=days)).date().isoformat()
