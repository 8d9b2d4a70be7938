"""A birth date that may be only a year, or a year and a month: read, written, compared."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from motma.kernel.errors import Malformed

#: Nobody alive was born before. Source: the oldest verified age is 122 years (Calment, 1997).
EARLIEST_YEAR: Final = 1880

_ISO: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_VIETNAMESE: Final = re.compile(r"(?:(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-])?([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Birth:
    """What is known of a birth date; many elders know only the year."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

        >>> str(Birth(1950)), str(Birth(1987, 1, 18))
        ('1950', '1987-01-18')
        """
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def agrees(self, other: "Birth") -> bool:
        """Whether both may be the same day: what both know is equal.

        >>> Birth(1987).agrees(Birth(1987, 1, 18)), Birth(1987, 2).agrees(Birth(1987, 1, 18))
        (True, False)
        """
        mine, theirs = (self.year, self.month, self.day), (other.year, other.month, other.day)
        return all(
            one == another
            for one, another in zip(mine, theirs, strict=True)
            if one is not None and another is not None
        )

    def earliest(self) -> date:
        """The first day it may be."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """The last day it may be."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def age(self, on: date) -> int:
        """Whole years lived on that day, taken from the latest day it may be (the younger)."""
        born = self.latest()
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def agrees(one: Birth, another: Birth) -> bool:
    """Whether both may be the same day."""
    return one.agrees(another)


def parse(text: str, *, today: date) -> Birth:
    """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `today` is the civil day it may not pass.

    >>> parse("1987-01", today=date(2022, 1, 5))
    Birth(year=1987, month=1, day=None)
    """
    found = _ISO.fullmatch(text.strip())
    if found is None:
        raise Malformed("birth.not-a-date", "birth_date")
    return _checked(found[1], found[2], found[3], today=today)


def parse_as_written(text: str, *, today: date) -> Birth:
    """Read what spreadsheets hold: also `d/m/yyyy`, `m/yyyy` and a date with midnight after it.

    Day first, as everybody in Vietnam writes; a month above 12 is refused and never swapped.

    >>> parse_as_written("18/1/1987", today=date(2022, 1, 5))
    Birth(year=1987, month=1, day=18)
    """
    bare = text.strip().removesuffix(" 00:00:00").removesuffix("T00:00:00")
    found = _VIETNAMESE.fullmatch(bare)
    if found is None:
        return parse(bare, today=today)
    return _checked(found[3], found[2], found[1], today=today)


def _checked(year: str, month: str | None, day: str | None, *, today: date) -> Birth:
    """The birth date if the calendar has it and a living person may have it."""
    birth = Birth(int(year), int(month) if month else None, int(day) if day else None)
    if birth.year < EARLIEST_YEAR:
        raise Malformed("birth.too-early", "birth_date")
    try:
        earliest = birth.earliest()
    except ValueError:
        raise Malformed("birth.not-a-date", "birth_date") from None
    if earliest > today:
        raise Malformed("birth.in-future", "birth_date")
    return birth
