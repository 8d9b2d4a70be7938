"""One row of text → a claim, and what was found in it; pure, run in the worker processes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Final, NamedTuple

from motma.identity.model import (
    SEXES,
    Assurance,
    Claim,
    Profile,
    ShownDocument,
    judge,
    names_line,
)
from motma.kernel import birth, documents, names, phones, units
from motma.kernel.documents import Document, DocumentKind
from motma.kernel.errors import Malformed

_SEX: Final = {
    "nam": "male", "m": "male", "1": "male", "trai": "male",
    "nu": "female", "f": "female", "2": "female", "gai": "female",
    "khac": "other", "": "unknown", "0": "unknown", "khongro": "unknown",
    **{sex: sex for sex in SEXES},
}  # fmt: skip
_COUNTRY_LETTERS: Final = 3  # ISO 3166-1 alpha-3
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
    """A row that makes a person; `qid` is one that fits ours, `alias` any other text."""

    claim: Claim
    profile: Profile
    statement: str
    qid: str | None
    alias: str | None
    guardian: Document | None
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that makes none: (column, code) of each reason."""

    reasons: tuple[tuple[str, str], ...]


class Layout(NamedTuple):
    """How to read the rows of one file."""

    places: dict[str, int]
    proven: bool  # documents were seen by the source, not only declared
    today: date


def texts_of(cells: Sequence[str], layout: Layout) -> dict[str, str]:
    """Field → text, without empty ones; a spreadsheet's leading apostrophe is not part of it."""
    texts = {}
    for field, place in layout.places.items():
        text = cells[place].strip() if place < len(cells) else ""
        if text.startswith("'"):
            text = text.lstrip("'").lstrip()
        if text:
            texts[field] = text
    return texts


def statement(texts: Mapping[str, str], *, source: str, assurance: Assurance) -> str:
    """All that a row says, who says it and how surely: the same again is never news."""
    said = (f"{field}={texts[field]}" for field in sorted(texts))
    return "|".join((source, str(int(assurance)), *said))


def read(
    cells: Sequence[str], layout: Layout, *, source: str, assurance: Assurance, now: datetime
) -> Read | Refused:
    """What a row says. A row is refused whole: nobody is imported with half of their data."""
    texts = texts_of(cells, layout)
    warnings: list[tuple[str, str]] = []
    try:
        qid = _qid(texts.get("qid", ""))
        guardian = _guardian(texts.get("guardian_document", ""))
        claim = _claim(texts, layout, warnings)
        profile = judge(claim, source=source, assurance=assurance, now=now)
    except Malformed as malformed:
        reasons = tuple(_reasons(texts, layout))
        return Refused(reasons or ((malformed.field or "", malformed.reason),))
    fits = len(qid) == _QID_DIGITS and qid.isdigit() and qid[0] != "0"
    return Read(
        claim=claim,
        profile=profile,
        statement=statement(texts, source=source, assurance=assurance),
        qid=qid if fits else None,
        alias=qid if qid and not fits else None,
        guardian=guardian,
        warnings=tuple(warnings),
    )


def _claim(texts: Mapping[str, str], layout: Layout, warnings: list[tuple[str, str]]) -> Claim:
    """The row as a registration: what spreadsheets do to it undone, the rest left to `judge`."""
    get = texts.get
    code, as_of = _commune(get("commune_code", "")), _day(get("commune_as_of", ""), layout.today)
    odd = units.finding(code, as_of) if code else None
    if odd is not None:
        warnings.append(("commune_code", odd))
    return Claim(
        full_name=get("full_name", ""),
        birth=_birth(get("birth_date", ""), layout.today),
        sex=_sex(get("sex", "")),
        nationality=_country(get("nationality", "")) or None,
        documents=tuple(_documents(texts, layout, warnings)),
        phones=tuple(_phone(text) for text in (get("phone"), get("phone_2")) if text),
        commune_code=code or None,
        commune_as_of=as_of,
        address=get("address"),
    )


