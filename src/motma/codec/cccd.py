"""The QR of the CCCD card: six, seven or eleven fields, tolerant of more.

`id|old CMND|name|ddmmyyyy|Nam/Nữ|address|issue date ddmmyyyy`; the old number may be empty or its
field missing, the issue date may be missing, cards of the 2024 model add fields. Source:
domain.md §3.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from motma.codec.model import Family, Finding, Reading, malformed
from motma.codec.personal import NAME_LETTERS, document_warnings
from motma.codec.screening import screen
from motma.kernel.birth import Birth
from motma.kernel.birth import parse_as_written as read_birth
from motma.kernel.errors import Malformed

_SEXES: Final = {"nam": "male", "nữ": "female"}
_AS_IN_PERSONAL: Final = {"male": "1", "female": "2"}
_DAY: Final = re.compile(r"[0-9]{8}")
_NUMBER: Final = re.compile(r"[0-9]{12}")
_OLD_NUMBER: Final = re.compile(r"(?:[0-9]{9}|[0-9]{12})?")

#: Places of the birth date: without and with the field of the old number.
_BIRTH_AT: Final = (3, 2)

#: Fewest fields: number, name, birth date, sex, address.
_FEWEST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cccd:
    """A CCCD card, text in NFC."""

    number: str
    old_number: str | None
    name: str
    birth: Birth
    sex: str  # male or female
    address: str
    issued_on: date | None
    extra: tuple[str, ...] = ()


def looks_like(parts: list[str]) -> bool:
    """Whether the fields are arranged as on a CCCD card."""
    return len(parts) >= _FEWEST and _birth_position(parts) is not None


def read(text: str, *, today: date) -> Reading:
    """The value and all findings; never raises."""
    problems = screen(text)
    parts = unicodedata.normalize("NFC", text).split("|")
    position = _birth_position(parts)
    if not problems and (position is None or len(parts) < position + 3):
        problems = [Finding("cccd.fields")]
    if problems or position is None:
        return malformed(text, Family.CCCD, problems)
    return _read_fields(text, parts, position, today)


def _birth_position(parts: list[str]) -> int | None:
    """Where the birth date stands: told by eight digits there, or by a sex after it."""
    for at in _BIRTH_AT:
        if len(parts) > at and _DAY.fullmatch(parts[at]):
            return at
    for at in _BIRTH_AT:
        if len(parts) > at + 1 and _sex(parts[at + 1]) is not None:
            return at
    return None


def _read_fields(text: str, parts: list[str], at: int, today: date) -> Reading:
    """The value, field by field, counted from the birth date."""
    number, old, name = parts[0], parts[1] if at == _BIRTH_AT[0] else "", parts[at - 1]
    sex, address = _sex(parts[at + 1]), parts[at + 2]
    problems: list[Finding] = []
    birth = _birth(parts[at], today, problems)
    issued_on = _issue_day(parts[at + 3] if len(parts) > at + 3 else "", problems)
    for fine, code, field in (
        (_NUMBER.fullmatch(number), "cccd.number", "number"),
        (_OLD_NUMBER.fullmatch(old), "cccd.old-number", "old_number"),
        (NAME_LETTERS.fullmatch(name), "cccd.name", "name"),
        (sex, "cccd.sex", "sex"),
    ):
        if not fine:
            problems.append(Finding(code, field))
    if problems or birth is None or sex is None:
        return malformed(text, Family.CCCD, problems)
    value = Cccd(
        number=number, old_number=old or None, name=name, birth=birth, sex=sex,
        address=address, issued_on=issued_on, extra=tuple(parts[at + 4 :]),
    )  # fmt: skip
    return Reading(text, Family.CCCD, value, (), _warnings(value, today))


def _warnings(value: Cccd, today: date) -> tuple[Finding, ...]:
    """What is odd, and no reason to refuse."""
    found = document_warnings(value.number, value.birth.year, _AS_IN_PERSONAL[value.sex])
    if value.issued_on is not None and value.issued_on > today:
        found.append(Finding("cccd.issued-in-future", "issued_on"))
    return tuple(found)


def _sex(text: str) -> str | None:
    """Male or female as the card writes it."""
    return _SEXES.get(unicodedata.normalize("NFC", text).casefold())


def _birth(text: str, today: date, problems: list[Finding]) -> Birth | None:
    """The birth date; a card of an elder may have zeros for day and month."""
    day, month, year = text[:2], text[2:4], text[4:]
    written = year if day + month == "0000" else f"{day}/{month}/{year}"
    try:
        birth = read_birth(written, today=today) if _DAY.fullmatch(text) else None
    except Malformed:
        birth = None
    if birth is None:
        problems.append(Finding("cccd.birth-date", "birth"))
    return birth


def _issue_day(text: str, problems: list[Finding]) -> date | None:
    """The day of issue, if the card tells it."""
    if not text:
        return None
    try:
        issued_on = _day(text) if _DAY.fullmatch(text) else None
    except ValueError:
        issued_on = None
    if issued_on is None:
        problems.append(Finding("cccd.issue-date", "issued_on"))
    return issued_on


def _day(text: str) -> date:
    """The day of `ddmmyyyy`."""
    return date(int(text[4:]), int(text[2:4]), int(text[:2]))
