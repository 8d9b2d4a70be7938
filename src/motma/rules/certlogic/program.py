"""Compiles an expression, evaluates it, and tells when its comparisons with the clock change."""

from collections.abc import Mapping

from motma.rules.certlogic import clock, model
from motma.rules.certlogic.building import Builder
from motma.rules.certlogic.reading import Reader
from motma.rules.certlogic.timing import Closure
from motma.rules.certlogic.values import Watch, plain

__all__ = ["Program", "Watch", "compile_expression"]

#: Nodes whose value holds no date-time that a result would have to write out.
_PLAIN = (model.Literal, model.Compare, model.CompareTime, model.Not, model.Same, model.In)


class Program:
    """A compiled expression; the same for everybody, may be kept and shared by threads."""

    __slots__ = ("_node", "_plain", "_value", "_watched", "clock_problems")

    def __init__(self, node: model.Node) -> None:
        self._node = node
        self._plain = _is_plain(node)
        self._value = Builder(watched=False).value(node)
        self._watched: Closure | None = None
        #: Codes of what keeps its breakpoints from being listed; empty: they can be.
        self.clock_problems = clock.problems(node)

    def evaluate(self, data: Mapping[str, object] | object) -> object:
        """The result, as JSON; `Malformed` where the specification has an error."""
        watch = Watch()
        result = self._value(data, watch)
        return result if self._plain else plain(result, watch)

    def evaluate_with(self, data: Mapping[str, object] | object, watch: Watch) -> object:
        """The result, as JSON; `watch.breakpoints` gets the breakpoints of what was compared.

        With another clock and the same data the result is the same, as long as none of the
        breakpoints lies between the two clocks; a breakpoint itself is already the new side.
        That holds for programs without `clock_problems`. The watch's work may be shared by many.
        """
        if self._watched is None:
            self._watched = Builder(watched=True).value(self._node)
        result = self._watched(data, watch)
        return result if self._plain else plain(result, watch)


def compile_expression(expression: object) -> Program:
    """The program of a CertLogic expression; `Malformed` for any other JSON."""
    return Program(Reader().read(expression))


def _is_plain(node: model.Node) -> bool:
    """Whether the value is JSON as it is."""
    if isinstance(node, model.If):
        return _is_plain(node.then) and _is_plain(node.otherwise)
    if isinstance(node, model.And):
        return all(map(_is_plain, node.operands))
    return isinstance(node, (*_PLAIN, model.Plus, model.Fragment, model.Var))
