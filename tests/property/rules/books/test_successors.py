"""At a place, `valid_until` is when the answered colour changes, whichever book gives it then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motma.cards.card import Card, short, whole
from motma.cards.shelf import Shelf
from motma.rules.books.choosing import Speaking, choose, speaking
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.model import Area, Scope, Validity
from motma.rules.books.shipped import shipped
from motma.rules.facts import COVID_19, Dose, Facts

STEP = timedelta(milliseconds=1)
FIRST = date(2021, 10, 1)
DAYS = 40
COMMUNE, AS_OF = "22366", date(2025, 7, 1)
KHANH_HOA = next(book for book in shipped() if book.id.startswith("khanh-hoa"))
LONG_AN = next(book for book in shipped() if book.id.startswith("long-an"))
ONE_DOSE = Facts(doses=(Dose(disease=COVID_19, product="EU/1/20/1525", on="2021-09-03"),))

scopes = st.sampled_from(
    (
        Scope(),
        Scope(areas=(Area(code="56", as_of=AS_OF),)),
        Scope(areas=(Area(code=COMMUNE, as_of=AS_OF),)),
        Scope(areas=(Area(code="01", as_of=AS_OF),)),
        Scope(place_kinds=("checkpoint",)),
    )
)
some_day = st.none() | st.integers(0, DAYS).map(lambda n: FIRST + timedelta(days=n))
periods = st.tuples(some_day, some_day).filter(
    lambda ends: (
        None in ends or (ends[0] is not None and ends[1] is not None and ends[0] <= ends[1])
    )
)


@dataclass(frozen=True)
class Shape:
    """How a book of the shelf differs from the one it is made of."""

    like: CompiledBook
    scope: Scope
    period: tuple[date | None, date | None]

    def made(self, number: int) -> CompiledBook:
        """The book, under a number of its own."""
        return CompiledBook(
            msgspec.structs.replace(
                self.like.book,
                id=f"book-{number}",
                number=number,
                scope=self.scope,
                valid=Validity(from_=self.period[0], until=self.period[1]),
            )
        )


shelves = st.lists(
    st.builds(Shape, st.sampled_from((KHANH_HOA, LONG_AN)), scopes, periods),
    min_size=2,
    max_size=3,
).map(lambda shapes: tuple(shape.made(n) for n, shape in enumerate(shapes, 70)))
doses = st.builds(
    Dose,
    disease=st.just(COVID_19),
    product=st.sampled_from(("EU/1/20/1528", "EU/1/20/1525")),
    on=st.integers(-40, DAYS).map(lambda n: (FIRST + timedelta(days=n)).isoformat()),
)
facts_of_somebody = st.builds(Facts, doses=st.lists(doses, max_size=2).map(tuple))
moments = st.integers(-5 * 48, (DAYS + 5) * 48).map(
    lambda half: datetime(2021, 10, 1, tzinfo=UTC) + timedelta(minutes=30 * half)
)


def there(books: tuple[CompiledBook, ...], at: datetime) -> Speaking:
    """What speaks at a checkpoint in the commune."""
    return speaking(
        books,
        province=None,
        commune=COMMUNE,
        place_kind="checkpoint",
        activity=None,
        at=at,
        units_as_of=AS_OF,
    )


def answered(books: tuple[CompiledBook, ...], facts: Facts, at: datetime) -> str:
    """The colour at one moment, choosing anew."""
    return short(Speaking(there(books, at).book), facts, at).colour


@settings(max_examples=150, deadline=None)
@given(books=shelves, facts=facts_of_somebody, at=moments)
def test_the_answered_colour_changes_at_valid_until_and_nowhere_before(
    books: tuple[CompiledBook, ...], facts: Facts, at: datetime
) -> None:
    card = short(there(books, at), facts, at)
    until = card.valid_until
    if until is not None:
        assert until > at
        assert answered(books, facts, until) != card.colour
        assert answered(books, facts, max(at, until - STEP)) == card.colour
    end = until or at + timedelta(days=DAYS + 300)
    midnights = [datetime(2021, 9, 24, 17, tzinfo=UTC) + timedelta(days=n) for n in range(340)]
    between = [moment for moment in midnights if at <= moment < end]
    assert {answered(books, facts, moment) for moment in (at, *between)} == {card.colour}


@settings(max_examples=50, deadline=None)
@given(books=shelves, facts=facts_of_somebody, at=moments)
def test_a_card_with_reasons_ends_when_the_one_without_does(
    books: tuple[CompiledBook, ...], facts: Facts, at: datetime
) -> None:
    here = there(books, at)
    full = whole(here, facts, at)
    assert full.valid_until == short(here, facts, at).valid_until
    assert full.reasons is not None
    assert full.reasons.until == full.valid_until


@settings(max_examples=100, deadline=None)
@given(books=shelves, at=moments, days=st.integers(0, DAYS + 5))
def test_the_books_ahead_are_those_that_will_be_chosen(
    books: tuple[CompiledBook, ...], at: datetime, days: int
) -> None:
    book, then = there(books, at)
    later = at + timedelta(days=days)
    expected = there(books, later).book
    wall = later + timedelta(hours=7)
    assert [book, *(turn.book for turn in then if turn.wall <= wall)][-1] is expected
    assert expected is choose(
        books,
        province=None,
        commune=COMMUNE,
        place_kind="checkpoint",
        activity=None,
        at=later,
        units_as_of=AS_OF,
    )


@pytest.mark.parametrize("card", [short, whole])
def test_a_successor_with_the_same_colour_makes_no_end(
    card: Callable[[Speaking, Facts, datetime], Card],
) -> None:
    first = Shape(KHANH_HOA, Scope(), (None, date(2021, 11, 10))).made(70)
    second = Shape(KHANH_HOA, Scope(), (date(2021, 11, 11), None)).made(71)
    at = datetime(2021, 11, 1, tzinfo=UTC)
    here = there((first, second), at)
    assert [turn.book.id for turn in here.then] == ["book-71"]
    alone = card(Speaking(KHANH_HOA), ONE_DOSE, at)
    assert card(here, ONE_DOSE, at).valid_until == alone.valid_until
    assert alone.valid_until is None or alone.valid_until > at + timedelta(days=30)


def test_a_shelf_tells_the_books_ahead_and_makes_room_for_other_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("motma.cards.shelf.MOST_REMEMBERED", 3)
    shelf = Shelf()
    shelf.books = (Shape(KHANH_HOA, Scope(), (None, date(2021, 11, 10))).made(70),)
    start = datetime(2021, 11, 1, tzinfo=UTC)
    for day in range(7):
        at = start + timedelta(days=day)
        here = shelf.speaking_at(COMMUNE, AS_OF, None, at)
        assert [turn.wall for turn in here.then] == [datetime(2021, 11, 11, tzinfo=UTC)]
        assert shelf.speaking_at(COMMUNE, AS_OF, None, at) is here
