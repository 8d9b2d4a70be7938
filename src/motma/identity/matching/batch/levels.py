"""The levels of `comparing`, for a million pairs at once.

Syllables are compared by the same functions, each different pair once; dates and numbers are
compared in arrays. A property test holds both ways to one answer.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching import comparing
from motma.identity.matching.batch.columns import Lexicon, Side
from motma.identity.matching.batch.tables import Codes
from motma.identity.matching.comparing import UNKNOWN, Born, Marks, Number, Order, Part, Place
from motma.identity.matching.syllables import alike

Levels = NDArray[np.int8]
Truth = NDArray[np.bool_]

_SHIFT: Final = 32


def levels(lexicon: Lexicon, people: Side, records: Side) -> list[Levels]:
    """The level of each comparison, in the order of `COMPARISONS`, of rows side by side."""
    numbers = {
        kind: _numbers(lexicon, kind, getattr(people, kind), getattr(records, kind))
        for kind in ("document", "bhyt", "phone")
    }
    for documents in people.more.T:
        best = _numbers(lexicon, "document", documents, records.document)
        numbers["document"] = _better(numbers["document"], best)
    return [
        *_names(lexicon, people, records),
        _births(people, records),
        _sexes(people, records),
        *numbers.values(),
        _places(lexicon, people.area, records.area),
    ]


def _names(lexicon: Lexicon, people: Side, records: Side) -> list[Levels]:
    """Levels of given, middle and family name, of marks and of order."""
    given = _parts(lexicon, people.given, records.given)
    middle = _middles(lexicon, people, records)
    family = _parts(lexicon, people.family, records.family)
    order = _chosen(
        ((people.plain != records.plain) | (people.plain == 0), UNKNOWN), otherwise=Order.EQUAL
    )
    rows = _turnable(lexicon, people, records, given, family)
    said = _turned(lexicon, people.plain[rows], records.plain[rows])
    rows, said = rows[said >= 0], said[said >= 0]
    for at, level in enumerate((given, middle, family)):
        level[rows] = said // 10**at % 10
    order[rows] = Order.CHANGED
    return [given, middle, family, _marks(people, records), order]


def _turnable(
    lexicon: Lexicon, people: Side, records: Side, given: Levels, family: Levels
) -> NDArray[np.intp]:
    """Rows whose names a turn may bring together: of the same syllables, or crosswise alike."""
    same = (people.bag == records.bag) & (people.plain != records.plain)
    rows = np.flatnonzero((given == Part.DIFFERENT) & (family == Part.DIFFERENT) & ~same)
    crossed = [
        _alike(lexicon, one[rows], other[rows])
        for one, other in ((people.given, records.family), (people.family, records.given))
    ]
    return np.concatenate((np.flatnonzero(same), rows[crossed[0] | crossed[1]]))


def _turned(lexicon: Lexicon, one: Codes, other: Codes) -> NDArray[np.int16]:
    """Digits from the right: level of given, middle and family name after a turn; or -1."""
    names = lexicon.names

    def judge(mine: int, theirs: int) -> int:
        found = comparing.turned(names[mine], names[theirs])
        if found is None:
            return -1
        a, b = found
        return (
            comparing.part(a.given, b.given, by_turn=True)
            + 10 * comparing.middle(a.middle, b.middle, by_turn=True)
            + 100 * comparing.part(a.family, b.family, by_turn=True)
        )

    return _by_pair(one, other, judge)


def _chosen(*choices: tuple[Truth, int], otherwise: int) -> Levels:
    """The level of the first condition that holds."""
    conditions, values = zip(*choices, strict=True)
    return np.select(conditions, [np.int8(v) for v in values], np.int8(otherwise)).astype(np.int8)


def _by_pair(one: Codes, other: Codes, judge: Callable[[int, int], int]) -> NDArray[np.int16]:
    """What `judge` says of each pair of codes, asked once of each different pair."""
    keys = one.astype(np.int64) << _SHIFT | other
    different, places = np.unique(keys, return_inverse=True)
    said = [judge(key >> _SHIFT, key & (2**_SHIFT - 1)) for key in different.tolist()]
    return np.array(said, np.int16)[places]


def _alike(lexicon: Lexicon, one: Codes, other: Codes) -> Truth:
    words = lexicon.parts.values
    found: Truth = _by_pair(one, other, lambda a, b: alike(words[a], words[b])) == 1
    return found


def _parts(lexicon: Lexicon, one: Codes, other: Codes) -> Levels:
    found = _chosen(
        ((one == 0) | (other == 0), UNKNOWN), (one == other, Part.EQUAL), otherwise=Part.DIFFERENT
    )
    open_ = np.flatnonzero(found == Part.DIFFERENT)
    found[open_[_alike(lexicon, one[open_], other[open_])]] = Part.ALIKE
    return found


def _middles(lexicon: Lexicon, people: Side, records: Side) -> Levels:
    words = lexicon.parts.values
    found = _by_pair(
        people.middle,
        records.middle,
        lambda a, b: comparing.middle(words[a], words[b], by_turn=False),
    ).astype(np.int8)
    found[(people.given == 0) | (records.given == 0)] = UNKNOWN
    return found


def _marks(people: Side, records: Side) -> Levels:
    bare, other_bare = people.marked == 0, records.marked == 0
    nothing = (people.plain != records.plain) | (people.plain == 0) | (bare & other_bare)
    return _chosen(
        (nothing, UNKNOWN),
        (bare | other_bare, Marks.BARE),
        (people.marked == records.marked, Marks.EQUAL),
        otherwise=Marks.DIFFERENT,
    )


def _births(people: Side, records: Side) -> Levels:
    ours = people.year, people.month, people.day
    theirs = records.year, records.month, records.day
    year, month, day = (a == b for a, b in zip(ours, theirs, strict=True))
    full = (people.day != 0) & (records.day != 0)
    both_months = (people.month != 0) & (records.month != 0)
    swapped = year & (people.month == records.day) & (people.day == records.month)
    near_year = _near(people.year, records.year)
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
        (_slips(_date_digits(*ours), _date_digits(*theirs)), Born.DIGIT),
        (two, Born.TWO_OF_THREE),
        (year, Born.SAME_YEAR),
        otherwise=Born.DIFFERENT,
    )


def _near(one: Codes, other: Codes) -> Truth:
    """Whether years are one digit or one year apart."""
    nothing = np.zeros_like(one)
    digits = _slips(_date_digits(one, nothing, nothing), _date_digits(other, nothing, nothing))
    near: Truth = (np.abs(one - other) == 1) | digits
    return near


def _date_digits(year: Codes, month: Codes, day: Codes) -> NDArray[np.uint8]:
    number = year * 10_000 + month * 100 + day
    return np.stack([number // 10**at % 10 for at in range(7, -1, -1)], 1).astype(np.uint8)


def _slips(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Truth:
    """Whether rows differ in one character, or in two neighbours that are swapped."""
    differ = one != other
    count = differ.sum(1, dtype=np.int8)
    first = differ.argmax(1)
    rows = np.arange(len(one))
    after = np.minimum(first + 1, one.shape[1] - 1)
    crossed = (one[rows, first] == other[rows, after]) & (one[rows, after] == other[rows, first])
    neighbours = (count == 2) & differ[rows, after] & crossed  # noqa: PLR2004 - two
    found: Truth = (count == 1) | neighbours
    return found


def _sexes(people: Side, records: Side) -> Levels:
    return _chosen(
        ((people.sex == 0) | (records.sex == 0), UNKNOWN),
        (people.sex == records.sex, 0),
        otherwise=1,
    )


def _numbers(lexicon: Lexicon, kind: str, one: Codes, other: Codes) -> Levels:
    lengths = lexicon.lengths[kind]
    found = _chosen(
        ((one == 0) | (other == 0), UNKNOWN),
        (one == other, Number.EQUAL),
        (lengths[one] != lengths[other], UNKNOWN),
        otherwise=Number.DIFFERENT,
    )
    open_ = np.flatnonzero(found == Number.DIFFERENT)
    characters = lexicon.numbers[kind]
    near = _slips(characters[one[open_]], characters[other[open_]])
    found[open_[near]] = Number.DIGIT
    return found


def _better(one: Levels, other: Levels) -> Levels:
    """The better level of two numbers of one person; nothing to compare says least."""
    none = np.int8(len(Number))
    best = np.minimum(np.where(one == UNKNOWN, none, one), np.where(other == UNKNOWN, none, other))
    return np.where(best == none, UNKNOWN, best).astype(np.int8)


def _places(lexicon: Lexicon, one: Codes, other: Codes) -> Levels:
    found = _chosen(
        ((one == 0) | (other == 0), UNKNOWN), (one == other, Place.EQUAL), otherwise=Place.DIFFERENT
    )
    for level, sets in ((Place.PROVINCE, lexicon.provinces), (Place.OVERLAP, lexicon.communes)):
        open_ = np.flatnonzero((found == Place.DIFFERENT) | (found == Place.PROVINCE))
        mine, theirs = sets[one[open_]], sets[other[open_]]
        shared = np.zeros(len(open_), bool)
        for column in mine.T:
            shared |= ((theirs == column[:, None]) & (column != -1)[:, None]).any(1)
        found[open_[shared]] = level
    return found
