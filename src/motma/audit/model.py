"""An event and its commitment: values that mean the same with or without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from motma.kernel.clock import Clock, civil_day
from motma.kernel.ids import Random, uuid7
from motma.keys.errors import SealBroken
from motma.keys.vault import Vault

#: The device of what the platform itself does.
PLATFORM: Final = UUID(int=0)

#: How long an event keeps its content. Source: domain rule “31 days”, in the comment of `event`.
KEEP: Final = timedelta(days=31)

#: Until when an event that was answered for has its place in the tree. Source: issue 2 §6.
MERGE_DELAY: Final = timedelta(seconds=10)

#: Salts have a fixed length, so that nothing can move between salt and row.
SALT_BYTES: Final = 16

#: The detail that says from when on the person hears of an event; without it, at once.
TOLD_FROM: Final = "told_from"

#: AAD of the sealed details.
_COLUMN: Final = "event.sealed"

_LABEL: Final = b"motma event v1\0"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_ABSENT: Final = b"\0"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `event`; `commitment` is made from the others and the salt."""

    device_id: UUID
    event_id: UUID
    kind: str
    at: datetime  # true at, UTC
    known_at: datetime  # known at, UTC
    person_tag: bytes | None
    outcome: str | None
    body_hash: bytes | None
    sealed: bytes
    salt: bytes
    commitment: bytes

    def intact(self) -> bool:
        """Whether the row is still what was committed to."""
        try:
            return len(self.salt) == SALT_BYTES and self.commitment == commit(self)
        except (OverflowError, TypeError):  # a value that no event has, such as infinity
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event with its details opened; `intact` is false when they could not be."""

    event: Event
    details: Mapping[str, Any]
    intact: bool

    def told(self, now: datetime) -> bool:
        """Whether the person may hear of it now: some reads are told late, and say from when."""
        since = self.details.get(TOLD_FROM)
        return since is None or datetime.fromisoformat(since) <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries, newest first, and where the next page begins; None when there is none."""

    entries: tuple[Entry, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf and the event it stands for; the event is None once its content is gone."""

    seq: int
    device_id: UUID
    event_id: UUID
    commitment: bytes
    xid: int
    event: Event | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed size and root, as it stands in the database and its mirror."""

    size: int
    root: bytes
    note: str
    at: datetime


def record(  # noqa: PLR0913 - an event has these columns; all keyword-only
    vault: Vault,
    clock: Clock,
    random: Random,
    *,
    kind: str,
    details: Mapping[str, Any],
    person_id: UUID | None = None,
    device_id: UUID = PLATFORM,
    event_id: UUID | None = None,
    at: datetime | None = None,
    outcome: str | None = None,
    body_hash: bytes | None = None,
) -> Event:
    """An event known now; `details` are sealed, the person appears as the day's pseudonym."""
    now = clock.now()
    true_at = at or now
    key = event_id or uuid7(now, random)
    tag = None if person_id is None else vault.tag(person_id, civil_day(now))
    sealed = vault.seal(_COLUMN, key, msgspec.json.encode(details))
    draft = Event(
        device_id=device_id,
        event_id=key,
        kind=kind,
        at=true_at,
        known_at=now,
        person_tag=tag,
        outcome=outcome,
        body_hash=body_hash,
        sealed=sealed,
        salt=random(SALT_BYTES),
        commitment=b"",
    )
    return msgspec.structs.replace(draft, commitment=commit(draft))


def opened(vault: Vault, event: Event) -> Entry:
    """The event with its details; one that was tampered with is shown, marked, not hidden."""
    try:
        details = msgspec.json.decode(vault.open(_COLUMN, event.event_id, event.sealed))
    except (SealBroken, msgspec.DecodeError):
        return Entry(event=event, details={}, intact=False)
    return Entry(event=event, details=details, intact=event.intact())


def commit(event: Event) -> bytes:
    """SHA-256 of the salt and the canonical row."""
    return sha256(event.salt + canonical(event)).digest()


def canonical(event: Event) -> bytes:
    """Every column but salt and commitment: fixed lengths, or a length before the bytes."""
    named = event.kind.encode()
    return b"".join(
        (
            _LABEL,
            event.device_id.bytes,
            event.event_id.bytes,
            len(named).to_bytes(2),
            named,
            microseconds(event.at).to_bytes(8, signed=True),
            microseconds(event.known_at).to_bytes(8, signed=True),
            _optional(event.person_tag),
            _optional(None if event.outcome is None else event.outcome.encode()),
            _optional(event.body_hash),
            _optional(event.sealed),
        )
    )


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, the resolution of the database.

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(value: int) -> datetime:
    """The moment that many microseconds after 1970."""
    return _EPOCH + value * _MICROSECOND


def _optional(value: bytes | None) -> bytes:
    return _ABSENT if value is None else b"\1" + len(value).to_bytes(4) + value
