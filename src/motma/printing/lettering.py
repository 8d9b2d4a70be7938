"""What the bundled font can show, and what stands on paper where it can't."""

from bisect import bisect_right
from functools import cache
from importlib.resources import files
from typing import Final

#: Stands for a character that the font does not have.
INSTEAD: Final = "\ufffd"
#: The font has it, but it shows only where a line happens to end.
_SOFT_HYPHEN: Final = 0xAD


def shows(text: str) -> bool:
    r"""Whether the font has every character.

    >>> shows("Nguyễn Lê Kha Hân"), shows("Фёдор"), shows("李"), shows("a\u202eb")
    (True, True, False, False)
    """
    return all(_has(ord(character)) for character in text)


def printable(text: str) -> str:
    r"""The text with what can't be shown replaced; line ends and tabs become spaces.

    >>> printable("Lê\n李 \u202ean")
    'Lê � �an'
    """
    spaced = " ".join(text.split())
    return "".join(c if _has(ord(c)) else INSTEAD for c in spaced)


def _has(code: int) -> bool:
    if code == _SOFT_HYPHEN:
        return False
    starts, ends = _ranges()
    at = bisect_right(starts, code) - 1
    return at >= 0 and code <= ends[at]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    """First and last code points of what the font has; written when the font was cut down."""
    lines = (files("motma.printing") / "fonts" / "coverage.txt").read_text("ascii").split()
    pairs = [line.split("-") for line in lines]
    return [int(first, 16) for first, _ in pairs], [int(last, 16) for _, last in pairs]
