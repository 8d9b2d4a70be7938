"""The nodes of a read expression: what it says, before anything is asked of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as Choice

from motma.rules.certlogic.dates import Unit

Order = Choice["<", ">", "<=", ">="]


@dataclass(frozen=True, slots=True)
class Literal:
    """A truth value, a whole number or a text."""

    value: bool | int | str


@dataclass(frozen=True, slots=True)
class Array:
    """Each item evaluated."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Var:
    """The value at a path of the data; the empty path is all of it."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class If:
    """One of two, by a guard."""

    guard: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """The first falsy operand, or the last."""

    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Whether the operand is falsy."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Same:
    """Equality of value and of type."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class In:
    """Whether an array holds a value."""

    needle: "Node"
    array: "Node"


@dataclass(frozen=True, slots=True)
class Plus:
    """The sum of two whole numbers."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """Two or three whole numbers in order."""

    order: Order
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class CompareTime:
    """Two or three date-times in order."""

    order: Order
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class PlusTime:
    """A text as a date-time, moved."""

    operand: "Node"
    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date as a date-time, the last day that agrees with it."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Reduce:
    """A left fold; `step` sees nothing but `accumulator` and `current`."""

    operand: "Node"
    step: "Node"
    initial: "Node"


@dataclass(frozen=True, slots=True)
class Fragment:
    """One part of a certificate's identifier."""

    operand: "Node"
    index: int


Node = (
    Literal
    | Array
    | Var
    | If
    | And
    | Not
    | Same
    | In
    | Plus
    | Compare
    | CompareTime
    | PlusTime
    | BirthDate
    | Reduce
    | Fragment
)


def parts(node: Node) -> Iterator[Node]:
    """The nodes right below a node, in the order of the expression."""
    for name in node.__slots__:
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif name in {"items", "operands"}:
            yield from value


def size(node: Node) -> int:
    """How many nodes there are, this one included; a long path counts as several."""
    steps = len(node.path) // 4 if isinstance(node, Var) else 0
    return 1 + steps + sum(map(size, parts(node)))
