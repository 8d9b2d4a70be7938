"""What a record says, as values: a delivery, its content, and which version of several counts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from motma.kernel.clock import CIVIL_ZONE

RECORD_COLUMN: Final = "health_record.sealed"
ATTACHMENT_COLUMN: Final = "health_attachment.sealed"
FACTS_COLUMN: Final = "person_facts.sealed"

#: The status under which a record counts; every other takes it back.
FINAL: Final = "final"
Said = Literal["final", "not-done", "entered-in-error"]  # by a source
Status = Literal["final", "not-done", "entered-in-error", "withdrawn"]  # the last one: here


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True,
            forbid_unknown_fields=True):  # fmt: skip
    """Whom a record speaks of, in the words of its source; empty where it says nothing."""

    full_name: str = ""
    birth: str = ""  # YYYY, YYYY-MM or YYYY-MM-DD
    sex: str = ""
    document_number: str = ""
    bhyt: str = ""
    phone: str = ""
    commune_code: str = ""
    commune_as_of: str = ""


NOBODY: Final = About()


class Dose(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="dose",
           tag_field="type", forbid_unknown_fields=True):  # fmt: skip
    """A vaccination that was given; codes are those of the EU value sets."""

    disease: str
    product: str
    on: str  # civil day
    lot: str | None = None
    number: int | None = None
    of: int | None = None
    place: str | None = None
    performer: str | None = None


class Test(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="test",
           tag_field="type", forbid_unknown_fields=True):  # fmt: skip
    """A test; `at` is when the sample was taken, `reported_at` when the result was there."""

    __test__ = False  # no test case of pytest

    disease: str
    kind: str  # naat, rapid or antibody
    at: str  # RFC 3339
    result: str  # negative, positive or inconclusive
    reported_at: str | None = None
    device: str | None = None
    lab: str | None = None


class Recovery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="recovery",
               tag_field="type", forbid_unknown_fields=True):  # fmt: skip
    """An illness that is over: first positive test, end of isolation, day of the certificate."""

    disease: str
    first_positive: str | None = None
    ended: str | None = None
    certified: str | None = None
    certificate: str | None = None
    issuer: str | None = None


What = Dose | Test | Recovery


def when(what: What) -> str:
    """The civil day of what a record tells, and the moment of a test; sorts by time.

    >>> when(Test(disease="d", kind="naat", at="2021-09-02T23:30:00Z", result="negative"))
    '2021-09-03T06:30:00+07:00'
    """
    match what:
        case Dose():
            return what.on
        case Test():
            return datetime.fromisoformat(what.at).astimezone(CIVIL_ZONE).isoformat()
        case Recovery():
            return what.first_positive or what.ended or what.certified or ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True,
               forbid_unknown_fields=True):  # fmt: skip
    """What a source sends once; the same id with a higher version replaces what was said."""

    id: str
    what: What
    version: int = 1
    about: About = NOBODY
    status: Said = FINAL


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version as it is sealed; `reason` is why it was withdrawn here."""

    source: str
    source_id: str
    about: About
    what: What
    status: Status = FINAL
    reason: str | None = None

    @property
    def state(self) -> str:
        """`active` while it counts."""
        return "active" if self.status == FINAL else "retracted"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version that came, and since when it is known."""

    number: int
    revision: int
    content: Content
    known_at: datetime
    undone_at: datetime | None = None
    by_id: UUID | None = None

    @property
    def stands(self) -> bool:
        """Whether nobody took it back."""
        return self.undone_at is None

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from the other versions of its record."""
        return self.number, self.revision


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Content)


def write(content: Content) -> bytes:
    """The content as JSON, to be sealed; equal contents give equal bytes."""
    return _encoder.encode(content)


def read(data: bytes) -> Content:
    """The content from its JSON."""
    return _decoder.decode(data)


def current(versions: Iterable[Version]) -> Version | None:
    """The version that counts; None when all were undone.

    The highest number wins whenever it came. A source that sends one number with two contents
    breaks its promise; then a retraction wins over a claim, and else the larger text, so that
    the order of deliveries still decides nothing.
    """
    standing = [version for version in versions if version.stands]
    return max(standing, key=_rank, default=None)


def counted(versions: Sequence[Version], begin: datetime, end: datetime | None) -> list[Version]:
    """The versions that counted at some moment from `begin` to `end`, in order of those moments."""
    changes = {moment for v in versions for moment in (v.known_at, v.undone_at) if moment}
    later = {moment for moment in changes if begin < moment and (end is None or moment <= end)}
    found: list[Version] = []
    for at in sorted({begin, *later}):
        then = (
            replace(v, undone_at=None if v.undone_at is None or v.undone_at > at else v.undone_at)
            for v in versions
            if v.known_at <= at
        )
        version = current(then)
        if version is not None and (not found or found[-1].key != version.key):
            found.append(version)
    return found


def _rank(version: Version) -> tuple[int, bool, bytes, int]:
    content = version.content
    retracted = content.state == "retracted"
    return version.number, retracted, write(content), version.revision


def about(versions: Iterable[Version]) -> About:
    """Whom the record speaks of: the latest version that says it.

    A retraction often names nobody; it must still reach the person whose record it takes back.
    """
    named = [v for v in versions if v.stands and v.content.about != NOBODY]
    latest = max(named, key=_rank, default=None)
    return NOBODY if latest is None else latest.content.about


def repeated(versions: Sequence[Version], number: int, content: Content) -> bool:
    """Whether exactly this came before and still stands."""
    return any(v.stands and v.number == number and v.content == content for v in versions)


def reused(versions: Sequence[Version], number: int, content: Content) -> bool:
    """Whether the source sent other words under the same version number."""
    return any(
        v.stands and v.number == number and v.by_id is None and v.content != content
        for v in versions
    )
