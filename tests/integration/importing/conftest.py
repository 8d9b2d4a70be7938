"""An importer on a fresh database."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.import_stage import Importer

from motma.access.means import Means
from motma.kernel.clock import SetClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.storage.pool import connect

NOON = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)


@pytest.fixture
async def importer(database: str, tmp_path: Path) -> AsyncIterator[Importer]:
    """An importer with keys of its own."""
    clock = SetClock(NOON)
    chance = random.Random(3).randbytes
    ring = Keyring.create(tmp_path / "keys", clock=clock, random=chance, demo=True)
    db = await connect(database)
    means = Means(clock, system_random, ring, Vault(ring))
    yield Importer(database, db, means, tmp_path)
    await db.close()
