"""Reads JSON into nodes, or says why it is no CertLogic expression."""

import re
from collections.abc import Callable
from typing import Final, cast

from motma.kernel.errors import Malformed
from motma.rules.certlogic import model
from motma.rules.certlogic.dates import UNITS
from motma.rules.certlogic.model import Node

#: The largest of the 401 public EU rules has 198 nodes, the deepest 24 levels.
MOST_NODES: Final = 10_000
MOST_LEVELS: Final = 100

#: A longer text is no code, date or name; comparing with it would be work of its own.
LONGEST_TEXT: Final = 1_000

#: Whole numbers beyond it are not the same on every platform. Source: ECMAScript, Number.
LARGEST_INTEGER: Final = 2**53 - 1

_PATH: Final = re.compile(r"[^.]+(\.[^.]+)*", re.DOTALL)
_TIME_ORDERS: Final[dict[str, model.Order]] = {
    "after": ">",
    "before": "<",
    "not-after": "<=",
    "not-before": ">=",
}


class Reader:
    """Reads one expression; counts the nodes and levels it has come by."""

    __slots__ = ("_level", "_nodes")

    def __init__(self) -> None:
        self._nodes = 0
        self._level = 0

    def read(self, expression: object) -> Node:
        """The node of an expression, with all below it."""
        self._nodes += 1
        self._level += 1
        if self._nodes > MOST_NODES:
            raise Malformed("rules.too-large")
        if self._level > MOST_LEVELS:
            raise Malformed("rules.too-deep")
        node = self._read(expression)
        self._level -= 1
        return node

    def _read(self, expression: object) -> Node:
        if isinstance(expression, bool):
            return model.Literal(expression)
        if isinstance(expression, str):
            return model.Literal(_text(expression))
        if isinstance(expression, int | float):
            return model.Literal(_integer(expression))
        if isinstance(expression, list):
            return model.Array(self._all(expression))
        if not isinstance(expression, dict):
            raise Malformed("rules.not-an-expression")
        if len(expression) != 1:
            raise Malformed("rules.not-one-operator")
        [(operator, operands)] = expression.items()
        if operator == "var":
            return model.Var(_path(operands))
        if not isinstance(operands, list):
            raise Malformed("rules.operands-not-a-list")
        return self._operation(operator, operands)

    def _all(self, expressions: list[object]) -> tuple[Node, ...]:
        return tuple(map(self.read, expressions))

    def _operation(self, operator: object, operands: list[object]) -> Node:
        form = _FORMS.get(operator) if isinstance(operator, str) else None
        if form is None:
            raise Malformed("rules.unknown-operator")
        fewest, most, build = form
        if not fewest <= len(operands) <= most:
            raise Malformed("rules.number-of-operands")
        return build(self, cast("str", operator), operands)

    def fixed(self, operator: str, operands: list[object]) -> Node:
        """An operation all of whose operands are expressions, in the order of its fields."""
        return _FIXED[operator](*self._all(operands))

    def conjunction(self, _operator: str, operands: list[object]) -> Node:
        """Two operands or more."""
        return model.And(self._all(operands))

    def order(self, operator: str, operands: list[object]) -> Node:
        """Whole numbers in order."""
        return model.Compare(cast("model.Order", operator), self._all(operands))

    def time_order(self, operator: str, operands: list[object]) -> Node:
        """Date-times in order."""
        return model.CompareTime(_TIME_ORDERS[operator], self._all(operands))

    def moving(self, _operator: str, operands: list[object]) -> Node:
        """A date-time, moved by an amount that stands in the expression."""
        operand, amount, unit = operands
        if unit not in UNITS:
            raise Malformed("rules.unknown-unit")
        return model.PlusTime(self.read(operand), _integer(amount), unit)

    def fragment(self, _operator: str, operands: list[object]) -> Node:
        """A part of an identifier, by an index that stands in the expression."""
        operand, index = operands
        return model.Fragment(self.read(operand), _integer(index))


_FIXED: Final[dict[str, Callable[..., Node]]] = {
    "!": model.Not,
    "+": model.Plus,
    "===": model.Same,
    "dccDateOfBirth": model.BirthDate,
    "if": model.If,
    "in": model.In,
    "reduce": model.Reduce,
}

_Build = Callable[[Reader, str, list[object]], Node]

#: Operator: fewest and most operands, and what reads them.
_FORMS: Final[dict[str, tuple[int, int, _Build]]] = {
    "!": (1, 1, Reader.fixed),
    "+": (2, 2, Reader.fixed),
    "===": (2, 2, Reader.fixed),
    "and": (2, MOST_NODES, Reader.conjunction),
    "dccDateOfBirth": (1, 1, Reader.fixed),
    "extractFromUVCI": (2, 2, Reader.fragment),
    "if": (3, 3, Reader.fixed),
    "in": (2, 2, Reader.fixed),
    "plusTime": (3, 3, Reader.moving),
    "reduce": (3, 3, Reader.fixed),
    **dict.fromkeys(("<", ">", "<=", ">="), (2, 3, Reader.order)),
    **dict.fromkeys(_TIME_ORDERS, (2, 3, Reader.time_order)),
}


def _integer(value: object) -> int:
    """A whole number of any notation: JSON does not tell 1 from 1.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed("rules.not-an-integer")
    if abs(value) > LARGEST_INTEGER:
        raise Malformed("rules.number-too-large")
    return value


def _text(text: str) -> str:
    """A text of a length that may be compared."""
    if len(text) > LONGEST_TEXT:
        raise Malformed("rules.text-too-long")
    return text


def _path(path: object) -> tuple[str, ...]:
    """The steps of a path."""
    if path == "":
        return ()
    if not isinstance(path, str) or not _PATH.fullmatch(_text(path)):
        raise Malformed("rules.path")
    return tuple(path.split("."))
