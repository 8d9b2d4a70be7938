"""The books that come with the platform: history as data, and the neutral default."""

from functools import cache
from importlib.resources import files
from typing import Final

from motma.rules.books.compiling import CompiledBook
from motma.rules.books.reading import read

#: In the order of their day.
NAMES: Final = (
    "neutral",
    "hcmc-2021-09-08",
    "hcmc-2021-09-15",
    "hcmc-2021-09-15-trades",
    "long-an-2021-09-21",
    "khanh-hoa-2021-10-07",
)


@cache
def shipped() -> tuple[CompiledBook, ...]:
    """All of them, each having passed its own cases."""
    folder = files("motma.rules.books") / "data"
    return tuple(read((folder / f"{name}.json").read_bytes()) for name in NAMES)


def neutral() -> CompiledBook:
    """The default for everyone and everywhere: it never gives a colour."""
    return shipped()[0]
