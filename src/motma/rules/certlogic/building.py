"""Makes closures of nodes: what can be known from the expression alone is decided here, once.

A closure takes the data and the watch of the evaluation. Of conditions only the truth is asked,
so each node can be built in two ways: for its value, and for its truth.
"""

from collections.abc import Callable, Mapping
from typing import Final

from motma.kernel.errors import Malformed
from motma.rules.certlogic import model
from motma.rules.certlogic.dates import read_day
from motma.rules.certlogic.fetching import fetch
from motma.rules.certlogic.model import Node
from motma.rules.certlogic.timing import Closure, compare_times, plus_time, text_as_moment
from motma.rules.certlogic.values import Watch, holds, integer, is_true, same

#: Characters of an identifier that are split for one unit of work; real ones have 72 at most.
_CHARACTERS_SPLIT: Final = 100

Truth = Callable[[object, Watch], object]

#: Nodes whose value is true, false, a number, a text or data: never a date-time.
_NEVER_MOMENTS: Final = (
    *(model.Literal, model.Array, model.Compare, model.CompareTime, model.Not, model.Same),
    *(model.In, model.Plus, model.Fragment),
)


class Builder:
    """Builds closures; `folding` inside the step of a reduction, whose data may be anything."""

    __slots__ = ("_folding", "_watched")

    def __init__(self, *, watched: bool, folding: bool = False) -> None:
        self._watched = watched
        self._folding = folding

    def value(self, node: Node) -> Closure:
        """The closure that gives the node's value."""
        return _BUILDS[type(node)](self, node)

    def truth(self, node: Node) -> Truth:
        """The closure that gives something as true as the node's value."""
        if isinstance(node, _NEVER_MOMENTS) or (isinstance(node, model.Var) and not self._folding):
            return self.value(node)
        if isinstance(node, model.If):
            return _if(self.truth(node.guard), self.truth(node.then), self.truth(node.otherwise))
        if isinstance(node, model.And):
            return _and(*map(self.truth, node.operands))
        value = self.value(node)
        return lambda data, watch: is_true(value(data, watch))

    def literal(self, node: model.Literal) -> Closure:
        """A constant."""
        value = node.value
        return lambda _data, _watch: value

    def array(self, node: model.Array) -> Closure:
        """A constant where all items are; else each item."""
        if all(isinstance(item, model.Literal) for item in node.items):
            constant = tuple(item.value for item in node.items if isinstance(item, model.Literal))
            return lambda _data, _watch: constant
        items = tuple(map(self.value, node.items))
        return lambda data, watch: [item(data, watch) for item in items]

    def variable(self, node: model.Var) -> Closure:
        """What the data hold at the path."""
        return fetch(node.path)

    def choice(self, node: model.If) -> Closure:
        """Only the branch that the guard picks is evaluated."""
        return _if(self.truth(node.guard), self.value(node.then), self.value(node.otherwise))

    def conjunction(self, node: model.And) -> Closure:
        """The value of the first falsy operand, or of the last."""
        *early, last = node.operands
        decided = tuple(map(self.value, early))
        final = self.value(last)

        def value(data: object, watch: Watch) -> object:
            for operand in decided:
                if not is_true(found := operand(data, watch)):
                    return found
            return final(data, watch)

        return value

    def negation(self, node: model.Not) -> Closure:
        """Whether the operand is falsy."""
        truth = self.truth(node.operand)
        return lambda data, watch: not truth(data, watch)

    def sameness(self, node: model.Same) -> Closure:
        """Equality, with a short way for texts."""
        left, right = self.value(node.left), self.value(node.right)
        for constant, other in ((node.left, right), (node.right, left)):
            if isinstance(constant, model.Literal) and isinstance(constant.value, str):
                return _same_as_text(other, constant.value)
        return lambda data, watch: same(left(data, watch), right(data, watch), watch)

    def membership(self, node: model.In) -> Closure:
        """Whether the array holds it, with a short way for constant texts."""
        needle, array = self.value(node.needle), self.value(node.array)
        if isinstance(node.array, model.Array):
            texts = [item.value for item in node.array.items if isinstance(item, model.Literal)]
            if len(texts) == len(node.array.items) and all(type(text) is str for text in texts):
                return _in_texts(needle, frozenset(map(str, texts)))
        return lambda data, watch: holds(array(data, watch), needle(data, watch), watch)

    def addition(self, node: model.Plus) -> Closure:
        """The sum."""
        left, right = self.value(node.left), self.value(node.right)
        return lambda data, watch: integer(
            integer(left(data, watch)) + integer(right(data, watch)),
        )

    def order(self, node: model.Compare) -> Closure:
        """Whole numbers in order."""
        return _compare(node.order, *map(self.value, node.operands))

    def time_order(self, node: model.CompareTime) -> Closure:
        """Date-times in order, watched or not."""
        operands = tuple(map(self.value, node.operands))
        return compare_times(node, operands, watched=self._watched)

    def moving(self, node: model.PlusTime) -> Closure:
        """A text as a date-time, moved."""
        return plus_time(self.value(node.operand), node.amount, node.unit)

    def birth_date(self, node: model.BirthDate) -> Closure:
        """A birth date as a date-time."""
        return text_as_moment(self.value(node.operand), read_day)

    def fold(self, node: model.Reduce) -> Closure:
        """A left fold; its step sees neither the data nor the clock."""
        operand, initial = self.value(node.operand), self.value(node.initial)
        step = Builder(watched=self._watched, folding=True).value(node.step)
        return _reduce(operand, step, initial, work=model.size(node.step))

    def fragment(self, node: model.Fragment) -> Closure:
        """A part of an identifier."""
        operand, index = self.value(node.operand), node.index
        return lambda data, watch: _fragment(operand(data, watch), index, watch)


