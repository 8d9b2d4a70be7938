"""What a record says of its person, and the form in which two such sayings are compared."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from motma.identity.matching.syllables import repaired
from motma.identity.model import Profile
from motma.kernel import documents, names, phones, units
from motma.kernel.documents import DocumentKind
from motma.kernel.errors import Malformed

_BHYT_DIGITS: Final = 10
_CCCD_DIGITS: Final = 12
#: What is no part of a number: separators, and letters that no number of ours has.
_SEPARATORS: Final = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Texts as a source gives them, empty where it says nothing."""

    full_name: str = ""
    birth: str = ""  # YYYY, YYYY-MM or YYYY-MM-DD
    sex: str = ""  # male, female; anything else says nothing
    document_number: str = ""
    bhyt: str = ""
    phone: str = ""
    commune_code: str = ""
    commune_as_of: str = ""  # YYYY-MM-DD, the day the code was valid; empty: ambiguous


@dataclass(frozen=True, slots=True)
class Name:
    """A full name in parts: in A–Z without marks, and as it was written."""

    family: str
    middle: str
    given: str
    marked: str  # NFC in lower case; empty when the name was written without any mark

    @property
    def plain(self) -> str:
        """The whole name without marks."""
        return " ".join(part for part in (self.family, self.middle, self.given) if part)

    @property
    def bag(self) -> str:
        """The syllables in alphabetical order: equal when only the order was changed."""
        return " ".join(sorted(self.plain.split()))


NOBODY: Final = Name("", "", "", "")


@dataclass(frozen=True, slots=True)
class Area:
    """A commune as the communes of the new world that it may lie in."""

    code: str  # as written
    communes: frozenset[str]
    provinces: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Evidence made comparable; a person may have several documents and phones."""

    name: Name = NOBODY
    birth: tuple[int, int, int] | None = None  # 0 for a month or day that is not known
    sex: str = ""
    documents: tuple[str, ...] = ()
    bhyts: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    area: Area | None = None


def features_of(evidence: Evidence) -> Features:
    """The comparable form; what can't be read says nothing. A CCCD tells a missing year or sex."""
    document = document_of(evidence.document_number)
    birth, sex = birth_of(evidence.birth), sex_of(evidence.sex)
    if len(document) == _CCCD_DIGITS and document.isdigit() and not (birth and sex):
        facts = documents.cccd_facts(document)
        birth, sex = birth or (facts.birth_year, 0, 0), sex or facts.sex
    bhyt, phone = bhyt_of(evidence.bhyt), phone_of(evidence.phone)
    return Features(
        name=name_of(evidence.full_name),
        birth=birth,
        sex=sex,
        documents=(document,) if document else (),
        bhyts=(bhyt,) if bhyt else (),
        phones=(phone,) if phone else (),
        area=area_of(evidence.commune_code, evidence.commune_as_of),
    )


def features_of_profile(profile: Profile) -> Features:
    """The comparable form of a person's profile."""
    code, _, as_of = (profile.commune.value if profile.commune else "").partition("@")
    held = profile.documents
    return Features(
        name=name_of(profile.full_name.value),
        birth=birth_of(profile.birth.value),
        sex=sex_of(profile.sex.value if profile.sex else ""),
        documents=tuple(document_of(d.number) for d in held if d.kind != DocumentKind.BHYT),
        bhyts=tuple(bhyt_of(d.number) for d in held if d.kind == DocumentKind.BHYT),
        phones=tuple(phone_of(phone.value) for phone in profile.phones),
        area=area_of(code, as_of),
    )


def name_of(full_name: str) -> Name:
    """Family, middle and given name: first, between and last.

    >>> name_of("Nguyễn Lê Kha Hân")
    Name(family='NGUYEN', middle='LE KHA', given='HAN', marked='nguyễn lê kha hân')
    >>> name_of("TRAN VAN AN").marked, name_of("Plato").given
    ('', 'PLATO')
    """
    words = [repaired(word) for word in names.fold(full_name).split()]
    if not words:
        return NOBODY
    spelt = " ".join(unicodedata.normalize("NFC", full_name).lower().split())
    family = words[0] if len(words) > 1 else ""
    return Name(family, " ".join(words[1:-1]), words[-1], "" if spelt.isascii() else spelt)


def birth_of(text: str) -> tuple[int, int, int] | None:
    """Year, month and day with 0 for what is not known; None if it can't be read.

    >>> birth_of("1987-01"), birth_of("1987-13-40"), birth_of("")
    ((1987, 1, 0), (1987, 13, 40), None)
    """
    parts = text.split("-")
    if not (text and len(parts) <= len("ymd") and all(p.isascii() and p.isdigit() for p in parts)):
        return None
    year, month, day = (*map(int, parts), 0, 0)[:3]
    return year, month, day


def sex_of(text: str) -> str:
    """`male`, `female` or nothing."""
    return text if text in {"male", "female"} else ""


def document_of(text: str) -> str:
    """A document number without separators, with zeros that a spreadsheet dropped."""
    number = _SEPARATORS.sub("", text.upper().replace("Đ", "D"))
    if number.isdigit() and len(number) in {10, 11, 8}:
        kind = "cmnd" if len(number) == 8 else "cccd"  # noqa: PLR2004 - a CMND has nine
        return documents.restore_zeros(kind, number) or number
    return number


def bhyt_of(text: str) -> str:
    """The ten digits of the social insurance number; a card of 15 characters ends with them."""
    number = _SEPARATORS.sub("", text.upper())
    return number[-_BHYT_DIGITS:]


@lru_cache(maxsize=65_536)
def phone_of(text: str) -> str:
    """A phone number in E.164, old 11-digit ones as they are since 2018."""
    if not text:
        return ""
    try:
        return phones.normalise(phones.restore_zero(text) or text)
    except Malformed:
        return "".join(filter(str.isdigit, text.encode("ascii", "ignore").decode()))


@lru_cache(maxsize=65_536)
def area_of(code: str, as_of: str) -> Area | None:
    """The communes of the new world that a code may mean; None for no known commune.

    Without its day a code may mean either world's commune, so it means both.

    >>> area_of("00001", "2021-10-01") == area_of("00001", "2021-12-31"), area_of("99999", "")
    (True, None)
    """
    found: set[units.Commune] = set()
    for unit in units.candidates(code.strip(), _day(as_of)):
        found.update(units.successors(unit.code) if unit.world is units.World.OLD else (unit,))
    if not found:
        return None
    communes = frozenset(unit.code for unit in found)
    return Area(code.strip(), communes, frozenset(unit.province_code for unit in found))


def _day(text: str) -> date | None:
    """The day, or None when it isn't said or can't be read."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
