"""Closures that fetch a value from the data: None for whatever is not there."""

from collections.abc import Callable
from typing import Final

from motma.rules.certlogic.values import Watch

#: Longer indices are of no array that fits into a memory.
_LONGEST_INDEX: Final = 9


def fetch(path: tuple[str, ...]) -> Callable[[object, Watch], object]:
    """The closure for a path; short paths of names are written out, for speed."""
    named = not any(map(_is_index, path))
    if named and len(path) == 1:
        return _one(*path)
    if named and len(path) == 2:  # noqa: PLR2004 - the length that is written out
        return _two(*path)
    steps = tuple((name, int(name) if _is_index(name) else None) for name in path)

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


def _one(name: str) -> Callable[[object, Watch], object]:
    return lambda data, _watch: data.get(name) if isinstance(data, dict) else None


def _two(first: str, second: str) -> Callable[[object, Watch], object]:
    def value(data: object, _watch: Watch) -> object:
        if isinstance(data, dict):
            inner = data.get(first)
            if isinstance(inner, dict):
                return inner.get(second)
        return None

    return value


def _is_index(name: str) -> bool:
    return len(name) <= _LONGEST_INDEX and name.isascii() and name.isdigit()
