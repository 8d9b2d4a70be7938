"""A platform that reads sources which are really served, each in a process that may be killed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.sources.processes import Processes
from tests.staging import Stage, stage

from motma.bootstrap import Platform
from motma.records.sources import service

KINDS = ("population", "insurance", "immunisation", "tests")

STATE = {
    "people": "SELECT count(*) FROM person",
    "person versions": "SELECT count(*) FROM person_version",
    "register items": "SELECT count(*) FROM source_item",
    "records": "SELECT count(*) FROM health_record",
    "records by state": "SELECT state, count(*) FROM health_record GROUP BY 1 ORDER BY 1",
    "record versions": "SELECT count(*) FROM health_record_version",
    "attached": "SELECT count(*) FROM health_record WHERE person_id IS NOT NULL",
    "facts": "SELECT count(*) FROM person_facts",
    "letters": "SELECT source, code, count(*) FROM local.dead_letter GROUP BY 1, 2 ORDER BY 1, 2",
}


@dataclass
class Reading:
    """A platform, and what was read into it."""

    platform: Platform
    stage: Stage

    async def add(self, port: int, *kinds: str) -> None:
        """Read these sources from the simulation at that port."""
        for kind in kinds:
            await self.add_one(kind, kind, f"http://127.0.0.1:{port}/{kind}/changes")

    async def add_one(self, name: str, kind: str, address: str) -> None:
        """Read one source."""
        async with self.platform.transaction() as db:
            await service.add(
                db,
                self.platform.means,
                name=name,
                kind=kind,
                address=address,
                private_network=True,
            )

    async def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that must be the same, however it came."""
        async with self.platform.pool.acquire() as db:
            return {
                name: [tuple(row) for row in await db.fetch(query)] for name, query in STATE.items()
            }

    async def value(self, query: str, *values: object) -> Any:
        """One value of the database."""
        async with self.platform.pool.acquire() as db:
            return await db.fetchval(query, *values)

    async def run(self, query: str) -> None:
        """Change something by hand."""
        async with self.platform.pool.acquire() as db:
            await db.execute(query)


@pytest.fixture
async def reading(database: str, tmp_path: Path) -> AsyncIterator[Reading]:
    async with stage(database, tmp_path / "home") as ready:
        yield Reading(ready.platform, ready)


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.end()
