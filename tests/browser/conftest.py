"""A real platform in its own process, and Chromium in front of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from tests.browser.reader import Gatekeeper
from tests.browser.serving import Site, launch, serve


@pytest.fixture(scope="session")
def site(open_directory: Path) -> Iterator[Site]:
    """The platform of this run."""
    home = open_directory / "browser-site"
    home.mkdir(mode=0o711)
    with serve(home) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:  # noqa: ARG001 - seeding runs a loop of its own, which must end before Playwright's begins
    """Debian's Chromium, whose camera sees a bare wall."""
    with launch(tmp_path_factory.mktemp("camera") / "wall.y4m", None) as browser:
        yield browser


@pytest.fixture
def gatekeeper(site: Site, chromium: Browser) -> Iterator[Gatekeeper]:
    """Somebody at a fresh device; at the end the page must have kept its promises."""
    yield from _somebody(site, chromium)


@pytest.fixture
def another(site: Site, chromium: Browser) -> Iterator[Gatekeeper]:
    """Somebody at one more device."""
    yield from _somebody(site, chromium)


def _somebody(site: Site, chromium: Browser) -> Iterator[Gatekeeper]:
    context: BrowserContext = chromium.new_context(
        locale="vi-VN", viewport={"width": 1280, "height": 900}
    )
    keeper = Gatekeeper(context.new_page(), site.origin, site.seeded.codes.pop)
    yield keeper
    keeper.check_promises()
    context.close()