_BUILDS: Final[Mapping[type, Callable[..., Closure]]] = {
    model.Literal: Builder.literal,
    model.Array: Builder.array,
    model.Var: Builder.variable,
    model.If: Builder.choice,
    model.And: Builder.conjunction,
    model.Not: Builder.negation,
    model.Same: Builder.sameness,
    model.In: Builder.membership,
    model.Plus: Builder.addition,
    model.Compare: Builder.order,
    model.CompareTime: Builder.time_order,
    model.PlusTime: Builder.moving,
    model.BirthDate: Builder.birth_date,
    model.Reduce: Builder.fold,
    model.Fragment: Builder.fragment,
}


def _if(guard: Truth, then: Closure, otherwise: Closure) -> Closure:
    return lambda data, watch: (then if guard(data, watch) else otherwise)(data, watch)


def _and(first: Truth, second: Truth, *more: Truth) -> Truth:
    """The truth of several; two are by far the most frequent."""
    if not more:
        return lambda data, watch: first(data, watch) and second(data, watch)
    rest = _and(second, *more)
    return lambda data, watch: first(data, watch) and rest(data, watch)


def _same_as_text(other: Closure, text: str) -> Closure:
    """A text equals nothing but a text, so that Python's equality is the language's."""
    return lambda data, watch: other(data, watch) == text


def _in_texts(needle: Closure, texts: frozenset[str]) -> Closure:
    def value(data: object, watch: Watch) -> bool:
        found = needle(data, watch)
        return type(found) is str and found in texts

    return value


def _compare(order: model.Order, *operands: Closure) -> Closure:
    """Whole numbers in order; all are evaluated, as all must be whole numbers."""
    holds_between = _IN_ORDER[order]

    def two(data: object, watch: Watch) -> bool:
        left, right = operands[0](data, watch), operands[1](data, watch)
        if type(left) is not int or type(right) is not int:
            left, right = integer(left), integer(right)
        return holds_between(left, right)

    def three(data: object, watch: Watch) -> bool:
        first, second, third = (integer(operand(data, watch)) for operand in operands)
        return holds_between(first, second) and holds_between(second, third)

    return two if len(operands) == 2 else three  # noqa: PLR2004 - the reader lets two or three in


_IN_ORDER: Final[Mapping[model.Order, Callable[[int, int], bool]]] = {
    "<": int.__lt__,
    ">": int.__gt__,
    "<=": int.__le__,
    ">=": int.__ge__,
}


def _reduce(operand: Closure, step: Closure, initial: Closure, *, work: int) -> Closure:
    def value(data: object, watch: Watch) -> object:
        items = operand(data, watch)
        accumulator = initial(data, watch)
        if items is None:
            return accumulator
        if not isinstance(items, list | tuple):
            raise Malformed("rules.not-an-array")
        for item in items:
            watch.spend(work)
            accumulator = step({"accumulator": accumulator, "current": item}, watch)
        return accumulator

    return value


def _fragment(identifier: object, index: int, watch: Watch) -> str | None:
    """One part of a certificate's identifier; None when there is no such part."""
    if identifier is None:
        return None
    if not isinstance(identifier, str):
        raise Malformed("rules.not-a-text")
    watch.spend(len(identifier) // _CHARACTERS_SPLIT)
    parts = identifier.removeprefix("URN:UVCI:").replace("/", ":").replace("#", ":").split(":")
    return parts[index] if 0 <= index < len(parts) else None
