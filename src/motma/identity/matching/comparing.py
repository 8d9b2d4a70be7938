"""How far two sides agree, feature by feature: the levels that the weights are given to.

Every function is symmetric and gives the index of a level, or `UNKNOWN` where one side says
nothing. What goes into the weights by its rarity is the feature's *term*.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Final, NamedTuple

from motma.identity.matching.evidence import Area, Features, Name
from motma.identity.matching.syllables import alike

UNKNOWN: Final = -1

Birth = tuple[int, int, int]


class Part(IntEnum):
    """Levels of a family or given name."""

    EQUAL = 0
    REORDERED = 1  # equal once one name is turned: given name first, or family name last
    ALIKE = 2
    DIFFERENT = 3


class Middle(IntEnum):
    """Levels of the middle names."""

    EQUAL = 0
    REORDERED = 1
    ALIKE = 2
    PARTLY = 3  # all of one stand among the other's
    MISSING = 4  # one side has none
    DIFFERENT = 5


class Marks(IntEnum):
    """Levels of the diacritics, of names that are equal without them."""

    EQUAL = 0
    BARE = 1  # one side wrote none
    DIFFERENT = 2


class Order(IntEnum):
    """Levels of the order, of names that are equal or have to be turned."""

    EQUAL = 0
    CHANGED = 1


class Born(IntEnum):
    """Levels of the birth date."""

    EQUAL = 0
    SWAPPED = 1  # day and month
    MONTH = 2  # agree as far as the month, no further known
    YEAR = 3  # agree as far as the year, no further known
    DIGIT = 4  # one digit, or two neighbours swapped
    TWO_OF_THREE = 5
    SAME_YEAR = 6
    NEAR_YEAR = 7  # only years to compare, and one digit or one year apart
    DIFFERENT = 8


class Sex(IntEnum):
    """Levels of the sex."""

    EQUAL = 0
    DIFFERENT = 1


class Number(IntEnum):
    """Levels of a document, insurance or phone number; of several, the best."""

    EQUAL = 0
    DIGIT = 1  # one digit, or two neighbours swapped
    DIFFERENT = 2


class Place(IntEnum):
    """Levels of the commune."""

    EQUAL = 0
    OVERLAP = 1  # the same commune after 1 July 2025
    PROVINCE = 2
    DIFFERENT = 3


def turned(one: Name, other: Name) -> tuple[Name, Name] | None:
    """Both names with one of them turned so that family and given names stand side by side.

    None when they do so already or by no turn. A site may write the given name first, or the
    family name last, as foreign forms want it, and make a slip besides. A turn that brings the
    very same syllables together counts though An and Văn look alike.

    >>> known, foreign = Name("TRAN", "VAN", "AN", ""), Name("AN", "TRAN", "VAN", "")
    >>> turned(known, foreign) == (known, known), turned(known, known)
    (True, None)
    """
    if not (one.family and other.family) or one.family == other.family or one.given == other.given:
        return None
    for turn in _TURNS:
        if _turn(other, turn).plain == one.plain:
            return _turn(one, 0), _turn(one, 0)
    if alike(one.family, other.family) or alike(one.given, other.given):
        return None
    for turn in _TURNS:
        for mine, theirs in ((one, _turn(other, turn)), (_turn(one, turn), other)):
            if alike(mine.family, theirs.family) and alike(mine.given, theirs.given):
                return mine, theirs
    return None


#: To the left: the first word becomes the last; to the right: the last becomes the first.
_TURNS: Final = (1, -1)


def _turn(name: Name, by: int) -> Name:
    words = name.plain.split()
    words = words[by:] + words[:by]
    return Name(words[0], " ".join(words[1:-1]), words[-1], "")


def part(one: str, other: str, *, by_turn: bool) -> int:
    """Level of a family or given name; `by_turn` when a turn put them side by side."""
    if not (one and other):
        return UNKNOWN
    if one == other:
        return Part.REORDERED if by_turn else Part.EQUAL
    return Part.ALIKE if alike(one, other) else Part.DIFFERENT


def middle(one: str, other: str, *, by_turn: bool) -> int:
    """Level of the middle names; two names without any are equal in that."""
    if one == other:
        return Middle.REORDERED if by_turn else Middle.EQUAL
    if not (one and other):
        return Middle.MISSING
    mine, theirs = one.split(), other.split()
    if len(mine) == len(theirs) and all(map(alike, mine, theirs)):
        return Middle.ALIKE
    fewer, more = sorted((set(mine), set(theirs)), key=len)
    return Middle.PARTLY if fewer <= more else Middle.DIFFERENT


def marks(one: Name, other: Name) -> int:
    """Level of the diacritics; unknown unless the names are equal without."""
    if one.plain != other.plain or not one.plain or not (one.marked or other.marked):
        return UNKNOWN
    if not (one.marked and other.marked):
        return Marks.BARE
    return Marks.EQUAL if one.marked == other.marked else Marks.DIFFERENT


def order(one: Name, other: Name) -> int:
    """Level of the order; unknown for names that no turn makes one."""
    if not (one.given and other.given):
        return UNKNOWN
    if one.plain == other.plain:
        return Order.EQUAL
    return Order.CHANGED if turned(one, other) else UNKNOWN


def birth(one: Birth | None, other: Birth | None) -> int:  # noqa: PLR0911 - one way per level
    """Level of the birth date."""
    if one is None or other is None:
        return UNKNOWN
    if not (one[2] and other[2]):
        return _partial(one, other)
    if one == other:
        return Born.EQUAL
    if one == (other[0], other[2], other[1]):
        return Born.SWAPPED
    if slip("{:04d}{:02d}{:02d}".format(*one), "{:04d}{:02d}{:02d}".format(*other)):
        return Born.DIGIT
    equal = [a == b for a, b in zip(one, other, strict=True)]
    if sum(equal) == 2:  # noqa: PLR2004 - of three
        return Born.TWO_OF_THREE
    return Born.SAME_YEAR if equal[0] else Born.DIFFERENT


def written(birth: Birth) -> str:
    """A birth date as the key of its rarity: 1 January of a round year is common.

    >>> written((1987, 1, 18)), written((1950, 0, 0))
    ('1987-01-18', '1950-00-00')
    """
    return "{:04d}-{:02d}-{:02d}".format(*birth)


def _partial(one: Birth, other: Birth) -> int:
    """Level of two dates of which at least one has no day."""
    if one[0] != other[0]:
        near = abs(one[0] - other[0]) == 1 or slip(f"{one[0]:04d}", f"{other[0]:04d}")
        return Born.NEAR_YEAR if near else Born.DIFFERENT
    if one[1] and other[1]:
        return Born.MONTH if one[1] == other[1] else Born.SAME_YEAR
    return Born.YEAR


def slip(one: str, other: str) -> bool:
    """Whether two strings of one length differ in one character or in two swapped neighbours.

    >>> slip("1234", "1294"), slip("1234", "1324"), slip("1234", "1243"), slip("1234", "4231")
    (True, True, True, False)
    """
    if len(one) != len(other):
        return False
    at = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(at) == 1:
        return True
    if len(at) != 2 or at[1] != at[0] + 1:  # noqa: PLR2004 - two neighbours
        return False
    return one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]


def numbers(one: Iterable[str], other: Iterable[str]) -> int:
    """Level of the best pair of numbers of one length; unknown when there is no such pair.

    Numbers of two lengths are of two kinds (a CMND and a CCCD) and say nothing of each other.
    """
    pairs = [(a, b) for a in one for b in other if len(a) == len(b) and a]
    if not pairs:
        return UNKNOWN
    if any(a == b for a, b in pairs):
        return Number.EQUAL
    return Number.DIGIT if any(slip(a, b) for a, b in pairs) else Number.DIFFERENT


def place(one: Area | None, other: Area | None) -> int:
    """Level of the commune, in both worlds of units."""
    if one is None or other is None:
        return UNKNOWN
    if one == other:
        return Place.EQUAL
    if one.communes & other.communes:
        return Place.OVERLAP
    return Place.PROVINCE if one.provinces & other.provinces else Place.DIFFERENT


class Comparison(NamedTuple):
    """One feature: its name, its levels, how it is compared, and the terms that may be rare."""

    name: str
    levels: type[IntEnum]
    compare: Callable[[Features, Features], int]
    terms: Callable[[Features], tuple[str, ...]] = lambda _: ()


def _names(one: Features, other: Features) -> tuple[Name, Name, bool]:
    """Both names as they are compared, and whether one had to be turned."""
    found = turned(one.name, other.name)
    return (*found, True) if found else (one.name, other.name, False)


def _given(one: Features, other: Features) -> int:
    mine, theirs, by_turn = _names(one, other)
    return part(mine.given, theirs.given, by_turn=by_turn)


def _family(one: Features, other: Features) -> int:
    mine, theirs, by_turn = _names(one, other)
    return part(mine.family, theirs.family, by_turn=by_turn)


def _middle(one: Features, other: Features) -> int:
    mine, theirs, by_turn = _names(one, other)
    if not (mine.given and theirs.given):
        return UNKNOWN
    return middle(mine.middle, theirs.middle, by_turn=by_turn)


COMPARISONS: Final = (
    Comparison("given", Part, _given, lambda a: (a.name.given,)),
    Comparison("middle", Middle, _middle, lambda a: (a.name.middle,)),
    Comparison("family", Part, _family, lambda a: (a.name.family,)),
    Comparison("marks", Marks, lambda a, b: marks(a.name, b.name)),
    Comparison("order", Order, lambda a, b: order(a.name, b.name)),
    Comparison(
        "birth", Born, lambda a, b: birth(a.birth, b.birth),
        lambda a: (written(a.birth),) if a.birth else (),
    ),
    Comparison("sex", Sex, lambda a, b: UNKNOWN if not (a.sex and b.sex) else int(a.sex != b.sex)),
    Comparison(
        "document", Number, lambda a, b: numbers(a.documents, b.documents), lambda a: a.documents
    ),
    Comparison("bhyt", Number, lambda a, b: numbers(a.bhyts, b.bhyts), lambda a: a.bhyts),
    Comparison("phone", Number, lambda a, b: numbers(a.phones, b.phones), lambda a: a.phones),
    Comparison(
        "commune", Place, lambda a, b: place(a.area, b.area),
        lambda a: (a.area.code,) if a.area else (),
    ),
)  # fmt: skip
