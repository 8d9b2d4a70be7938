"""What a scan asks, what is known, and the decision: pure values."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from motma.access.limits import Limit
from motma.codec.issued import Signature
from motma.codec.model import Family
from motma.identity.model import Attribute, Profile
from motma.kernel import names
from motma.kernel.documents import DocumentKind
from motma.kernel.ids import uuid7_time
from motma.scan.errors import ScanTime

#: A scan that arrives later than this is judged as of its receipt. Source: issue 2, decisions.
JUDGED_AS_OF: Final = timedelta(hours=24)
_AHEAD: Final = timedelta(days=1)
_OLDEST: Final = timedelta(days=31)

#: Limits count elements, per device and per reader; a person's limit only alarms.
DEVICE_SCANS: Final = Limit(name="scan-device", count=600, window_s=60)
READER_SCANS: Final = Limit(name="scan-reader", count=600, window_s=60)
UNSIGNED_SCANS: Final = Limit(name="scan-unsigned", count=60, window_s=60)
BATCHED_SCANS: Final = Limit(name="scan-batch", count=20_000, window_s=3600)
PERSON_ALARM: Final = Limit(name="scan-person", count=60, window_s=3600)


class Outcome(StrEnum):
    """What a code is worth; what the guard should do stands beside each in `texts`."""

    KNOWN = "known"
    REPLACED = "replaced"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NOT_A_PERSON = "not-a-person"
    MALFORMED = "malformed"
    FORGED = "forged"
    EXPIRED = "expired"
    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown-key"
    COPIED = "copied"


#: Outcomes after which the view's fields are answered.
SEEN: Final = frozenset({Outcome.KNOWN, Outcome.COPIED})
#: Fields of a view that are answered beside `who`.
BESIDE: Final = frozenset({"card", "card_reasons", "records"})
#: Outcomes after which only the card is answered.
CARD_ONLY: Final = frozenset({Outcome.UNSIGNED, Outcome.UNKNOWN_KEY})


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scan as a reader sends it."""

    scan_id: UUID
    code: str
    checkpoint: UUID
    purpose: str
    at: datetime | None = None
    case: str | None = None

    def body_hash(self) -> bytes:
        """What makes it the same scan when it is sent again."""
        parts = (self.code, self.checkpoint.hex, self.purpose, str(self.at), self.case or "")
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()[:16]

    def check_time(self, now: datetime) -> None:
        """Refuse an id or a moment that no honest gate could send."""
        made = uuid7_time(self.scan_id)
        for moment in (made, self.at or made):
            if moment is None or moment.tzinfo is None:
                raise ScanTime
            if moment > now + _AHEAD or moment < now - _OLDEST:
                raise ScanTime

    def judged_at(self, now: datetime) -> datetime:
        """As of when the code is judged."""
        if self.at is None or self.at > now or now - self.at > JUDGED_AS_OF:
            return now
        return self.at


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What the text says by itself, before anybody is looked up."""

    family: Family
    well_formed: bool
    signature: Signature
    kid: str | None = None
    qid: str | None = None
    documents: tuple[str, ...] = ()
    name: str | None = None
    born: str | None = None  # as far as the text shows it, e.g. 1987 or 1987-01-18
    issue_no: int | None = None
    expires_on: date | None = None
    on_phone: bool = False
    living: int | None = None  # name of the secret
    warnings: tuple[str, ...] = ()

    @property
    def signed(self) -> bool:
        """Whether the issuer's signature was checked and holds."""
        return self.signature is Signature.VALID


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of the code's QID or document."""

    person_id: UUID
    profile: Profile
    state: str
    ended_at: datetime | None
    issue_no: int
    updated_at: datetime
    merged: bool
    kept_state: str | None = None  # of the QID of the person whom a merged one stands for
    living_ok: bool | None = None  # None: the code has no living part


