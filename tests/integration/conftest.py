"""The stage for tests of use cases over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.staging import Stage, stage

from motma.kernel.clock import SetClock


@pytest.fixture
async def on_stage(database: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """A platform on a fresh database, with its HTTP face."""
    async with stage(database, tmp_path / "home") as ready:
        yield ready


@pytest.fixture
async def on(database: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    """The same under the clock that the test's module sets."""
    async with stage(database, tmp_path / "home", clock=clock) as ready:
        yield ready