def _reasons(texts: Mapping[str, str], layout: Layout) -> Iterator[tuple[str, str]]:
    """Every reason to refuse the row, column by column; asked only when there is one."""
    columns: dict[str, Callable[[str], object]] = {
        "full_name": names.clean,
        "birth_date": partial(_birth, today=layout.today),
        "sex": _sex,
        "nationality": _country,
        "phone": lambda text: text and phones.normalise(_phone(text)),
        "phone_2": lambda text: text and phones.normalise(_phone(text)),
        "commune_code": _commune,
        "commune_as_of": partial(_day, today=layout.today),
        "address": names_line,
        "qid": _qid,
        "guardian_document": _guardian,
    }
    for column, parse in columns.items():
        try:
            parse(texts.get(column, ""))
        except Malformed as malformed:
            yield column, malformed.reason
    for column, kind, text in _numbers(texts):
        try:
            documents.normalise(kind, documents.restore_zeros(kind, text) or text)
        except Malformed as malformed:
            yield column, malformed.reason


def _birth(text: str, today: date) -> str:
    if not text:
        raise Malformed("birth.empty")
    return str(birth.parse_as_written(text, today=today))


def _sex(text: str) -> str:
    sex = _SEX.get(text.lower()) or _SEX.get(names.fold(text).lower().replace(" ", ""))
    if sex is None:
        raise Malformed("identity.sex")
    return sex


@lru_cache(maxsize=4096)
def _country(text: str) -> str:
    """An alpha-3 code; Vietnam also by name."""
    if not text:
        return ""
    code = _COUNTRY.get(names.fold(text).replace(" ", ""), text.upper())
    if not (len(code) == _COUNTRY_LETTERS and code.isascii() and code.isalpha()):
        raise Malformed("identity.country")
    return code


def _phone(text: str) -> str:
    return phones.restore_zero(text) or text


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


@lru_cache(maxsize=4096)  # a file has few days and countries, and a million rows
def _day(text: str, today: date) -> date | None:
    """The day a commune's code is of: a whole date, not after today or the last change."""
    if not text:
        return None
    day = birth.parse_as_written(text, today=max(today, units.CHANGED_ON))
    if day.day is None:
        raise Malformed("birth.not-a-date")
    return day.earliest()


def _documents(
    texts: Mapping[str, str], layout: Layout, warnings: list[tuple[str, str]]
) -> Iterator[ShownDocument]:
    """Each number of the row; lost zeros come back with a warning."""
    for column, kind, text in _numbers(texts):
        restored = documents.restore_zeros(kind, text)
        if restored is not None:
            warnings.append((column, "document.zeros-restored"))
        yield ShownDocument(
            kind=kind,
            number=restored or text,
            issuer=_issuer(texts) if kind == DocumentKind.PASSPORT else documents.HOME,
            seen=layout.proven,
        )


def _issuer(texts: Mapping[str, str]) -> str:
    """Who issued a passport: the country of the nationality, which is judged as its own column."""
    try:
        return _country(texts.get("nationality", "")) or documents.HOME
    except Malformed:
        return documents.HOME


def _guardian(text: str) -> Document | None:
    """By which document the guardian is known; its kind is told by its shape."""
    if not text:
        return None
    kind = _kind(text)
    return documents.normalise(kind, documents.restore_zeros(kind, text) or text)


def _kind(number: str) -> str:
    """CMND, CCCD or passport, as a column that mixes them holds."""
    if not (number.isascii() and number.isdigit()):
        return DocumentKind.PASSPORT
    return DocumentKind.CMND if len(number) <= _CMND_DIGITS else DocumentKind.CCCD


def _numbers(texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Column, kind and text of each number in the row; a mixed column is told by its shape."""
    given: set[str] = set()
    mixed = texts.get("identity_number", "")
    if mixed:
        kind = _kind(mixed)
        given.add(kind)
        yield "identity_number", kind, mixed
    for column in _NUMBERED:
        text, kind = texts.get(column, ""), column.replace("_", "-")
        if text and kind not in given:
            yield column, kind, text
