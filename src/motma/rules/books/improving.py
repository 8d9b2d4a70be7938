"""What would improve a card, found by trying: waiting, doses, a negative test."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from motma.rules.books import wording
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.model import Text
from motma.rules.books.payload import SAME_DOSE_DAYS, civil, moment_of
from motma.rules.books.searching import Inquiry, wall_of
from motma.rules.facts import Dose, Facts, Test

#: What is tried when nobody was vaccinated: the product given most often. Source: domain.md §8.
FIRST_PRODUCT: Final = "EU/1/21/1529"

#: Between the two doses of the product given most often. Source: its EU product information.
INTERVAL_DAYS: Final = 28

_REMEDIES: Final = {
    "dose": Text(vi="Tiêm thêm một mũi", en="One more dose"),
    "negative-rapid": Text(vi="Xét nghiệm nhanh âm tính", en="A negative rapid test"),
    "negative-naat": Text(vi="Xét nghiệm PCR âm tính", en="A negative PCR test"),
    "course": Text(vi="Tiêm hai mũi cách nhau 28 ngày", en="Two doses 28 days apart"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """A better colour, from when, and what must be done for it; `remedy` None: only wait."""

    remedy: str | None
    colour: str
    at: datetime  # UTC
    text: Text


def improvements(book: CompiledBook, facts: Facts, at: datetime) -> tuple[Improvement, ...]:
    """What would give a better colour, each remedy taken now; waiting first.

    A remedy is named only where it gives more than those before it, or gives it sooner.
    """
    wall = wall_of(at)
    best = book.rank[Inquiry(book, facts).find(wall).colour]
    named: list[Improvement] = []
    for remedy in (None, *_REMEDIES):
        tried = facts if remedy is None else with_remedy(book, facts, remedy, at)
        found = _better(book, tried, wall, best)
        if found is None:
            continue
        colour, moment = found
        if all(_gains(book, colour, moment, earlier) for earlier in named):
            named.append(_improvement(book, remedy, colour, moment, wall))
    return tuple(named)


def with_remedy(book: CompiledBook, facts: Facts, remedy: str, at: datetime) -> Facts:
    """The facts as if the remedy had been taken at that moment."""
    disease = book.book.disease
    if remedy in {"dose", "course"}:
        given = sorted((d.on, d.product) for d in facts.doses if d.disease == disease)
        product = given[-1][1] if given else FIRST_PRODUCT
        first = civil(at).date()
        if given:  # sooner, it would pass for a second report of the last one
            last = date.fromisoformat(given[-1][0])
            first = max(first, last + timedelta(days=SAME_DOSE_DAYS))
        days = (0,) if remedy == "dose" else (0, INTERVAL_DAYS)
        doses = [
            Dose(disease=disease, product=product, on=(first + later).isoformat())
            for later in map(timedelta, days)
        ]
        return msgspec.structs.replace(facts, doses=(*facts.doses, *doses))
    test = Test(
        disease=disease,
        kind="naat" if remedy == "negative-naat" else "rapid",
        at=at.isoformat(),
        result="negative",
    )
    return msgspec.structs.replace(facts, tests=(*facts.tests, test))


def _better(
    book: CompiledBook, facts: Facts, wall: datetime, rank: int
) -> tuple[str, datetime] | None:
    """The first better colour from now on, and the wall clock at which it begins."""
    for moment, found in Inquiry(book, facts).stages(wall):
        if book.rank[found.colour] < rank:
            return found.colour, moment
    return None


def _gains(book: CompiledBook, colour: str, moment: datetime, earlier: Improvement) -> bool:
    """Whether this is more than what was named already, or comes sooner."""
    better = book.rank[colour] < book.rank[earlier.colour]
    return better or moment_of(moment) < earlier.at


def _improvement(
    book: CompiledBook, remedy: str | None, colour: str, moment: datetime, wall: datetime
) -> Improvement:
    """The improvement with its sentence."""
    label, when = book.label(colour), wording.reads(moment)
    if remedy is None:
        text = Text(
            vi=f"Từ {when} sẽ thành {label.vi.lower()} mà không cần gì thêm",
            en=f"{label.en} from {when} with nothing more to do",
        )
    else:
        what, now = _REMEDIES[remedy], moment == wall
        text = Text(
            vi=f"{what.vi}: {label.vi.lower()} {'ngay khi có kết quả' if now else f'từ {when}'}",
            en=f"{what.en}: {label.en.lower()} {'once it is recorded' if now else f'from {when}'}",
        )
    return Improvement(remedy=remedy, colour=colour, at=moment_of(moment), text=text)
