"""Numbers of identity documents: their shapes, what a CCCD says, what spreadsheets do to them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from motma.kernel.birth import Birth
from motma.kernel.errors import Malformed

#: Codes of the 63 provinces as a CCCD carries them. Source: Circular 59/2021/TT-BCA, annex I.
CCCD_PROVINCES: Final = frozenset(
    f"{code:03d}"
    for code in (
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33,
        34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66,
        67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
    )
)  # fmt: skip

#: Who issued a document when nobody says so: ISO 3166-1 alpha-3.
HOME: Final = "VNM"

_CENTURY: Final = 1900
_CCCD_LENGTH: Final = 12
_CMND_LENGTH: Final = 9
_BHYT_LENGTH: Final = 10
_SEPARATORS: Final = str.maketrans("", "", " \u00a0.-")
_DIGITS: Final = re.compile(r"[0-9]+")


class DocumentKind(StrEnum):
    """The kinds a person can be found by."""

    CCCD = "cccd"
    CMND = "cmnd"
    PASSPORT = "passport"
    BHYT = "bhyt"
    BIRTH_CERTIFICATE = "birth-certificate"


_ISSUED_BY_MANY: Final = frozenset({DocumentKind.PASSPORT, DocumentKind.BIRTH_CERTIFICATE})
_KINDS: Final[dict[str, DocumentKind]] = {kind.value: kind for kind in DocumentKind}
_FULL_LENGTH: Final[dict[str, int]] = {
    DocumentKind.CCCD: _CCCD_LENGTH,
    DocumentKind.CMND: _CMND_LENGTH,
    DocumentKind.BHYT: 15,
}
_LOSE_ONE_ZERO: Final[dict[str, int]] = {
    DocumentKind.CMND: _CMND_LENGTH,
    DocumentKind.BHYT: _BHYT_LENGTH,
}


class Document(NamedTuple):
    """A normalised number; equal documents have equal `key`s."""

    kind: DocumentKind
    number: str
    issuer: str = HOME

    @property
    def key(self) -> str:
        """What is compared, and what the blind index is made of.

        A BHYT card of 15 characters and its short form share the ten digits of the social
        insurance number; the number of a passport or birth certificate is somebody's only
        together with who issued it.

        >>> Document(DocumentKind.BHYT, "HS4010120878821").key
        'bhyt:0120878821'
        """
        if self.kind is DocumentKind.BHYT:
            return f"{self.kind}:{self.number[-_BHYT_LENGTH:]}"
        if self.kind in _ISSUED_BY_MANY:
            return f"{self.kind}:{self.issuer}:{self.number}"
        return f"{self.kind}:{self.number}"


@dataclass(frozen=True, slots=True)
class CccdFacts:
    """What the first six digits of a CCCD say. Source: domain.md §4."""

    province: str
    province_known: bool
    sex: str  # male or female
    birth_year: int


_SHAPES: Final[dict[DocumentKind, tuple[Callable[[str], object], str]]] = {
    DocumentKind.CCCD: (re.compile(r"[0-9]{12}").fullmatch, "document.cccd-not-12-digits"),
    DocumentKind.CMND: (re.compile(r"[0-9]{9}").fullmatch, "document.cmnd-not-9-digits"),
    DocumentKind.PASSPORT: (
        re.compile(r"(?=.*[0-9])[A-Z0-9]{5,15}").fullmatch,
        "document.passport-shape",
    ),
    DocumentKind.BHYT: (
        re.compile(r"(?:[A-Z]{2}[1-5][0-9]{2})?[0-9]{10}").fullmatch,
        "document.bhyt-shape",
    ),
    DocumentKind.BIRTH_CERTIFICATE: (
        re.compile(r"(?=.*[0-9])[A-Z0-9Đ][A-Z0-9Đ/]{0,29}").fullmatch,
        "document.birth-certificate-shape",
    ),
}


def normalise(kind: str, text: str, *, issuer: str = HOME) -> Document:
    """A document of that kind with separators gone and letters upper case, or `Malformed`.

    `issuer` matters for passports (ISO 3166-1 alpha-3) and birth certificates (the registry).

    >>> normalise("cccd", "001 093 029 317").number, normalise("passport", "b1234567").key
    ('001093029317', 'passport:VNM:B1234567')
    """
    of_kind = _KINDS.get(kind)
    if of_kind is None:
        raise Malformed("document.unknown-kind", "kind")
    number = text.strip().translate(_SEPARATORS).upper()
    matches, code = _SHAPES[of_kind]
    if not number:
        raise Malformed("document.empty", "number")
    if not matches(number):
        raise Malformed(code, "number")
    return Document(of_kind, number, issuer if of_kind in _ISSUED_BY_MANY else HOME)


def restore_zeros(kind: str, text: str) -> str | None:
    """The number with the leading zeros a spreadsheet dropped, or None if that isn't it.

    Only the import asks, and it reports `document.zeros-restored`; a CCCD may have lost one or
    two (codes 001–096), a CMND or a short BHYT number one.

    >>> restore_zeros("cccd", "1093029317"), restore_zeros("cccd", "990930293")
    ('001093029317', None)
    """
    if len(text) == _FULL_LENGTH.get(kind):
        return None
    bare = text.strip().translate(_SEPARATORS)
    if not (bare.isascii() and _DIGITS.fullmatch(bare)):
        return None
    if kind == DocumentKind.CCCD and len(bare) in {_CCCD_LENGTH - 1, _CCCD_LENGTH - 2}:
        padded = bare.zfill(_CCCD_LENGTH)
        return padded if padded[:3] in CCCD_PROVINCES else None
    length = _LOSE_ONE_ZERO.get(kind)
    return bare.zfill(length) if length and len(bare) == length - 1 else None


def cccd_facts(number: str) -> CccdFacts:
    """Province, sex and birth year that a normalised CCCD number carries.

    >>> cccd_facts("001093029317")
    CccdFacts(province='001', province_known=True, sex='male', birth_year=1993)
    """
    century, female = divmod(int(number[3]), 2)
    return CccdFacts(
        province=number[:3],
        province_known=number[:3] in CCCD_PROVINCES,
        sex="female" if female else "male",
        birth_year=_CENTURY + 100 * century + int(number[4:6]),
    )


def warnings(document: Document, *, sex: str, birth: Birth) -> tuple[str, ...]:
    """What a CCCD says otherwise than the person; never a reason to refuse. Source: domain.md §2.

    >>> warnings(normalise("cccd", "001093029317"), sex="female", birth=Birth(1987))
    ('document.says-other-sex', 'document.says-other-birth-year')
    """
    if document.kind is not DocumentKind.CCCD:
        return ()
    facts = cccd_facts(document.number)
    found = []
    if sex in {"male", "female"} and sex != facts.sex:
        found.append("document.says-other-sex")
    if birth.year != facts.birth_year:
        found.append("document.says-other-birth-year")
    if not facts.province_known:
        found.append("document.unknown-province")
    return tuple(found)
