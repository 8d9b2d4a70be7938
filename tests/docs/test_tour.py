"""The README's tour and the walk of a lost dose run as typed, and print what the pages say."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from tests.docs import markdown
from tests.docs.markdown import ROOT, Fence

from motma.bootstrap import Settings, open_platform
from motma.cli import demonstration
from motma.storage import server

#: Seconds until the demo must answer.
_START_S: Final = 120
_BETWEEN: Final = "=-=-= next block =-=-="

#: What differs from machine to machine and from day to day.
_MASKS: Final = (
    (re.compile(r"[0-9]{155}"), "SIGNATURE"),
    (re.compile(r"m=[0-9]{37}"), "m=ISSUE"),
    (re.compile(r"\b[1-9][0-9]{17}\b"), "QID"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:]{5,8}(?:\.[0-9]+)?(?:\+[0-9:]{5})?"), "TIME"),
    (re.compile(r"\b[0-9]{1,2}:[0-9]{2} (?=[0-9]{1,2}/)"), "CLOCK "),
    (re.compile(r"\b(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})\b"), "DAY"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b[0-9,]+ (bytes|people|concerned|minutes|codes)"), r"NUMBER \1"),
    # which cards change depends on how many people the demo has
    (re.compile(r"^  (?:[0-9]{2} +\w+ → \w+: [0-9]+|no card changes)$", re.MULTILINE), ""),
    (re.compile(r"(leaves|events|waiting|checkpoints)( +)[0-9]+"), r"\1\2NUMBER"),
)


def shape(printed: str) -> str:
    """What was printed, without ids and times."""
    for pattern, name in _MASKS:
        printed = pattern.sub(name, printed)
    return re.sub(r"\n\n+", "\n", printed).strip()


def steps(page: Path) -> list[tuple[str, str]]:
    """The commands of a page with what it says they print."""
    fences = [*markdown.fences(page), Fence("", "")]
    return [
        (one.text, following.text if following.language == "text" else "")
        for one, following in pairwise(fences)
        if one.language == "sh"
    ]


@pytest.fixture(scope="module")
def desk() -> Iterator[Path]:
    """A directory like a fresh checkout, in which a demo runs as `make run` starts it."""
    directory = Path(tempfile.mkdtemp(prefix="motma-tour-"))
    directory.chmod(0o711)
    (directory / "tools").symlink_to(ROOT / "tools")
    (directory / ".venv").symlink_to(Path(sys.prefix))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with pytest.MonkeyPatch.context() as patched:
        # the tour needs the demo's readers and places; its 2,000 people take a quarter of a minute
        patched.setattr(demonstration, "PEOPLE", 5)
        asyncio.run(seeded(directory / ".motma"))
    demo = subprocess.Popen(
        [".venv/bin/motma", "demo"],
        cwd=directory,
        env=environment(port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_health(demo, port)
        (directory / "port").write_text(port)
        yield directory
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=60)
        server.stop(directory / ".motma/postgres", force=True)
        server.discard(directory / ".motma/postgres")
        shutil.rmtree(directory, ignore_errors=True)


async def seeded(home: Path) -> None:
    """The demo's content, made as the demo makes it."""
    async with open_platform(Settings(home=home)) as platform:
        await demonstration.seed(platform)


def environment(port: str) -> dict[str, str]:
    """A newcomer's: no setting of ours but the port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTMA_")}
    return kept | {"MOTMA_PORT": port, "PYTHONUTF8": "1"}


def await_health(demo: subprocess.Popen[bytes], port: str) -> None:
    """Wait until the demo answers."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        assert demo.poll() is None, "the demo ended"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the demo did not answer in time")


@pytest.mark.parametrize("page", ["README.md", "docs/walk-records.md"])
def test_what_a_page_says_is_printed(desk: Path, page: str) -> None:
    tour = steps(ROOT / page)
    begin = "set -eu\nexport PATH=$PWD/.venv/bin:$PATH\n"
    script = begin + f"echo '{_BETWEEN}'\n".join(commands for commands, _ in tour)
    done = subprocess.run(
        ["/bin/bash"],
        input=script,
        cwd=desk,
        env=environment((desk / "port").read_text()),
        capture_output=True,
        text=True,
        check=False,
        timeout=480,  # twenty commands on a busy machine
    )
    printed = [shape(part) for part in done.stdout.split(_BETWEEN)]
    assert printed == [shape(said) for _, said in tour], done.stderr
    assert done.returncode == 0


def test_the_vietnamese_readme_shows_the_same_output() -> None:
    english, vietnamese = (steps(ROOT / name) for name in ("README.md", "README.vi.md"))
    assert len(english) > 5
    assert vietnamese == english
