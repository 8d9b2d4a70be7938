"""Writing an event's details under seal, and reading them again."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from motma.audit.model import PLATFORM, SALT_BYTES, Entry, Event
from motma.kernel.clock import Clock, civil_day
from motma.kernel.ids import Random, uuid7
from motma.keys.errors import SealBroken
from motma.keys.vault import Vault

_COLUMN: Final = "event.sealed"


def record(
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
    key = event_id or uuid7(now, random)
    plain = json.dumps(details, ensure_ascii=False, separators=(",", ":"), default=_text)
    return Event(
        device_id=device_id,
        event_id=key,
        kind=kind,
        at=at or now,
        known_at=now,
        person_tag=None if person_id is None else vault.tag(person_id, civil_day(now)),
        outcome=outcome,
        body_hash=body_hash,
        sealed=vault.seal(_COLUMN, key, plain.encode()),
        salt=random(SALT_BYTES),
    )


def opened(vault: Vault, event: Event) -> Entry:
    """The event with its details; one that was tampered with is shown, marked, not hidden."""
    try:
        details = json.loads(vault.open(_COLUMN, event.event_id, event.sealed))
    except (SealBroken, ValueError):
        return Entry(event=event, details={}, intact=False)
    return Entry(event=event, details=details, intact=event.intact())


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
