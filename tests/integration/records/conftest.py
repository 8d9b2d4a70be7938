"""A desk on a fresh database: people to register, deliveries to receive."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.staging import person_claim

from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.model import Assurance
from motma.kernel.clock import SetClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.records import service
from motma.records.model import About, Delivery, Dose
from motma.records.service import Received
from motma.storage.pool import Connection

NOON = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
BY = UUID(int=7)
COMIRNATY = "EU/1/20/1528"
COVID = "840539006"
HERS = About(full_name="Thử Thị Nghiệm", birth="1990-02-03", document_number="001190000001")


def dose(source_id: str = "d1", **changes: Any) -> Delivery:
    """A dose of the made-up adult; other values by name."""
    what: dict[str, Any] = {
        "disease": COVID,
        "product": COMIRNATY,
        "on": "2025-09-03",
        "number": 1,
        "of": 2,
    }
    delivery = {key: changes.pop(key) for key in ("version", "about", "status") if key in changes}
    about = delivery.pop("about", HERS)
    return Delivery(id=source_id, about=about, what=Dose(**(what | changes)), **delivery)


@dataclass
class Desk:
    """What a test does with people and records."""

    db: Connection
    means: Means
    clock: SetClock
    address: str = ""

    async def register(self, **changes: Any) -> UUID:
        """A person whose document was seen."""
        claim = person_claim(**changes)
        done = await identity.register(
            self.db, self.means, claim, source="desk", assurance=Assurance.SEEN
        )
        assert isinstance(done, identity.Registered)
        return done.person_id

    async def receive(self, *items: Delivery, source: str = "registry") -> list[Received]:
        """Deliveries of one source."""
        return await service.receive(self.db, self.means, source, items)

    async def days(self, person_id: UUID) -> list[str]:
        """The days of a person's doses, as the facts have them."""
        facts = await service.facts(self.db, self.means, person_id)
        return [each.on for each in facts.doses]


@pytest.fixture
async def desk(db: Connection, tmp_path: Path) -> Desk:
    """A desk with keys of its own, in a transaction that is rolled back."""
    clock = SetClock(NOON)
    ring = Keyring.create(tmp_path / "keys", clock=clock, random=system_random, demo=True)
    return Desk(db, Means(clock, system_random, ring, Vault(ring)), clock)
