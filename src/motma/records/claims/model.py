"""Claims as values: what is said, what is decided, which decision answers which wish."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from motma.access.model import line
from motma.kernel import names
from motma.kernel.clock import civil_day
from motma.kernel.errors import Malformed
from motma.kernel.working_days import after_working_days
from motma.records.model import Dose, Recovery, Test, What

STATEMENT_COLUMN: Final = "record_claim.sealed"
PHOTO_COLUMN: Final = "record_claim.photo"
DECISION_COLUMN: Final = "record_claim.decision"

#: Working days until a decision is due. Source: issue 3 §4; Decree 356/2025 gives as many.
DUE_AFTER: Final = 2
#: Open claims of one person: a registrar reads each.
MOST_OPEN: Final = 10
#: Days around the one that the person remembers.
DAYS_AROUND: Final = 3
#: Bytes of a photo: a page from a phone, not an album.
MOST_PHOTO: Final = 5 * 1024 * 1024
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_SHORTEST_SITE: Final = 3
_MOST_SITE: Final = 200
_MOST_NOTE: Final = 1000

Wish = Literal["missing", "wrong", "not-mine"]
Effect = Literal["attached", "detached", "retracted", "forwarded"]

#: What may answer which wish; `forwarded` only tells the source.
ANSWERS: Final[Mapping[str, frozenset[str]]] = {
    "missing": frozenset({"attached", "forwarded"}),
    "wrong": frozenset({"retracted", "forwarded"}),
    "not-mine": frozenset({"detached"}),
}


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record that a person expects: what, on which day, where."""

    type: Literal["dose", "test", "recovery"]
    day: date
    site: str


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person claims, sealed: a record they expect, or one of theirs that is wrong."""

    wish: Wish
    expected: Expected | None = None
    record_id: UUID | None = None
    note: str = ""


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a claim is accepted: what that does, why, and which waiting record it is."""

    effect: Effect
    reason: str
    record_id: UUID | None = None


class Decided(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision, sealed; of an accepted claim with what it did to which record."""

    reason: str
    by: UUID
    effect: Effect | None = None
    record_id: UUID | None = None


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim as the person and the registrar read it."""

    claim_id: UUID
    state: str  # open, accepted, refused
    said: Statement
    filed_at: datetime
    due_on: date
    overdue: bool
    with_photo: bool
    decided_at: datetime | None = None
    reason: str | None = None
    effect: Effect | None = None


def judge(said: Statement, *, today: date) -> Statement:
    """The statement as it is kept; Malformed names the field."""
    note = line(said.note, field="note", most=_MOST_NOTE)
    if (said.wish == "missing") != (said.record_id is None):
        raise Malformed("claims.record-or-expectation", "record_id")
    if (said.wish == "missing") != (said.expected is not None):
        raise Malformed("claims.record-or-expectation", "expected")
    if said.wish != "missing" and not note:
        raise Malformed("claims.note-needed", "note")
    expected = said.expected and expectation(said.expected, today=today)
    return msgspec.structs.replace(said, note=note, expected=expected)


def expectation(expected: Expected, *, today: date) -> Expected:
    """What is expected, with a day that was and a site that has a name."""
    site = line(expected.site, field="site", most=_MOST_SITE, least=1)
    if len(_folded(site)) < _SHORTEST_SITE:
        raise Malformed("claims.site-too-short", "site")
    if expected.day > today:
        raise Malformed("claims.day-to-come", "day")
    return msgspec.structs.replace(expected, site=site)


def check_photo(photo: bytes) -> None:
    """Refuse what is no picture of a page; the content is looked at elsewhere."""
    if len(photo) > MOST_PHOTO:
        raise Malformed("claims.photo-too-big", "photo")
    if not photo.startswith(_PICTURES):
        raise Malformed("claims.photo-format", "photo")


def due_on(filed_at: datetime) -> date:
    """The civil day by whose end the claim is to be decided."""
    return after_working_days(civil_day(filed_at), DUE_AFTER)


def fits(expected: Expected, what: What) -> bool:
    """Whether a record may be the expected one: its type, about its day, at its site."""
    if expected.type != what.__struct_config__.tag:
        return False
    near = any(abs((day - expected.day).days) <= DAYS_AROUND for day in days_of(what))
    return near and _same_site(expected.site, site_of(what))


def days_of(what: What) -> list[date]:
    """The civil days on which a record says something happened."""
    if isinstance(what, Dose):
        return [date.fromisoformat(what.on)]
    if isinstance(what, Test):
        return [civil_day(datetime.fromisoformat(what.at))]
    days = (what.first_positive, what.ended, what.certified)
    return [date.fromisoformat(day) for day in days if day]


def site_of(what: What) -> str:
    """Where it happened, in the words of the source."""
    if isinstance(what, Dose):
        return f"{what.place or ''} {what.performer or ''}"
    return (what.issuer if isinstance(what, Recovery) else what.lab) or ""


def _same_site(asked: str, said: str) -> bool:
    """Whether every word of one site stands in the other.

    >>> _same_site("Trạm y tế Xóm Mới", "Tram Y Te phuong Xom Moi"), _same_site("Huế", "Hà Nội")
    (True, False)
    """
    mine, theirs = set(_folded(asked).split()), set(_folded(said).split())
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def _folded(text: str) -> str:
    """In A–Z and digits, word by word."""
    plain = names.fold(text)
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())
