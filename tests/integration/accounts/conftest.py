"""The stage under a clock that tests set."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from tests.staging import Stage, stage

from motma.kernel.clock import SetClock

NOON: Final = datetime.fromisoformat("2026-03-02T05:00:00+00:00")


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands until a test moves it."""
    return SetClock(NOON)


@pytest.fixture
async def on(database: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    """A platform with its HTTP face."""
    async with stage(database, tmp_path / "home", clock=clock) as ready:
        yield ready
