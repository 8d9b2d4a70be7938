"""The levels of `comparing`, for a million pairs at once.

Syllables are compared by the same functions, each different pair once; dates and numbers are
compared in arrays. A property test holds both ways to one answer.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching import comparing
from motma.identity.matching.batch.columns import Lexicon, Side
from motma.identity.matching.batch.remembering import Remembered
from motma.identity.matching.batch.slips import slips
from motma.identity.matching.batch.tables import Codes
from motma.identity.matching.comparing import UNKNOWN, Born, Marks, Number, Order, Part, Place
from motma.identity.matching.evidence import Name
from motma.identity.matching.syllables import alike

Levels = NDArray[np.int8]
Truth = NDArray[np.bool_]

#: The bytes of a date's digits that are its year.
_YEAR: Final = np.uint64(0xFFFFFFFF00000000)


class Comparer:
    """Compares rows of two sides that stand side by side."""

    def __init__(self, lexicon: Lexicon) -> None:
        words, names = lexicon.parts.values, lexicon.names
        self._lexicon = lexicon
        self._alike = Remembered(lambda a, b: alike(words[a], words[b]))
        self._turned = Remembered(lambda a, b: _turned(names[a], names[b]))
        self._middles = Remembered(lambda a, b: comparing.middle(words[a], words[b], by_turn=False))

    def levels(self, people: Side, records: Side) -> list[Levels]:
        """The level of each comparison, in the order of `COMPARISONS`."""
        given, family = self.part(people, records, "given"), self.part(people, records, "family")
        return [
            *self._names(people, records, given, family),
            births(people, records),
            sexes(people, records),
            *(self.number(people, records, kind) for kind in ("document", "bhyt", "phone")),
            self.place(people, records),
        ]

    def part(self, people: Side, records: Side, name: str) -> Levels:
        """Levels of given or family names, without a turn."""
        one, other = getattr(people, name), getattr(records, name)
        found = _chosen(
            ((one == 0) | (other == 0), UNKNOWN),
            (one == other, Part.EQUAL),
            otherwise=Part.DIFFERENT,
        )
        open_ = np.flatnonzero(found == Part.DIFFERENT)
        found[open_[self._alike.of(one[open_], other[open_]) == 1]] = Part.ALIKE
        return found

    def turnable(self, people: Side, records: Side, given: Levels, family: Levels) -> Truth:
        """Whose names a turn may bring together: of the same syllables, or alike after it."""
        found: Truth = (people.bag == records.bag) & (people.plain != records.plain)
        rows = np.flatnonzero((given == Part.DIFFERENT) & (family == Part.DIFFERENT) & ~found)
        for one, other in ((people, records), (records, people)):
            # Either the other's first word becomes the last, or one's last becomes the first.
            crossed = rows[self._alike.of(one.given[rows], other.family[rows]) == 1]
            met = self._alike.of(one.family[crossed], other.second[crossed])
            met |= self._alike.of(one.penult[crossed], other.given[crossed])
            found[crossed] |= met == 1
        return found

    def _names(self, people: Side, records: Side, given: Levels, family: Levels) -> list[Levels]:
        """Levels of given, middle and family name, of marks and of order."""
        middle = self._middles.of(people.middle, records.middle).astype(np.int8)
        middle[(people.given == 0) | (records.given == 0)] = UNKNOWN
        order = _chosen(
            ((people.plain != records.plain) | (people.plain == 0), UNKNOWN), otherwise=Order.EQUAL
        )
        rows = np.flatnonzero(self.turnable(people, records, given, family))
        said = self._turned.of(people.plain[rows], records.plain[rows])
        rows, said = rows[said >= 0], said[said >= 0]
        for at, level in enumerate((given, middle, family)):
            level[rows] = said // 10**at % 10
        order[rows] = Order.CHANGED
        return [given, middle, family, _marks(people, records), order]

    def number(self, people: Side, records: Side, kind: str) -> Levels:
        """Levels of document, insurance or phone numbers; of several, the best."""
        found = self._number(kind, getattr(people, kind), getattr(records, kind))
        if kind == "document":
            for more in people.more.T:
                found = _better(found, self._number(kind, more, records.document))
        return found

    def _number(self, kind: str, one: Codes, other: Codes) -> Levels:
        lengths, characters = self._lexicon.lengths[kind], self._lexicon.numbers[kind]
        found = _chosen(
            ((one == 0) | (other == 0), UNKNOWN),
            (one == other, Number.EQUAL),
            otherwise=Number.DIFFERENT,
        )
        open_ = np.flatnonzero(found == Number.DIFFERENT)
        mine, theirs = one[open_], other[open_]
        found[open_[slips(characters[mine], characters[theirs])]] = Number.DIGIT
        found[open_[lengths[mine] != lengths[theirs]]] = UNKNOWN
        return found

    def place(self, people: Side, records: Side) -> Levels:
        """Levels of the communes."""
        one, other = people.area, records.area
        found = _chosen(
            ((one == 0) | (other == 0), UNKNOWN),
            (one == other, Place.EQUAL),
            otherwise=Place.DIFFERENT,
        )
        sets = self._lexicon.provinces, self._lexicon.communes
        for level, within, among in zip(
            (Place.PROVINCE, Place.OVERLAP), sets, (Place.DIFFERENT, Place.PROVINCE), strict=True
        ):
            open_ = np.flatnonzero(found == among)  # communes that overlap share a province
            found[open_[_meet(within, one[open_], other[open_])]] = level
        return found


def _turned(one: Name, other: Name) -> int:
    """Digits from the right: level of given, middle and family name after a turn; or -1."""
    found = comparing.turned(one, other)
    if found is None:
        return -1
    a, b = found
    return (
        comparing.part(a.given, b.given, by_turn=True)
        + 10 * comparing.middle(a.middle, b.middle, by_turn=True)
        + 100 * comparing.part(a.family, b.family, by_turn=True)
    )


def _meet(sets: Codes, one: Codes, other: Codes) -> Truth:
    """Whether sets of codes, padded with -1, share one."""
    mine, theirs = sets[one, 0], sets[other, 0]
    met: Truth = (mine == theirs) & (mine != -1)
    if sets.shape[1] == 1:
        return met
    several = np.flatnonzero(~met & ((sets[one, 1] != -1) | (sets[other, 1] != -1)))
    wide, their_wide = sets[one[several]], sets[other[several]]
    for column in wide.T:
        met[several] |= ((their_wide == column[:, None]) & (column != -1)[:, None]).any(1)
    return met


def _chosen(*choices: tuple[Truth, int], otherwise: int) -> Levels:
    """The level of the first condition that holds."""
    conditions, values = zip(*choices, strict=True)
    return np.select(conditions, [np.int8(v) for v in values], np.int8(otherwise)).astype(np.int8)


def _marks(people: Side, records: Side) -> Levels:
    bare, other_bare = people.marked == 0, records.marked == 0
    nothing = (people.plain != records.plain) | (people.plain == 0) | (bare & other_bare)
    return _chosen(
        (nothing, UNKNOWN),
        (bare | other_bare, Marks.BARE),
        (people.marked == records.marked, Marks.EQUAL),
        otherwise=Marks.DIFFERENT,
    )


def births(people: Side, records: Side) -> Levels:
    """Levels of the birth dates."""
    year, month = people.year == records.year, people.month == records.month
    day = people.day == records.day
    full = (people.day != 0) & (records.day != 0)
    both_months = (people.month != 0) & (records.month != 0)
    swapped = year & (people.month == records.day) & (people.day == records.month)
    near_year = np.abs(people.year - records.year) == 1
    part = np.flatnonzero(~full & ~year & ~near_year)
    years = (side.date[part, None] & _YEAR for side in (people, records))
    near_year[part] = slips(*years)
    two = year.astype(np.int8) + month + day == 2  # noqa: PLR2004 - of three
    return _chosen(
        ((people.year == 0) | (records.year == 0), UNKNOWN),
        (~full & ~year & near_year, Born.NEAR_YEAR),
        (~full & ~year, Born.DIFFERENT),
        (~full & ~both_months, Born.YEAR),
        (~full & month, Born.MONTH),
        (~full, Born.SAME_YEAR),
        (year & month & day, Born.EQUAL),
        (swapped, Born.SWAPPED),
        (slips(people.date[:, None], records.date[:, None]), Born.DIGIT),
        (two, Born.TWO_OF_THREE),
        (year, Born.SAME_YEAR),
        otherwise=Born.DIFFERENT,
    )


def sexes(people: Side, records: Side) -> Levels:
    """Levels of the sexes."""
    return _chosen(
        ((people.sex == 0) | (records.sex == 0), UNKNOWN),
        (people.sex == records.sex, 0),
        otherwise=1,
    )


def _better(one: Levels, other: Levels) -> Levels:
    """The better level of two numbers of one person; nothing to compare says least."""
    none = np.int8(len(Number))
    best = np.minimum(np.where(one == UNKNOWN, none, one), np.where(other == UNKNOWN, none, other))
    return np.where(best == none, UNKNOWN, best).astype(np.int8)
