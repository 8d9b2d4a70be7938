"""Runs what a browser test needs: the platform in its own process, and Chromium before it."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from playwright.sync_api import Browser, sync_playwright
from tests.browser.seeding import Seeded, seed
from tests.browser.symbols import write_video

_PAGE: Final = Path(__file__).parents[2] / "src/motma/web/static/reader/index.html"

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


class CannotRun(Exception):
    """Something that the tests need is not there; the message says what to do."""


@dataclass(slots=True, kw_only=True)
class Server:
    """The platform's process; it may be killed, and started again at the same address."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "uvicorn", "--factory", "motma.web.app:create"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--log-level", "warning"],
            env=os.environ | {"MOTMA_HOME": str(self.home)},
        )
        _await_health(self.process, self.origin)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def kill(self) -> None:
        """As a power cut does: nothing is finished."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running platform with what stands in it."""

    seeded: Seeded
    home: Path
    server: Server

    @property
    def origin(self) -> str:
        """Where it answers."""
        return self.server.origin

    def run(self, *arguments: str) -> None:
        """Run a `motma` command on this platform, as its operator would."""
        program = "import sys; from motma.cli.main import main; sys.exit(main())"
        subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=os.environ | {"MOTMA_HOME": str(self.home)},
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def serve(home: Path) -> Iterator[Site]:
    """The platform, seeded below `home`, serving the built page from a process of its own."""
    if not _PAGE.is_file():
        raise CannotRun("the reader page is not built: python tools/build_ui.py")
    seeded = asyncio.run(seed(home))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(home=home, port=port)
    try:
        server.start()
        yield Site(seeded=seeded, home=home, server=server)
    finally:
        server.stop()


@contextmanager
def launch(film: Path | None, code: str | None, *, cameras: int = 1) -> Iterator[Browser]:
    """Chromium with a code, or nothing, in front of its camera; a film that is there is shown.

    Without a film it has several cameras of its own making.
    """
    program = shutil.which("chromium")
    if program is None:
        raise CannotRun("Chromium is missing: apt-get install -y chromium")
    if film is not None and not film.exists():
        write_video(film, code)
    shown = f"--use-file-for-fake-video-capture={film}"
    several = f"--use-fake-device-for-media-stream=device-count={cameras}"
    flags = [*_FLAGS, several if film is None else shown]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def _await_health(server: subprocess.Popen[bytes], origin: str) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CannotRun(f"the platform ended with {server.returncode}")
        try:
            if httpx.get(f"{origin}/healthz", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise CannotRun("the platform did not answer in time")
