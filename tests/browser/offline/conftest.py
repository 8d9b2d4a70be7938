"""The browser's part of deciding offline, bundled once."""

from pathlib import Path

import pytest
from tests.browser.offline.node import bundle


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ready for Node."""
    source = Path(__file__).parent / "harness.ts"
    return bundle(source, tmp_path_factory.mktemp("harness") / "harness.mjs")
