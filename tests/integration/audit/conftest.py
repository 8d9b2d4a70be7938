"""A log of its own: ring, clock, mirror, sequencer, on a fresh database."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from motma.audit import service
from motma.audit.checking import Report
from motma.audit.mirror import Mirror
from motma.audit.model import Checkpoint, Event, record
from motma.audit.running import Sequencer
from motma.audit.sequencer import Probe, Witness, quiet
from motma.audit.verify import verify
from motma.kernel.clock import SetClock
from motma.kernel.ids import Random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.storage.pool import Connection, connect

ORIGIN = "motma.test/log"
NOON = datetime(2022, 1, 5, 5, 0, tzinfo=UTC)
PERSON = UUID(int=7)
READER = UUID(int=8)


@dataclass
class Log:
    """What a test does with a log."""

    dsn: str
    db: Connection
    clock: SetClock
    random: Random
    keyring: Keyring
    vault: Vault
    directory: Path

    @property
    def mirror(self) -> Mirror:
        """The mirror, for reading."""
        return Mirror(self.directory)

    def event(
        self, number: int = 0, *, kind: str = "scan.read", person_id: UUID | None = PERSON
    ) -> Event:
        """A scan of a person."""
        return record(
            self.vault,
            self.clock,
            self.random,
            kind=kind,
            details={"number": number},
            person_id=person_id,
            device_id=READER,
            outcome="known",
            body_hash=b"b" * 32,
        )

    def events(self, count: int) -> list[Event]:
        """Scans of one person."""
        return [self.event(number) for number in range(count)]

    async def append(self, events: Sequence[Event]) -> None:
        """Committed at once."""
        await service.append(self.db, events)

    def sequencer(self, *witnesses: Witness, probe: Probe = quiet) -> Sequencer:
        """Another process's."""
        return Sequencer(
            self.dsn,
            origin=ORIGIN,
            signer=self.keyring,
            clock=self.clock,
            mirror=self.directory,
            witnesses=witnesses,
            probe=probe,
        )

    async def sequence(self, *witnesses: Witness) -> Checkpoint | None:
        """One pass."""
        return await self.sequencer(*witnesses).once()

    async def verify(self, *, mirrored: bool = True) -> Report:
        """Verify now."""
        return await verify(
            self.db,
            origin=ORIGIN,
            signer=self.keyring,
            clock=self.clock,
            mirror=self.mirror if mirrored else None,
        )

    async def codes(self) -> set[str]:
        """What verify finds."""
        return {finding.code for finding in (await self.verify()).findings}


@pytest.fixture
async def log(database: str, tmp_path: Path) -> AsyncIterator[Log]:
    """An empty log."""
    clock, chance = SetClock(NOON), random.Random(2).randbytes
    keyring = Keyring.create(tmp_path / "keys", clock=clock, random=chance, demo=True)
    db = await connect(database)
    vault = Vault(keyring, random=chance)
    yield Log(database, db, clock, chance, keyring, vault, tmp_path / "mirror")
    await db.close()