def judge(code: Code, known: Known | None, *, at: datetime, today: date) -> Outcome:
    """The outcome as of a moment; `today` is its civil day in Vietnam."""
    by_itself = without_register(code, today)
    if by_itself is not None:
        return by_itself
    if known is None:
        return Outcome.UNKNOWN
    if not code.signed:
        # only a valid signature may be told that a code was replaced
        same = fits(code, known.profile) and _alive(known, at)
        unproven = Outcome.UNKNOWN_KEY if code.kid else Outcome.UNSIGNED
        return unproven if same else Outcome.UNKNOWN
    if not _alive(known, at):
        return Outcome.REPLACED if known.state == "replaced" else Outcome.REVOKED
    if code.issue_no is not None and code.issue_no < known.issue_no:
        return Outcome.REPLACED
    return Outcome.COPIED if known.living_ok is False else Outcome.KNOWN


def without_register(code: Code, today: date) -> Outcome | None:
    """What needs no look-up, or None."""
    if not code.well_formed or code.family is Family.UNKNOWN:
        return Outcome.MALFORMED
    if code.signature is Signature.FORGED:
        return Outcome.FORGED
    if code.qid is None and not code.documents:
        return Outcome.NOT_A_PERSON
    if code.expires_on is not None and code.signed and today > code.expires_on:
        return Outcome.EXPIRED
    return None


def _alive(known: Known, at: datetime) -> bool:
    """Whether the QID is good; a merged one only while its person's own is."""
    if known.merged and known.kept_state not in (None, "active"):
        return False
    if known.state in ("active", "alias", "merged"):
        return True
    return known.ended_at is not None and at < known.ended_at


def fits(code: Code, profile: Profile) -> bool:
    """Whether name and birth in an unsigned text are the register's."""
    if code.name is None or code.born is None:
        return False
    known = profile.birth.value
    length = min(len(code.born), len(known))
    return names.hoten(code.name) == names.hoten(profile.full_name.value) and (
        code.born[:length] == known[:length]
    )


def warnings(code: Code, known: Known | None, outcome: Outcome, fitted: str | None) -> list[str]:
    """What the guard should notice; `fitted` is the register's name as a QR would print it."""
    found = [w for w in code.warnings if w.startswith("qr.id-says")]
    if outcome not in (Outcome.KNOWN, Outcome.COPIED) or known is None:
        return found
    if fitted is not None and code.name != fitted:
        found.append("scan.name-differs")
    if code.born is not None and code.born[:4] != known.profile.birth.value[:4]:
        found.append("scan.birth-differs")
    if code.on_phone and known.living_ok is None:
        found.append("scan.no-living-code")
    if known.merged:
        found.append("scan.merged")
    if code.issue_no is not None and code.issue_no > known.issue_no:
        found.append("scan.issue-ahead")
    return found


def shown(known: Known | None, outcome: Outcome, fields: frozenset[str]) -> dict[str, Any] | None:
    """The fields that are answered after an outcome; None when nobody is named."""
    if known is None or outcome not in SEEN:
        return None
    return who(known.profile, fields)


def who(profile: Profile, fields: frozenset[str]) -> dict[str, Any]:
    """The fields of the view that exist for this person, and no other."""
    shown: dict[str, Any] = {}
    for field in FIELD_READERS.keys() & fields:
        value = FIELD_READERS[field](profile)
        if value:
            shown[field] = value
    return shown


def _value(name: str) -> Callable[[Profile], str | None]:
    def read(profile: Profile) -> str | None:
        attribute: Attribute | None = getattr(profile, name)
        return attribute.value if attribute is not None else None

    return read


#: How each field of a view is read from a profile; `card` is answered beside `who`.
FIELD_READERS: Final[dict[str, Callable[[Profile], object]]] = {
    "masked_name": lambda p: names.masked(p.full_name.value),
    "full_name": _value("full_name"),
    "birth_year": lambda p: p.birth.value[:4],
    "birth": _value("birth"),
    "sex": _value("sex"),
    "nationality": _value("nationality"),
    "documents": lambda p: [
        {"kind": d.kind, "number": d.number, "assurance": d.assurance} for d in p.documents
    ],
    "bhyt": lambda p: p.number(DocumentKind.BHYT),
    "phones": lambda p: [a.value for a in p.phones],
    "address": _value("address"),
}
