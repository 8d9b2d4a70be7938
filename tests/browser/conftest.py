"""A real platform in its own process, and Chromium in front of it."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import Seeded, seed
from tests.browser.symbols import write_video
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ROOT: Final = Path(__file__).parents[2]

#: Seconds until the platform must answer.
_START_S: Final = 60
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running platform with what stands in it."""

    origin: str
    seeded: Seeded


@pytest.fixture(scope="session")
def site(open_directory: Path) -> Iterator[Site]:
    """The platform, seeded, serving the built page from a process of its own."""
    if not (ROOT / "src/motma/web/static/reader/index.html").is_file():
        pytest.fail("the reader page is not built: python tools/build_ui.py")
    home = open_directory / "browser-site"
    home.mkdir(mode=0o711)
    seeded = asyncio.run(seed(home))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", "--factory", "motma.web.app:create"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning"],
        env=os.environ | {"MOTMA_HOME": str(home)},
    )
    try:
        _await_health(server, origin)
        yield Site(origin=origin, seeded=seeded)
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def chromium(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Chromium, whose camera sees the paper code of the seeded person."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is missing: apt-get install chromium")
    film = tmp_path_factory.mktemp("camera") / "code.y4m"
    write_video(film, site.seeded.paper)
    flags = [*_FLAGS, f"--use-file-for-fake-video-capture={film}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile."""
    context = chromium.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def gatekeeper(site: Site, context: BrowserContext) -> Iterator[Gatekeeper]:
    """Somebody at a fresh device; at the end the page must have kept its promises."""
    keeper = Gatekeeper(context.new_page(), site.origin, site.seeded.codes.pop)
    yield keeper
    keeper.check_promises()


@pytest.fixture
def another(site: Site, chromium: Browser) -> Iterator[Callable[[], Gatekeeper]]:
    """Makes somebody at one more device."""
    contexts: list[BrowserContext] = []

    def make() -> Gatekeeper:
        contexts.append(chromium.new_context(locale="vi-VN"))
        return Gatekeeper(contexts[-1].new_page(), site.origin, site.seeded.codes.pop)

    yield make
    for each in contexts:
        each.close()


def _await_health(server: subprocess.Popen[bytes], origin: str) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the platform ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"{origin}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the platform did not answer in time")
