"""Under which keyed indexes a person stands, and under which a damaged record looks for them.

What is stored is few and coarse enough to say nothing by its frequency; the damage is undone on
the asking side, by asking under every value that one slip may have come from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from string import digits
from typing import Final

from motma.identity.matching.evidence import Evidence, bhyt_of, birth_of, document_of, phone_of
from motma.identity.matching.syllables import repaired
from motma.identity.model import Profile
from motma.kernel import documents, names, units
from motma.kernel.documents import DocumentKind
from motma.kernel.errors import Malformed

Key = tuple[str, str]

#: Whoever searches at a desk says a whole name: these suffice. The others are for slips.
FOR_SEARCH: Final = frozenset({"phone", "name-birth", "letters-year-commune"})

_FULL_DATE: Final = len("1987-01-18")
_MONTHS: Final = 12
_DAYS: Final = 31
#: Tried in turn on a number whose kind nobody says; a birth certificate looks like any of them.
_KINDS: Final = (
    DocumentKind.CCCD,
    DocumentKind.CMND,
    DocumentKind.PASSPORT,
    DocumentKind.BIRTH_CERTIFICATE,
)
#: First letters that a region does not keep apart: Lan and Nan, Dung and Giung, Trí and Chí.
_ALIKE: Final = {
    "L": "N", "N": "L", "S": "X", "X": "S", "T": "C", "C": "T", "K": "Q", "Q": "K",
    "D": "GR", "G": "DR", "R": "DG", "V": "D",
}  # fmt: skip
#: Only these are numbers of digits, so that one wrong digit can be undone by trying all.
_NUMERIC: Final = frozenset({DocumentKind.CCCD, DocumentKind.CMND, DocumentKind.BHYT})


def keys_of(profile: Profile) -> list[Key]:
    """(kind, value) pairs under which a person stands, each of high entropy."""
    keys = [("phone", a.value) for a in profile.phones]
    name = names.fold(profile.full_name.value)
    letters = _letters(name.split())
    if len(profile.birth.value) == _FULL_DATE:
        keys.append(("name-birth", f"{name}|{profile.birth.value}"))
        keys.append(("letters-birth", f"{letters}|{profile.birth.value}"))
    if profile.commune is not None:
        # without its day: whoever searches rarely knows it, and the name still has to agree
        commune = profile.commune.value.partition("@")[0]
        keys.append(("letters-year-commune", f"{letters}|{profile.birth.value[:4]}|{commune}"))
    return keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to ask the indexes for, most telling first."""

    documents: tuple[str, ...]  # keys of documents exactly as said
    slipped: tuple[str, ...]  # keys of documents one slip away
    phones: tuple[str, ...]
    people: tuple[Key, ...]


def documents_of(evidence: Evidence) -> tuple[str, ...]:
    """Keys of its documents exactly as said, which is all that a proven owner is found by."""
    return tuple(document.key for document in _documents_of(evidence))


def asked_of(evidence: Evidence) -> Asked:
    """Everything under which the person of this evidence may stand."""
    shown = _documents_of(evidence)
    phone = phone_of(evidence.phone)
    words = names.fold(evidence.full_name).split()
    born = birth_of(evidence.birth)
    people: list[Key] = [("phone", phone)] if phone else []
    if words and born is not None:
        people += _by_birth(words, born)
        people += _by_commune(words, born[0], evidence.commune_code.strip())
    return Asked(
        documents=tuple(document.key for document in shown),
        slipped=tuple(dict.fromkeys(key for document in shown for key in _slips(document))),
        phones=(phone,) if phone else (),
        people=tuple(dict.fromkeys(people)),
    )


def _documents_of(evidence: Evidence) -> list[documents.Document]:
    """What the document's number may be the number of, and the insurance number."""
    bare, written = document_of(evidence.document_number), evidence.document_number
    shown = [(kind, bare if kind in _NUMERIC else written) for kind in _KINDS]
    shown.append((DocumentKind.BHYT, bhyt_of(evidence.bhyt)))
    return [found for kind, number in shown if (found := _document(kind, number)) is not None]


