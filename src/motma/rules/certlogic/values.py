"""What may be said of values: truth, sameness, whole numbers; and the work that it costs."""

from datetime import datetime
from typing import Final

from motma.kernel.errors import Malformed
from motma.rules.certlogic.dates import write_moment
from motma.rules.certlogic.reading import LARGEST_INTEGER, MOST_LEVELS

#: Nodes run and array items looked at, in one evaluation: some tenths of a second.
MOST_WORK: Final = 1_000_000

#: Characters that are compared for one unit of work; almost all texts are shorter.
_CHARACTERS: Final = 256


class Watch:
    """One evaluation: the work that is left, and the breakpoints met so far.

    A breakpoint is the first moment, in whole milliseconds, from which a comparison with the clock
    gives another result than before it. Comparisons that were not reached have left none: until
    a breakpoint of those that were, the evaluation takes the same way.
    """

    __slots__ = ("breakpoints", "work")

    def __init__(self) -> None:
        self.breakpoints: list[datetime] = []
        self.work = MOST_WORK

    def spend(self, work: int) -> None:
        """Take work off what is left."""
        self.work -= work
        if self.work < 0:
            raise Malformed("rules.too-much-work")


def is_true(value: object) -> bool:
    """Whether a value is truthy; a date-time is neither truthy nor falsy."""
    if isinstance(value, datetime):
        raise Malformed("rules.neither-true-nor-false")
    return bool(value)


def integer(value: object) -> int:
    """A whole number, of any notation."""
    if type(value) is int:
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    else:
        raise Malformed("rules.not-an-integer")
    if not -LARGEST_INTEGER <= number <= LARGEST_INTEGER:
        raise Malformed("rules.number-too-large")
    return number


def same(left: object, right: object, watch: Watch) -> bool:
    """Equality of value and of type, of arrays and objects part by part."""
    if type(left) is str or type(right) is str:
        return _same_text(left, right, watch)
    pending = [(left, right)]
    while pending:
        one, other = pending.pop()
        if isinstance(one, list | tuple) and isinstance(other, list | tuple):
            if len(one) != len(other):
                return False
            watch.spend(len(one))
            pending.extend(zip(one, other, strict=True))
        elif isinstance(one, dict) and isinstance(other, dict):
            watch.spend(len(one))
            if one.keys() != other.keys():
                return False
            pending.extend((one[key], other[key]) for key in one)
        elif type(one) is str:
            if not _same_text(one, other, watch):
                return False
        elif not _same_single(one, other):
            return False
    return True


def holds(array: object, needle: object, watch: Watch) -> bool:
    """Whether one of the array's items is the same as the needle."""
    if not isinstance(array, list | tuple):
        raise Malformed("rules.not-an-array")
    if type(needle) is str:  # equal to nothing but a text
        watch.spend(len(array) * (1 + len(needle) // _CHARACTERS))
        return needle in array
    watch.spend(len(array))
    return any(same(item, needle, watch) for item in array)


def plain(value: object, watch: Watch, *, level: int = 0) -> object:
    """A result as JSON: date-times become text."""
    if isinstance(value, datetime):
        return write_moment(value)
    if not isinstance(value, list | tuple | dict):
        return value
    watch.spend(len(value))
    if level > MOST_LEVELS:
        raise Malformed("rules.too-deep")
    if isinstance(value, dict):
        return {key: plain(part, watch, level=level + 1) for key, part in value.items()}
    return [plain(part, watch, level=level + 1) for part in value]


def _same_text(one: object, other: object, watch: Watch) -> bool:
    """Whether both are the same text; long ones are work."""
    if not (isinstance(one, str) and isinstance(other, str)) or len(one) != len(other):
        return False
    if len(one) > _CHARACTERS:
        watch.spend(len(one) // _CHARACTERS)
    return one == other


def _same_single(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return type(one) is type(other) and one == other
