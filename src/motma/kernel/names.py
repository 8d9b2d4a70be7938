"""Vietnamese and foreign full names: cleaned, as printed in a QR, masked, and for comparing.

A full name is one string, family name first, as the person writes it. HoTen is its form in the
QR: A–Z and single spaces only.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from motma.kernel.errors import Malformed

#: Longest full name accepted, characters. Source: twice the longest name in the civil registers
#: we know of (about 50 characters); the rule is ours.
MAX_LENGTH: Final = 100

#: More combining marks in a row than this is a decoration and not a name.
MAX_MARKS: Final = 4

#: A word of HoTen that can't be written in A–Z. Source: ours; ICAO Doc 9303-3 uses X alike.
NOT_LATIN: Final = "X"

_APOSTROPHES: Final = frozenset("'\u2019\u2018\u02bc\u02bb`")
_HYPHENS: Final = frozenset("-\u2010\u2011")
_PUNCTUATION: Final = _APOSTROPHES | _HYPHENS | {"."}
_MARKUP: Final = frozenset('<>&|"\\{}')
_FORMULA: Final = frozenset("=+-@")

#: Capital Latin letters that no decomposition turns into A–Z. Source: ICAO Doc 9303-3, table of
#: transliteration; Đ→D is the national rule for HoTen.
_LATIN: Final = str.maketrans(
    {
        "Đ": "D", "Ð": "D", "Ø": "O", "Œ": "OE", "Æ": "AE", "Ł": "L", "Þ": "TH", "Ħ": "H",
        "Ŋ": "N", "Ŧ": "T", "ẞ": "SS", "Ɓ": "B", "Ɗ": "D", "Ə": "E",
        **dict.fromkeys(_APOSTROPHES, ""),
    }
)  # fmt: skip


def clean(full_name: str) -> str:
    """The name in NFC with single spaces, or `Malformed` with a code of the family `name`.

    Letters of any script, their marks, spaces, apostrophes, hyphens and dots are a name; what
    hides or steers text (controls, bidirectional and format characters), markup and the start of
    a spreadsheet formula are not.

    >>> clean("  Nguyễn   Lê Kha  Hân ")
    'Nguyễn Lê Kha Hân'
    """
    if len(full_name) > 4 * MAX_LENGTH:
        raise Malformed("name.too-long", "full_name")
    name = unicodedata.normalize("NFC", full_name.strip(" "))
    if name[:1] in _FORMULA and name:
        raise Malformed("name.formula", "full_name")
    if not name.replace(" ", "").isalpha():  # letters alone need no closer look
        _refuse_foreign_matter(name)
    if not any(c.isalpha() and c not in _APOSTROPHES for c in name):
        raise Malformed("name.no-letter" if name else "name.empty", "full_name")
    if len(name) > MAX_LENGTH:
        raise Malformed("name.too-long", "full_name")
    return " ".join(name.split())


def _refuse_foreign_matter(name: str) -> None:
    """Raise the first reason why a string in NFC is not a name."""
    marks = 0
    for character in name:
        category = unicodedata.category(character)
        marks = marks + 1 if category[0] == "M" else 0
        if marks > MAX_MARKS:
            raise Malformed("name.too-many-marks", "full_name")
        if category[0] in "LM" or category == "Zs" or character in _PUNCTUATION:
            continue
        if category[0] == "C" or category in {"Zl", "Zp"}:
            raise Malformed("name.control", "full_name")
        raise Malformed("name.markup" if character in _MARKUP else "name.not-a-letter", "full_name")


def hoten(full_name: str) -> str:
    """The name as the QR prints it: upper case A–Z, no diacritics, single spaces.

    Source: domain.md §2; Đ is D. Apostrophes and dots vanish and a hyphen is a space, as in
    ICAO Doc 9303-3. Nothing is romanised: a word with a letter outside the Latin script is `X`,
    so the number of words stays and no reader sees a spelling that nobody chose.

    >>> hoten("Nguyễn Lê Kha Hân"), hoten("Đỗ Thị Ước"), hoten("H'Hen Niê"), hoten("李 Nam")
    ('NGUYEN LE KHA HAN', 'DO THI UOC', 'HHEN NIE', 'X NAM')
    """
    upper = full_name.upper()
    simple = upper.translate(_PLAIN)
    if _LETTERS.fullmatch(simple):
        return simple
    words = "".join(" " if c in _HYPHENS else c for c in upper).split()
    latin = (_latin_word(word) for word in words)
    return " ".join(word for word in latin if word)


def _latin_word(upper_word: str) -> str:
    """One word in A–Z; `X` if it has a letter that isn't Latin, empty if it has no letter."""
    if upper_word.isascii() and upper_word.isalpha():
        return upper_word
    plain = _without_marks(upper_word).translate(_LATIN)
    letters = "".join(c for c in plain if c.isalpha())
    return letters if letters.isascii() else NOT_LATIN


def _without_marks(text: str) -> str:
    """The text without the marks that stand on its letters."""
    return "".join(
        c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c)[0] != "M"
    )


#: Every precomposed capital Latin letter → A–Z: spares nearly all names the decomposition.
_PLAIN: Final = _LATIN | {
    code: _without_marks(chr(code)).translate(_LATIN)
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if chr(code).isupper()
}
_LETTERS: Final = re.compile(r"[A-Z]+(?: [A-Z]+)*")


def fold(full_name: str) -> str:
    """The name for comparing: two spellings of one name, with or without diacritics, are equal.

    Letters outside the Latin script stay, so that two foreigners are not alike by being `X`.

    >>> fold("Nguyễn  Thị Ðào") == fold("NGUYEN THI DAO")
    True
    """
    upper = full_name.upper()
    simple = upper.translate(_PLAIN)
    if _LETTERS.fullmatch(simple):
        return simple
    words = "".join(" " if c in _HYPHENS else c for c in upper).split()
    plain = (_without_marks(word).translate(_LATIN) for word in words)
    return " ".join(kept for word in plain if (kept := "".join(filter(str.isalpha, word))))


def masked(full_name: str) -> str:
    """The name for eyes that may only recognise it: initials, and half of the given name.

    Family and middle names show their first letter; the given name (the last word) shows the
    first half of its letters, rounded up. Each is followed by exactly three stars, whatever is
    hidden, so lengths stay hidden too.

    >>> masked("Nguyễn Lê Kha Hân"), masked("Trần An"), masked("Plato")
    ('N*** L*** K*** Hâ***', 'T*** A***', 'Pla***')
    """
    words = [_letters_of(word) for word in clean(full_name).split()]
    *others, given = [word for word in words if word]
    shown = [word[0] for word in others]
    shown.append("".join(given[: (len(given) + 1) // 2]))
    return " ".join(f"{part}***" for part in shown)


def _letters_of(word: str) -> Sequence[str]:
    """The letters of a word; most words are nothing but letters, each one character."""
    if word.isalpha() and _PUNCTUATION.isdisjoint(word):
        return word
    return list(_letters(word))


def _letters(word: str) -> Iterator[str]:
    """The letters of a word, each with the marks that belong to it; no punctuation."""
    letter = ""
    for character in word:
        is_mark = unicodedata.category(character)[0] == "M"
        if letter and not is_mark:
            yield letter
            letter = ""
        if character not in _PUNCTUATION:
            letter += character
    if letter:
        yield letter
