"""The theatre for made-up requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.theatre import Theatre


@pytest.fixture
def theatre(database: str, tmp_path: Path) -> Iterator[Theatre]:
    """A stage of this test's own."""
    made = Theatre(database, tmp_path / "home")
    yield made
    made.close()
