"""Any text of a QR → its family, its value, its findings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from motma.codec import bhyt, cccd, foreign, issued, personal, place
from motma.codec.model import MAX_BYTES, Family, Finding, Reading, malformed
from motma.codec.screening import EDGES, screen
from motma.kernel.errors import Malformed

_EDGES: Final = frozenset(EDGES)
_MASKED: Final = f"{issued.MASK}|"


@dataclass(frozen=True, slots=True)
class OpaqueFamily:
    """A family whose form is not public (VNeID): told by a test, kept as it is."""

    family: Family
    matches: Callable[[str], bool]


def recognise(text: str, plugins: Sequence[OpaqueFamily] = ()) -> Family:
    """The family a text belongs to, by its looks alone; never raises."""
    bare = text.strip(EDGES)
    for plugin in plugins:
        if plugin.matches(bare):
            return plugin.family
    family = foreign.recognise(bare)
    if family is Family.URL and place.looks_like(bare):
        return Family.PLACE
    if family is not Family.UNKNOWN or "|" not in bare:
        return family
    parts = bare.split("|")
    if bhyt.looks_like(parts):
        return Family.BHYT
    return Family.CCCD if cccd.looks_like(parts) else Family.PERSONAL


def read(text: str | bytes, *, today: date, plugins: Sequence[OpaqueFamily] = ()) -> Reading:
    """The family, value and findings of anything; never raises.

    `today` is the civil day that birth dates may not pass. What readers and keyboards add at the
    ends is taken off with the warning `qr.trimmed`; `Reading.text` is without it.
    """
    if isinstance(text, bytes):
        return _read_bytes(text, today, plugins)
    if not text or (text[-1] not in _EDGES and text[0] not in _EDGES):
        return _read(text, today, plugins)
    reading = _read(text.strip(EDGES), today, plugins)
    return replace(reading, warnings=(Finding("qr.trimmed"), *reading.warnings))


def _read_bytes(data: bytes, today: date, plugins: Sequence[OpaqueFamily]) -> Reading:
    """The reading of UTF-8; other bytes are shown with replacement characters and refused."""
    try:
        return read(data.decode(), today=today, plugins=plugins)
    except UnicodeDecodeError:
        shown = data[:MAX_BYTES].decode(errors="replace")
        return malformed(shown, Family.UNKNOWN, [Finding("qr.not-utf8")])


def _read(text: str, today: date, plugins: Sequence[OpaqueFamily]) -> Reading:
    """The reading of a text without edges; the common case is answered first."""
    if not plugins:
        known = personal.read_plain(text, today=today) or _read_masked(text)
        if known is not None:
            return known
    problems = screen(text)
    family = recognise(text, plugins)
    if problems:
        return malformed(text, family, problems)
    reader = _READERS.get(family)
    if reader is not None:
        return reader(text, today=today)
    return place.read(text) if family is Family.PLACE else foreign.read(text, family)


def _read_masked(text: str) -> Reading | None:
    """The reading of our masked form in one match; None when it is anything else."""
    if not text.startswith(_MASKED):
        return None
    try:
        return Reading(text, Family.PERSONAL, issued.parse(text))
    except Malformed:
        return None


def _read_personal(text: str, *, today: date) -> Reading:
    """A v1.1 text; in our own layout its value is `Issued`."""
    reading = personal.examine(text, today=today)
    value = reading.fields
    if not isinstance(value, personal.Personal) or value.token(5) != f"v={issued.LAYOUT}":
        return reading
    try:
        return replace(reading, fields=issued.parse(text))
    except Malformed as why:
        return malformed(text, Family.PERSONAL, [Finding(why.reason, why.field)])


_READERS: Final = {
    Family.PERSONAL: _read_personal,
    Family.CCCD: cccd.read,
    Family.BHYT: bhyt.read,
}
