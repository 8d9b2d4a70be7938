"""The personal QR of Decision 1405/QĐ-BTTTT, v1.1: read, written back byte for byte, shown.

`SoGiayTo|HoTen|NgaySinh|LoaiDinhDanh|QID|EXT`; EXT is `<`-separated: declarant's QID, sex, BHYT,
phone, signature, others. Missing and unknown tokens of EXT are kept exactly.
Source: docs/qr-format.md.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from motma.codec.model import MAX_BYTES, Family, Finding, Reading, malformed
from motma.codec.screening import screen
from motma.kernel.documents import CCCD_PROVINCES

FIELDS: Final = 6

#: Nobody alive was born before. Source: as kernel.birth, a round year below it.
EARLIEST_YEAR: Final = 1850

#: The codes of countries on cards of people born abroad. Source: Circular 59/2021/TT-BCA, annex II.
_COUNTRIES: Final = range(101, 296)
BIRTHPLACES: Final = CCCD_PROVINCES | {str(code) for code in _COUNTRIES}

SIX_STARS: Final = "******"
MASKED_DAY: Final = "-**-**"

_CCCD_LENGTH: Final = 12
_SEXES: Final = frozenset("12")

_DOCUMENT: Final = r"[0-9A-Z]{5,20}|"
_NAME: Final = r"[A-Z][A-Z'.-]*(?: [A-Z'.-]+)*"
_QID: Final = r"[0-9A-Za-z_.:-]{1,128}"
_BHYT: Final = r"[A-Z]{2}[0-9]{13}|[0-9]{10}"

#: The whole of a well-formed text without warnings about its spelling: one match, no branches.
_PLAIN: Final = re.compile(
    rf"({_DOCUMENT})\|({_NAME})\|([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})\|([01])\|({_QID})\|"
    rf"((?:{_QID})?(?:<([012]?)(?:<(?:{_BHYT})?(?:<(?:0[0-9]{{9}})?(?:<(?!v=)[ -;=-{{}}~]*)*)?)?)?)"
)
_DOCUMENT_SHAPE: Final = re.compile(_DOCUMENT)
_QID_SHAPE: Final = re.compile(_QID)
_MASKED_DOCUMENT: Final = re.compile(r"\*{6}[0-9A-Z]{0,20}")
_MASKED_BIRTH: Final = re.compile(r"[0-9]{4}-\*\*-\*\*")
_BIRTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TOKENS: Final = tuple(
    (re.compile(shape), name)
    for name, shape in (
        ("declarant", rf"(?:{_QID})?"),
        ("sex", r"[012]?"),
        ("bhyt", rf"(?:{_BHYT})?"),
        ("phone", r"(?:0[0-9]{9})?"),
    )
)
#: Letters and marks of any script, and what joins the words of a name.
NAME_LETTERS: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '.\-\u0300-\u036f\u2019])*")


@dataclass(frozen=True, slots=True)
class Personal:
    """A v1.1 text, field by field, as written."""

    document: str
    name: str
    born: str
    identity_kind: str  # 0 declared by the person, 1 on the person's behalf
    qid: str
    tokens: tuple[str, ...] | None  # EXT; None when the text ends before it

    def token(self, position: int) -> str:
        """A token of EXT, empty when absent."""
        return self.tokens[position] if self.tokens and position < len(self.tokens) else ""

    @property
    def declarant(self) -> str:
        """QID of who declared, or empty."""
        return self.token(0)

    @property
    def sex(self) -> str:
        """0 unknown, 1 male, 2 female, or empty."""
        return self.token(1)

    @property
    def bhyt(self) -> str:
        """Health insurance number, or empty."""
        return self.token(2)

    @property
    def phone(self) -> str:
        """Ten digits, or empty."""
        return self.token(3)

    @property
    def signature(self) -> str:
        """The signature slot, or empty."""
        return self.token(4)

    @property
    def extra(self) -> tuple[str, ...]:
        """What follows the signature slot."""
        return (self.tokens or ())[5:]

    @property
    def is_versioned(self) -> bool:
        """Whether it is of our form, in which values may be masked."""
        return self.token(5).startswith("v=")


def serialise(value: Personal) -> str:
    """The text again, byte for byte."""
    parts = [value.document, value.name, value.born, value.identity_kind, value.qid]
    if value.tokens is not None:
        parts.append("<".join(value.tokens))
    return "|".join(parts)


def parse(text: str, *, today: date) -> Personal:
    """The value, or `Malformed` with the first problem."""
    return read(text, today=today).require(Personal)


def read(text: str, *, today: date) -> Reading:
    """The value and all findings; never raises."""
    return read_plain(text, today=today) or examine(text, today=today)


def read_plain(text: str, *, today: date) -> Reading | None:
    """The reading of a well-formed text in one match; None when there is any doubt."""
    found = _PLAIN.fullmatch(text)
    if found is None or len(text) > MAX_BYTES:
        return None
    document, name, written, kind, qid, ext, sex = found.groups()
    try:
        born = date.fromisoformat(written)
    except ValueError:
        return None
    if born > today or born.year < EARLIEST_YEAR:
        return None
    value = Personal(document, name, written, kind, qid, tuple(ext.split("<")))
    warnings = tuple(document_warnings(document, born.year, sex or ""))
    return Reading(text, Family.PERSONAL, value, (), warnings)


def examine(text: str, *, today: date) -> Reading:
    """The reading with every finding, one by one."""
    problems = screen(text)
    if problems:
        return malformed(text, Family.PERSONAL, problems)
    parts = text.split("|")
    if len(parts) < FIELDS - 1:
        return malformed(text, Family.PERSONAL, [Finding("qr.too-few-fields")])
    if len(parts) > FIELDS:
        return malformed(text, Family.PERSONAL, [Finding("qr.too-many-fields")])
    tokens = tuple(parts[5].split("<")) if len(parts) == FIELDS else None
    document, name, born, kind, qid = parts[:5]
    value = Personal(document, name, born, kind, qid, tokens)
    problems = [*_body_problems(value, today), *_token_problems(value)]
    warnings = _warnings(value)
    if problems:
        return malformed(text, Family.PERSONAL, problems, warnings)
    return Reading(text, Family.PERSONAL, value, (), tuple(warnings))


def document_warnings(number: str, birth_year: int, sex: str) -> list[Finding]:
    """What a CCCD number says otherwise than the text; `sex` is 1, 2 or unknown.

    Source: domain.md §4 (PPP G YY NNNNNN; G even = male, each pair of values one century).
    """
    if len(number) != _CCCD_LENGTH or not (number.isascii() and number.isdigit()):
        return [] if number else [Finding("qr.document-missing", "document")]
    century, female = divmod(int(number[3]), 2)
    found = []
    if 1900 + 100 * century + int(number[4:6]) != birth_year:
        found.append(Finding("qr.id-says-other-birth-year", "document"))
    if sex in _SEXES and female != int(sex) - 1:
        found.append(Finding("qr.id-says-other-sex", "document"))
    if number[:3] not in BIRTHPLACES:
        found.append(Finding("qr.id-birthplace-unknown", "document"))
    return found


def birth_date_problem(text: str, today: date) -> str | None:
    """The code of what is wrong with `YYYY-MM-DD`, or None."""
    found = _BIRTH.fullmatch(text)
    try:
        born = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        born = None
    if born is None or born.year < EARLIEST_YEAR:
        return "qr.birth-date"
    return "qr.birth-date-in-future" if born > today else None


def _body_problems(value: Personal, today: date) -> list[Finding]:
    """What is wrong before EXT."""
    found = [_masked_problem(value) or _document_problem(value)]
    if not NAME_LETTERS.fullmatch(value.name):
        found.append(Finding("qr.name", "name"))
    if not _MASKED_BIRTH.fullmatch(value.born):
        code = birth_date_problem(value.born, today)
        found.append(Finding(code, "born") if code else None)
    if value.identity_kind not in {"0", "1"}:
        found.append(Finding("qr.identity-kind", "identity_kind"))
    if not _QID_SHAPE.fullmatch(value.qid):
        found.append(Finding("qr.qid" if value.qid else "qr.qid-missing", "qid"))
    return [finding for finding in found if finding]


def _masked_problem(value: Personal) -> Finding | None:
    """Stars are content only in our versioned form; else somebody copied what is for the eye."""
    stars = "*" in value.document or _MASKED_BIRTH.fullmatch(value.born)
    return Finding("qr.masked-unsigned") if stars and not value.is_versioned else None


def _document_problem(value: Personal) -> Finding | None:
    """A number of 5 to 20 digits and capital letters, none, or in our form a masked one."""
    shape = _MASKED_DOCUMENT if value.is_versioned and "*" in value.document else _DOCUMENT_SHAPE
    return None if shape.fullmatch(value.document) else Finding("qr.document", "document")


def _token_problems(value: Personal) -> list[Finding]:
    """What is wrong in the four national positions of EXT; later tokens are anybody's."""
    tokens = value.tokens or ()
    return [
        Finding(f"qr.{name}", name)
        for token, (shape, name) in zip(tokens, _TOKENS, strict=False)
        if not shape.fullmatch(token)
    ]


def _warnings(value: Personal) -> list[Finding]:
    """What is odd, and no reason to refuse."""
    found = []
    if value.tokens is None:
        found.append(Finding("qr.ext-missing"))
    if not value.name.isascii():
        found.append(Finding("qr.name-diacritics", "name"))
    if value.name != value.name.upper():
        found.append(Finding("qr.name-case", "name"))
    if "  " in value.name or value.name != value.name.strip():
        found.append(Finding("qr.name-spacing", "name"))
    if value.is_versioned and value.token(5) != "v=1":
        found.append(Finding("qr.layout-unknown"))
    if "*" in value.document or not value.born[:4].isdecimal():
        return found
    return found + document_warnings(value.document, int(value.born[:4]), value.sex)


def display_masked(value: Personal) -> Personal:
    """The national form for the eye: six stars, day and month hidden. Not scannable content.

    >>> display_masked(Personal("079201921616", "A", "2001-04-14", "0", "1", None)).document
    '******921616'
    """
    hidden = SIX_STARS + value.document[len(SIX_STARS) :]
    born = value.born[:4] + MASKED_DAY
    return replace(value, document=hidden, born=born)