def _document(kind: DocumentKind, number: str) -> documents.Document | None:
    """The document, when the number has the form of its kind."""
    try:
        return documents.normalise(kind, number) if number else None
    except Malformed:
        return None


def _slips(document: documents.Document) -> Iterator[str]:
    """Keys of the numbers from which one wrong digit or two swapped neighbours lead here."""
    if document.kind not in _NUMERIC:
        return
    number = document.key.rpartition(":")[2]
    for slipped in (*_substituted(number), *_transposed(number)):
        yield f"{document.kind}:{slipped}"


def _substituted(number: str) -> Iterator[str]:
    for at, digit in product(range(len(number)), digits):
        if number[at] != digit:
            yield number[:at] + digit + number[at + 1 :]


def _transposed(number: str) -> Iterator[str]:
    for at in range(len(number) - 1):
        if number[at] != number[at + 1]:
            yield number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def _by_birth(words: list[str], born: tuple[int, int, int]) -> Iterator[Key]:
    """By a full date: the whole name with any slip in it, and initials with day and month swapped.

    Initials survive nearly every slip in a name; a name that is whole survives one in the date.
    """
    year, month, day = born
    if not (month and day):
        return
    whole = dict.fromkeys((" ".join(words), " ".join(map(repaired, words))))
    for name, date in product(whole, dict.fromkeys(_dates(year, month, day))):
        yield "name-birth", f"{name}|{date}"
    for letters, date in product(_all_letters(words), (_date(born), _date((year, day, month)))):
        yield "letters-birth", f"{letters}|{date}"


def _by_commune(words: list[str], year: int, commune: str) -> Iterator[Key]:
    """By year and commune, as the commune may be called in the other world of units."""
    for letters, code in product(_all_letters(words), _codes(commune) if commune else ()):
        yield "letters-year-commune", f"{letters}|{year:04d}|{code}"


def _dates(year: int, month: int, day: int) -> Iterator[str]:
    """The date, swapped, and with one wrong digit or two swapped neighbours in it."""
    yield _date((year, month, day))
    yield _date((year, day, month))
    written = f"{year:04d}{month:02d}{day:02d}"
    for text in (*_substituted(written), *_transposed(written)):
        slipped = int(text[:4]), int(text[4:6]), int(text[6:])
        if 1 <= slipped[1] <= _MONTHS and 1 <= slipped[2] <= _DAYS and abs(slipped[0] - year) < 100:  # noqa: PLR2004 - nobody lives longer
            yield _date(slipped)


def _date(born: tuple[int, int, int]) -> str:
    return "{:04d}-{:02d}-{:02d}".format(*born)


def _letters(words: list[str]) -> str:
    """First letters of family and given name."""
    return words[0][0] + words[-1][0] if words else ""


def _all_letters(words: list[str]) -> list[str]:
    """The same, if the name was written in another order or its given name with a slip.

    Orders: given name first, alone or before all others; family name last. Slips: a first letter
    that changed places with the second, or that sounds alike in some region.
    """
    first, second, before, last = (
        words[at][0] for at in (0, min(1, len(words) - 1), max(len(words) - 2, 0), -1)
    )
    slipped = (*words[-1][1:2], *_ALIKE.get(last, ""))
    orders = (first + last, last + first, second + first, last + before)
    return list(dict.fromkeys((*orders, *(first + letter for letter in slipped))))


def _codes(commune: str) -> Iterable[str]:
    """The code itself, and those of communes that became it or that it became."""
    new = {unit.code for unit in units.successors(commune)}
    return dict.fromkeys((commune, *sorted(new), *_predecessors().get(commune, ())))


@cache
def _predecessors() -> dict[str, tuple[str, ...]]:
    """New commune → the old ones that went into it; made at the first question."""
    found: dict[str, list[str]] = {}
    for old in units.communes(units.World.OLD):
        for new in units.successors(old.code):
            found.setdefault(new.code, []).append(old.code)
    return {code: tuple(olds) for code, olds in found.items()}
