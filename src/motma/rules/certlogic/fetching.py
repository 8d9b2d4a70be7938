"""Closures that fetch a value from the data: None for whatever is not there.

Nine of ten steps of a rule are such fetches, so the shapes that rules use are written out.
"""

from collections.abc import Callable
from typing import Final

from motma.rules.certlogic.values import Watch

Fetch = Callable[[object, Watch], object]

#: Longer indices are of no array that fits into a memory.
_LONGEST_INDEX: Final = 9


def fetch(path: tuple[str, ...]) -> Fetch:
    """The closure for a path, by its shape."""
    match [(name, _index(name)) for name in path]:
        case [(only, None)]:
            return _name(only)
        case [(first, None), (second, None)]:
            return _two_names(first, second)
        case [(first, None), (second, None), (third, int(index))]:
            return _listed(first, second, third, index)
        case [(first, None), (second, None), (third, int(index)), (last, None)]:
            return _in_listed(_listed(first, second, third, index), last)
        case steps:
            return _any(tuple(steps))


def _name(only: str) -> Fetch:
    """`a`."""
    return lambda data, _watch: data.get(only) if isinstance(data, dict) else None


def _two_names(first: str, second: str) -> Fetch:
    """`a.b`."""

    def value(data: object, _watch: Watch) -> object:
        if isinstance(data, dict):
            inner = data.get(first)
            if isinstance(inner, dict):
                return inner.get(second)
        return None

    return value


def _listed(first: str, second: str, third: str, index: int) -> Fetch:
    """`a.b.0`."""
    beyond = _any(((third, index),))

    def value(data: object, watch: Watch) -> object:
        if isinstance(data, dict):
            inner = data.get(first)
            if isinstance(inner, dict):
                items = inner.get(second)
                if items is None:
                    return None
                if type(items) is list:
                    return items[index] if index < len(items) else None
                return beyond(items, watch)
        return None

    return value


def _in_listed(item: Fetch, name: str) -> Fetch:
    """`a.b.0.c`."""

    def value(data: object, watch: Watch) -> object:
        found = item(data, watch)
        return found.get(name) if isinstance(found, dict) else None

    return value


def _any(steps: tuple[tuple[str, int | None], ...]) -> Fetch:
    """Any path: numbers are names in an object and places in an array."""

    def value(data: object, _watch: Watch) -> object:
        for name, index in steps:
            if isinstance(data, dict):
                data = data.get(name)
            elif index is not None and isinstance(data, list | tuple):
                data = data[index] if index < len(data) else None
            else:
                return None
        return data

    return value


def _index(name: str) -> int | None:
    """The place that a step may mean; None for a name that is no number."""
    if len(name) <= _LONGEST_INDEX and name.isascii() and name.isdigit():
        return int(name)
    return None
