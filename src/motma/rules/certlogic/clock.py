"""Where an expression reads the clock, and whether the moments of its changes can be listed.

A comparison of `clock + fixed time` with a date-time that does not move has one flip, which can be
computed; a result of such comparisons is constant between the flips. Any other use of the clock
would need a search, so a book with one may not be published.
"""

from datetime import timedelta
from typing import Final

from motma.rules.certlogic import model
from motma.rules.certlogic.dates import Unit
from motma.rules.certlogic.model import Node

CLOCK: Final = ("external", "validationClock")

#: The clock among the operands of a comparison, moved by months or years, whose lengths differ.
MONTHS: Final = "rules.clock-moved-by-months"
#: The clock, or something that holds it, is used otherwise than in a comparison of date-times.
OUTSIDE: Final = "rules.clock-outside-comparison"

_FIXED: Final[dict[Unit, timedelta]] = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


def shift_of(node: Node) -> timedelta | None:
    """How far a node runs ahead of the clock; None for a node that is not the clock moved."""
    if not isinstance(node, model.PlusTime) or node.operand != model.Var(CLOCK):
        return None
    if node.amount == 0:
        return timedelta()
    unit = _FIXED.get(node.unit)
    try:
        return None if unit is None else unit * node.amount
    except OverflowError:
        return None  # its evaluation fails too, at any moment


def problems(node: Node) -> tuple[str, ...]:
    """Why the moments of change can't be listed; nothing when they can."""
    found: list[str] = []
    if _moves(node, found):
        found.append(OUTSIDE)
    return tuple(dict.fromkeys(found))


def _moves(node: Node, found: list[str]) -> bool:
    """Whether the node's value runs with the clock; what can't be listed goes to `found`."""
    if isinstance(node, model.Var):
        return node.path == CLOCK[: len(node.path)] or node.path[: len(CLOCK)] == CLOCK
    if isinstance(node, model.PlusTime) and node.operand == model.Var(CLOCK):
        return True
    if isinstance(node, model.CompareTime):
        for operand in node.operands:
            if _moves(operand, found) and shift_of(operand) is None:
                found.append(MONTHS if isinstance(operand, model.PlusTime) else OUTSIDE)
        return False
    below = [node.operand, node.initial] if isinstance(node, model.Reduce) else model.parts(node)
    if any([_moves(part, found) for part in below]):  # noqa: C419 - every part is looked at
        found.append(OUTSIDE)
    return False
