"""Which book applies: the most specific that is in force; else the neutral default."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from motma.kernel import units
from motma.kernel.clock import civil_day
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.model import Area, Scope
from motma.rules.books.payload import midnight
from motma.rules.books.searching import Turn, wall_of
from motma.rules.books.shipped import neutral

_COMMUNE_DIGITS: Final = 5

#: How specific: by country, province or commune; by kind of place; by activity.
_Fit = tuple[int, bool, bool]


class Speaking(NamedTuple):
    """The book that speaks at a place, and those that will with nothing new published."""

    book: CompiledBook
    then: tuple[Turn, ...] = ()


def speaking(
    books: Iterable[CompiledBook],
    *,
    province: str | None,
    commune: str | None,
    place_kind: str | None,
    activity: str | None,
    at: datetime,
    units_as_of: date | None = None,
) -> Speaking:
    """The book chosen at `at`, and each later one with the wall clock from which it is chosen.

    Another book can be chosen only when one begins or ends, or when unit codes change.
    """
    now, changed = wall_of(at), midnight(units.CHANGED_ON)
    asked = (province, commune, place_kind, activity)
    books = tuple(books)
    here = later = _fitting(books, units_as_of or civil_day(at), *asked)
    if units_as_of is None and now < changed:
        later = _fitting(books, units.CHANGED_ON, *asked)
    edges = {edge for _, book in here + later for edge in (book.starts, book.ends)} | {changed}
    first = last = _best(here, now)
    then = []
    for wall in sorted(edge for edge in edges if edge is not None and edge > now):
        following = _best(here if wall < changed else later, wall)
        if following is not last:
            then.append(Turn(wall, following))
            last = following
    return Speaking(first, tuple(then))


def choose(
    books: Iterable[CompiledBook],
    *,
    province: str | None,
    commune: str | None,
    place_kind: str | None,
    activity: str | None,
    at: datetime,
    units_as_of: date | None = None,
) -> CompiledBook:
    """The most specific book in force at `at`; where none is, the neutral default.

    Commune before province before country, then the kind of place, then the activity; of equals
    the one that came into force last. `units_as_of` is the day whose unit codes are meant, `at`'s
    own by default: most codes mean another area before July 2025.
    """
    day, wall = units_as_of or civil_day(at), wall_of(at)
    valid = (book for book in books if book.in_force(wall))
    return _best(_fitting(valid, day, province, commune, place_kind, activity), wall)


def _fitting(
    books: Iterable[CompiledBook],
    day: date,
    province: str | None,
    commune: str | None,
    place_kind: str | None,
    activity: str | None,
) -> list[tuple[_Fit, CompiledBook]]:
    """The books that speak of this question by the units of that day, in force or not."""
    return [
        (fit, book)
        for book in books
        if (fit := _fit(book.book.scope, province, commune, day, place_kind, activity)) is not None
    ]


def _best(fitting: Iterable[tuple[_Fit, CompiledBook]], wall: datetime) -> CompiledBook:
    """Of the books that fit, the most specific in force."""
    valid = [pair for pair in fitting if pair[1].in_force(wall)]
    if not valid:
        return neutral()
    return max(valid, key=lambda pair: (pair[0], _seniority(pair[1])))[1]


def speaks_in(scope: Scope, province: str, day: date) -> bool:
    """Whether the book may speak somewhere in a province, by the units of that day."""
    if not scope.areas:
        return True
    inside = _communes_of(province, day)
    return any(
        _covers(area, province, None, day) or any(_covers(area, None, one, day) for one in inside)
        for area in scope.areas
    )


@lru_cache(maxsize=512)
def reach_of(scope: Scope, day: date) -> dict[str, int] | None:
    """How specifically a book speaks in each province and commune of that day's units.

    As `choose` weighs it: 1 by province, 2 by commune. None: it speaks everywhere.
    """
    if not scope.areas:
        return None
    found: dict[str, int] = {}
    world = units.World.OLD if day < units.CHANGED_ON else units.World.NEW
    for commune in units.communes(world):
        province = commune.province_code
        for code, within in ((province, None), (commune.code, commune.code)):
            if code not in found:
                found[code] = max(_covers(area, province, within, day) for area in scope.areas)
    return {code: size for code, size in found.items() if size}


def _seniority(book: CompiledBook) -> tuple[date, int, int, str]:
    """Of two equally specific books, which one counts."""
    since = book.book.valid.from_ or date.min
    return since, book.book.version, book.number, book.id


def _fit(
    scope: Scope,
    province: str | None,
    commune: str | None,
    day: date,
    place_kind: str | None,
    activity: str | None,
) -> _Fit | None:
    """How specific the book is for this question; None: it does not speak of it."""
    sizes = [size for area in scope.areas if (size := _covers(area, province, commune, day))]
    if scope.areas and not sizes:
        return None
    if scope.place_kinds and place_kind not in scope.place_kinds:
        return None
    if scope.activities and activity not in scope.activities:
        return None
    return max(sizes, default=0), bool(scope.place_kinds), bool(scope.activities)


def _covers(area: Area, province: str | None, commune: str | None, day: date) -> int:
    """0: not covered; 1: by its province; 2: by its commune."""
    specific = 2 if len(area.code) == _COMMUNE_DIGITS else 1
    old_area, old_day = area.as_of < units.CHANGED_ON, day < units.CHANGED_ON
    if old_area == old_day:
        return specific * (area.code in (commune, province, _province_of(commune, day)))
    inside = frozenset({commune}) if commune else _communes_of(province, day)
    covered = successors_of(area.code) if old_area else _communes_in_area(area.code)
    if old_day:
        inside = frozenset(new.code for old in inside for new in units.successors(old))
    return specific * (bool(inside) and inside <= covered)


def _communes_in_area(code: str) -> frozenset[str]:
    """The communes of today in a province or commune of today."""
    if len(code) == _COMMUNE_DIGITS:
        return frozenset({code})
    return _communes_in(code, units.World.NEW)


def _province_of(commune: str | None, day: date) -> str | None:
    """The province that the commune belonged to on that day."""
    found = None if commune is None else units.find(commune, day)
    return None if found is None else found.province_code


@lru_cache(maxsize=256)
def successors_of(code: str) -> frozenset[str]:
    """The communes of today that come for the larger part from an old province or commune.

    For the larger part: the source lists some successors that can't be, such as a ward of Tân An
    (Long An) in Tân Ninh, 60 km away, whose other parts are all of Tây Ninh.
    """
    balance: Counter[str] = Counter()
    for old in units.communes(units.World.OLD):
        part = 1 if code in (old.province_code, old.code) else -1
        for new in units.successors(old.code):
            balance[new.code] += part
    return frozenset(new for new, parts in balance.items() if parts > 0)


def _communes_of(province: str | None, day: date) -> frozenset[str]:
    """The communes of a province on a day, by code."""
    old = day < units.CHANGED_ON
    return _communes_in(province, units.World.OLD if old else units.World.NEW)


@lru_cache(maxsize=128)
def _communes_in(province: str | None, world: units.World) -> frozenset[str]:
    """The communes of a province in one world, by code."""
    return frozenset(c.code for c in units.communes(world) if c.province_code == province)
