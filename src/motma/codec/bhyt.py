"""The QR of the health insurance card (BHYT), with 15-character or 10-digit numbers.

`number|name as hex of UTF-8|birth date|sex 1/2|address as hex or -|facility|valid from|valid to|…$`
The 2021 layout moves the address to the sixteenth field. No official text is public: the layout
is that of public parsers. Source: domain.md §3.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from motma.codec.model import Family, Finding, Reading, malformed
from motma.codec.personal import NAME_LETTERS
from motma.codec.screening import repair_mojibake, screen
from motma.kernel.birth import Birth
from motma.kernel.birth import parse_as_written as read_birth
from motma.kernel.errors import Malformed

#: Two letters, benefit 1–5, province, ten digits; or the ten digits alone. Source: domain.md §4.
_NUMBER: Final = re.compile(r"(?:[A-Z]{2}[1-5][0-9]{2})?[0-9]{10}")
_NUMBER_LIKE: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{0,20}|[0-9]{10}")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_DAY: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")

_SEXES: Final = {"1": "male", "2": "female"}
_NOTHING: Final = "-"
_FEWEST: Final = 7
_ADDRESS_AT: Final = (4, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bhyt:
    """A health insurance card, text in NFC."""

    number: str
    name: str
    birth: Birth
    sex: str  # male or female
    address: str | None
    facility: str | None
    valid_from: date | None
    valid_until: date | None


def looks_like(parts: list[str]) -> bool:
    """Whether the fields are arranged as on a BHYT card."""
    return (
        len(parts) >= _FEWEST
        and _NUMBER_LIKE.fullmatch(parts[0]) is not None
        and _HEX.fullmatch(parts[1]) is not None
    )


def read(text: str, *, today: date) -> Reading:
    """The value and all findings; never raises."""
    problems = screen(text)
    parts = [part.strip(" ") for part in text.split("|")]
    if not problems and len(parts) < _FEWEST:
        problems = [Finding("bhyt.fields")]
    if problems:
        return malformed(text, Family.BHYT, problems)
    name, birth, sex = _from_hex(parts[1]), _birth(parts[2], today), _SEXES.get(parts[3])
    since, until = _day(parts[6]), _day(parts[7]) if len(parts) > _FEWEST else None
    address, odd_address = _address(parts)
    for fine, code, field in (
        (_NUMBER.fullmatch(parts[0]), "bhyt.number", "number"),
        (name and NAME_LETTERS.fullmatch(name), "bhyt.name", "name"),
        (birth, "bhyt.birth-date", "birth"),
        (sex, "bhyt.sex", "sex"),
        (not odd_address, "bhyt.address", "address"),
        (since is not _BAD, "bhyt.valid-from", "valid_from"),
        (until is not _BAD, "bhyt.valid-until", "valid_until"),
    ):
        if not fine:
            problems.append(Finding(code, field))
    if problems or name is None or birth is None or sex is None:
        return malformed(text, Family.BHYT, problems)
    value = Bhyt(
        number=parts[0], name=name, birth=birth, sex=sex, address=address,
        facility=None if parts[5] == _NOTHING else parts[5] or None,
        valid_from=since, valid_until=until,
    )  # fmt: skip
    return Reading(text, Family.BHYT, value)


#: A date that is there and can't be read; the calendar's last day is nobody's.
_BAD: Final = date.max


def _day(text: str) -> date | None:
    """A day, None when the field says nothing, `_BAD` when it is no day."""
    if text in {"", _NOTHING}:
        return None
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else _BAD
    except ValueError:
        return _BAD


def _birth(text: str, today: date) -> Birth | None:
    """A day or a year alone; None when it is neither."""
    try:
        return read_birth(text, today=today)
    except Malformed:
        return None


def _address(parts: list[str]) -> tuple[str | None, bool]:
    """The address wherever the layout has it, and whether one is there that can't be read."""
    for at in _ADDRESS_AT:
        if len(parts) > at and parts[at] not in {"", _NOTHING, "$"}:
            address = _from_hex(parts[at])
            return address, address is None
    return None, False


def _from_hex(text: str) -> str | None:
    """The text behind the hex digits in NFC; None when it is none or hides something."""
    if not _HEX.fullmatch(text):
        return None
    try:
        plain = unicodedata.normalize("NFC", bytes.fromhex(text).decode())
    except UnicodeDecodeError:
        return None
    return None if screen(plain) or repair_mojibake(plain) else plain
