"""Closures over date-times: text into moments, comparisons, and when these will change."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from motma.kernel.errors import Malformed
from motma.rules.certlogic.clock import shift_of
from motma.rules.certlogic.dates import RESOLUTION, Unit, move, read_moment
from motma.rules.certlogic.model import CompareTime, Order
from motma.rules.certlogic.values import Watch

Closure = Callable[[object, Watch], object]
_Holds = Callable[[datetime, datetime], bool]

#: Texts that a node remembers; days of some years fit in. Nothing tells whose they were.
_REMEMBERED: Final = 4096

_IN_ORDER: Final[Mapping[Order, _Holds]] = {
    "<": datetime.__lt__,
    ">": datetime.__gt__,
    "<=": datetime.__le__,
    ">=": datetime.__ge__,
}
_MIRRORED: Final[Mapping[Order, Order]] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def plus_time(operand: Closure, amount: int, unit: Unit) -> Closure:
    """A text as a moment, moved by a fixed amount."""
    return text_as_moment(operand, lambda text: move(read_moment(text), amount, unit))


def text_as_moment(operand: Closure, convert: Callable[[str], datetime]) -> Closure:
    """A text as a moment; the same days come again and again, so they are remembered."""
    remembered: dict[str, datetime] = {}

    def value(data: object, watch: Watch) -> datetime:
        text = operand(data, watch)
        if not isinstance(text, str):
            raise Malformed("rules.not-a-text")
        moment = remembered.get(text)
        if moment is None:
            if len(remembered) >= _REMEMBERED:
                remembered.clear()
            moment = remembered[text] = convert(text)
        return moment

    return value


def compare_times(node: CompareTime, operands: tuple[Closure, ...], *, watched: bool) -> Closure:
    """Two or three moments in order; watched, each comparison with the clock leaves its flip."""
    if len(operands) == 2:  # noqa: PLR2004 - the reader lets two or three in
        compare = _two(_IN_ORDER[node.order], *operands)
    else:
        compare = _three(_IN_ORDER[node.order], *operands)
    if not watched:
        return compare
    pairs = [pair for index in range(len(operands) - 1) if (pair := _flip(node, index)) is not None]
    return _watched(compare, operands, pairs) if pairs else compare


def _two(holds: _Holds, left: Closure, right: Closure) -> Closure:
    def value(data: object, watch: Watch) -> bool:
        one, other = left(data, watch), right(data, watch)
        if not (isinstance(one, datetime) and isinstance(other, datetime)):
            raise Malformed("rules.not-a-date-time")
        return holds(one, other)

    return value


def _three(holds: _Holds, *operands: Closure) -> Closure:
    def value(data: object, watch: Watch) -> bool:
        moments = [operand(data, watch) for operand in operands]
        first, second, third = map(_moment, moments)
        return holds(first, second) and holds(second, third)

    return value


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise Malformed("rules.not-a-date-time")
    return value


def _flip(node: CompareTime, index: int) -> tuple[int, timedelta] | None:
    """Of two neighbours, which one stands still, and how much after it the clock flips them.

    With `clock + shift` on the left: `>=` and `<` flip when the clock reaches `other - shift`;
    `>` and `<=` one step of time later.
    """
    left, right = shift_of(node.operands[index]), shift_of(node.operands[index + 1])
    if (left is None) == (right is None):
        return None  # without the clock, or the clock with itself: never flips
    order = node.order if left is not None else _MIRRORED[node.order]
    shift = left if left is not None else right
    assert shift is not None  # noqa: S101 - one of the two is there
    step = RESOLUTION if order in {">", "<="} else timedelta()
    return (index + 1 if left is not None else index), step - shift


def _watched(
    compare: Closure,
    operands: tuple[Closure, ...],
    flips: list[tuple[int, timedelta]],
) -> Closure:
    def value(data: object, watch: Watch) -> object:
        for index, after in flips:
            try:
                watch.breakpoints.append(_moment(operands[index](data, watch)) + after)
            except OverflowError:
                continue  # not within the years that a clock can show
        return compare(data, watch)

    return value
