"""One row of text → a claim, and what was found in it; pure, run in the worker processes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from motma.identity.model import SEXES, Claim, ShownDocument, names_line
from motma.kernel import birth, documents, names, phones, units
from motma.kernel.documents import DocumentKind
from motma.kernel.errors import Malformed

_SEX: Final = {
    "nam": "male", "m": "male", "1": "male", "trai": "male",
    "nu": "female", "f": "female", "2": "female", "gai": "female",
    "khac": "other", "": "unknown", "0": "unknown", "khongro": "unknown",
    **{sex: sex for sex in SEXES},
}  # fmt: skip
_COUNTRY: Final = {"VIETNAM": "VNM", "VN": "VNM"}
_CMND_DIGITS: Final = 9
_COMMUNE_DIGITS: Final = 5
_LONGEST_QID: Final = 64
_QID_DIGITS: Final = 18
_NUMBERED: Final = ("cccd", "cmnd", "passport", "bhyt", "birth_certificate")


class Finding(NamedTuple):
    """What is wrong (`error`: the row is refused) or odd (`warning`) in a row; no personal data."""

    row: int
    column: str
    severity: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A row that makes a claim; `qid` keeps ours-like codes, `alias` any other text."""

    claim: Claim
    qid: str | None
    alias: str | None
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that makes none: (column, code) of each reason."""

    reasons: tuple[tuple[str, str], ...]


class Layout(NamedTuple):
    """How to read the rows of one file."""

    places: Mapping[str, int]
    proven: bool  # documents were seen by the source, not only declared
    today: date


def read(cells: Sequence[str], layout: Layout) -> Read | Refused:
    """What a row says. A row is refused whole: nobody is imported with half of their data."""
    texts = {
        field: cells[place].strip().removeprefix("'").strip()
        for field, place in layout.places.items()
        if place < len(cells)
    }
    reasons: list[tuple[str, str]] = []
    warnings: list[tuple[str, str]] = []

    def column(name: str, parse: Callable[[str], str]) -> str:
        try:
            return parse(texts.get(name, ""))
        except Malformed as malformed:
            reasons.append((name, malformed.reason))
            return ""

    claim = Claim(
        full_name=column("full_name", names.clean),
        birth=column("birth_date", lambda text: _birth(text, layout.today)),
        sex=column("sex", _sex),
        nationality=column("nationality", _country) or None,
        documents=tuple(_documents(texts, layout, reasons, warnings)),
        phones=tuple(
            number
            for name in ("phone", "phone_2")
            if texts.get(name) and (number := column(name, _phone))
        ),
        commune_code=column("commune_code", _commune) or None,
        commune_as_of=_day(column("commune_as_of", lambda text: _as_of(text, layout.today))),
        address=column("address", names_line) or None,
    )
    qid = column("qid", _qid)
    if reasons:
        return Refused(tuple(reasons))
    warnings += _commune_warnings(claim)
    fits = len(qid) == _QID_DIGITS and qid.isdigit() and qid[0] != "0"
    return Read(
        claim=claim,
        qid=qid if fits else None,
        alias=qid if qid and not fits else None,
        warnings=tuple(warnings),
    )


def _birth(text: str, today: date) -> str:
    if not text:
        raise Malformed("birth.empty")
    return str(birth.parse_as_written(text, today=today))


def _sex(text: str) -> str:
    sex = _SEX.get(text.lower()) or _SEX.get(names.fold(text).lower().replace(" ", ""))
    if sex is None:
        raise Malformed("identity.sex")
    return sex


def _country(text: str) -> str:
    """An alpha-3 code; Vietnam also by name."""
    if not text:
        return ""
    code = _COUNTRY.get(names.fold(text).replace(" ", ""), text.upper())
    if not (len(code) == 3 and code.isascii() and code.isalpha()):  # noqa: PLR2004 - alpha-3
        raise Malformed("identity.country")
    return code


def _phone(text: str) -> str:
    return phones.normalise(phones.restore_zero(text) or text)


def _qid(text: str) -> str:
    """Any printable word: codes of older platforms stay scannable."""
    if text and (len(text) > _LONGEST_QID or not text.isprintable() or set(text) & set(" |<>=")):
        raise Malformed("identity.qid")
    return text


def _commune(text: str) -> str:
    """A commune's code with the zeros that a spreadsheet dropped."""
    if not text:
        return ""
    if not (text.isascii() and text.isdigit() and len(text) <= _COMMUNE_DIGITS):
        raise Malformed("identity.commune")
    return text if units.candidates(text) else text.zfill(_COMMUNE_DIGITS)


def _as_of(text: str, today: date) -> str:
    if not text:
        return ""
    day = birth.parse_as_written(text, today=max(today, units.CHANGED_ON))
    if day.day is None:
        raise Malformed("birth.not-a-date")
    return str(day)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _commune_warnings(claim: Claim) -> Iterator[tuple[str, str]]:
    if claim.commune_code is not None:
        found = units.finding(claim.commune_code, claim.commune_as_of)
        if found is not None:
            yield "commune_code", found


def _documents(
    texts: Mapping[str, str],
    layout: Layout,
    reasons: list[tuple[str, str]],
    warnings: list[tuple[str, str]],
) -> Iterator[ShownDocument]:
    """Each document of the row once; lost zeros come back with a warning."""
    for column, kind, text in _numbers(texts):
        issuer = _issuer(texts) if kind == DocumentKind.PASSPORT else documents.HOME
        restored = documents.restore_zeros(kind, text)
        try:
            document = documents.normalise(kind, restored or text, issuer=issuer)
        except Malformed as malformed:
            reasons.append((column, malformed.reason))
            continue
        if restored is not None:
            warnings.append((column, "document.zeros-restored"))
        yield ShownDocument(
            kind=document.kind, number=document.number, issuer=document.issuer, seen=layout.proven
        )


def _issuer(texts: Mapping[str, str]) -> str:
    """Who issued a passport: the country of the nationality, which is judged as its own column."""
    try:
        return _country(texts.get("nationality", "")) or documents.HOME
    except Malformed:
        return documents.HOME


def _numbers(texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Column, kind and text of each number in the row; a mixed column is told by its shape."""
    given = set()
    mixed = texts.get("identity_number", "")
    if mixed:
        digits = mixed.isascii() and mixed.isdigit()
        kind = "passport" if not digits else "cmnd" if len(mixed) <= _CMND_DIGITS else "cccd"
        given.add(kind)
        yield "identity_number", kind, mixed
    for column in _NUMBERED:
        text, kind = texts.get(column, ""), column.replace("_", "-")
        if text and kind not in given:
            yield column, kind, text
