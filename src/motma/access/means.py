"""What a use case works with besides the database: clock, chance, keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from motma.access.changes import service as changes
from motma.access.pushes import noting
from motma.audit.model import PLATFORM, Event, record
from motma.audit.service import one
from motma.kernel.clock import Clock
from motma.kernel.ids import Random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Means:
    """Made once by `bootstrap`, handed to every use case."""

    clock: Clock
    random: Random
    keyring: Keyring
    vault: Vault

    def event(
        self,
        kind: str,
        details: Mapping[str, object],
        *,
        person_id: UUID | None = None,
        device_id: UUID = PLATFORM,
        outcome: str | None = None,
    ) -> Event:
        """An event of now."""
        return record(
            self.vault,
            self.clock,
            self.random,
            kind=kind,
            details=dict(details),
            person_id=person_id,
            device_id=device_id,
            outcome=outcome,
        )

    async def log(
        self,
        db: Connection,
        kind: str,
        details: Mapping[str, object],
        *,
        person_id: UUID | None = None,
        device_id: UUID = PLATFORM,
    ) -> None:
        """Append an event of now in the caller's transaction; note what others may hear of."""
        await one(db, self.event(kind, details, person_id=person_id, device_id=device_id))
        if person_id is not None and kind in changes.TOLD:
            await changes.note(db, [person_id], changes.TOLD[kind], self.clock.now())
        if person_id is not None:
            await noting.note(db, person_id, kind, details)
