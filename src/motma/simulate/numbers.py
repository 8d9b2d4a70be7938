"""Numbers of documents and phones for synthetic people: well formed, never given twice.

Each is a serial number scrambled by a multiplier without common factor with the modulus, so that
neighbours look unrelated and none repeats before the range is used up.
"""

from collections import Counter
from typing import Final

#: Odd and not a multiple of 5: prime to every power of ten.
_STEP: Final = 382_719_557


def _scrambled(serial: int, digits: int) -> str:
    """The serial number as that many digits; a bijection on them."""
    size: int = 10**digits
    return f"{serial * _STEP % size:0{digits}d}"


class Numbers:
    """Counts what it gave; two populations with other starts share next to no number."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._given = start
        self._cccds: Counter[str] = Counter()

    def _next(self) -> int:
        self._given += 1
        return self._given

    def serial(self, digits: int) -> str:
        """A plain number of so many digits, for ids."""
        return _scrambled(self._next(), digits)

    def cccd(self, province: str, sex: str, year: int) -> str:
        """12 digits that say province, sex and year; the serial starts with 9 (domain.md §4)."""
        century = 2 * (year // 100 - 19) + (sex == "female")
        if century < 0:  # before 1900 no CCCD says the year
            return ""
        head = f"{province}{century}{year % 100:02d}"
        self._cccds[head] += 1
        serial = self._start + int(head) + self._cccds[head]
        return f"{head}9{_scrambled(serial, 5)}"

    def cmnd(self) -> str:
        """Nine digits, the first a 9."""
        return f"9{_scrambled(self._next(), 8)}"

    def passport(self) -> str:
        """A Vietnamese one: letter and 8 digits, the first a 9."""
        return f"P9{_scrambled(self._next(), 7)}"

    def foreign_passport(self) -> str:
        """Nine characters."""
        return f"X9{_scrambled(self._next(), 7)}"

    def bhyt(self, province: str, *, child: bool) -> str:
        """15 characters: object code, benefit, province, social insurance number."""
        serial = self._next()
        kind = "TE1" if child else ("DN4", "GD4", "HT3", "HN2")[serial % 4]
        return f"{kind}{province[1:]}9{_scrambled(serial, 9)}"

    def birth_certificate(self, year: int, commune: str) -> str:
        """Number, year and registry, as the book has them; the number starts with 9."""
        return f"9{_scrambled(self._next(), 8)}/{year}/{commune}"

    def phone(self) -> str:
        """A mobile number in the range 059."""
        return f"059{_scrambled(self._next(), 7)}"
