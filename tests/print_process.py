"""A print job in a process that kills itself at a named point: what a power cut leaves."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from motma.bootstrap import Settings, open_platform
from motma.printing import bulk, tray
from motma.printing.bulk import Order
from motma.printing.model import Layout

#: Before a file is written, with half of it beside its name, and once it stands.
POINTS: Final = ("before", "half", "after")


def run(dsn: str, home: Path, listed: Path, folder: Path, point: str, number: int) -> int:
    """Run the job until the point of its `number`-th file; the exit code of the process."""
    command = [
        sys.executable,
        __file__,
        dsn,
        str(home),
        str(listed),
        str(folder),
        point,
        str(number),
    ]
    return subprocess.run(command, check=False).returncode


async def _print(dsn: str, home: Path, qids: list[str], folder: Path) -> None:
    order = Order(
        qids=qids,
        layout=Layout.TEN,
        folder=folder,
        host="",
        demo=True,
        sheets_a_part=1,
        presses=2,
    )
    async with open_platform(Settings(home=home, database_url=SecretStr(dsn))) as platform:
        await bulk.run(platform.pool, platform.means, order)


def _dies_at(point: str, number: int) -> None:
    """Let the process die at the `number`-th file that it puts down."""
    put, seen = tray.put, 0

    def dying(path: Path, content: bytes) -> None:
        nonlocal seen
        seen += 1
        if seen == number and point == "half":
            path.with_suffix(".new").write_bytes(content[: len(content) // 2])
        if seen == number and point != "after":
            os.kill(os.getpid(), signal.SIGKILL)
        put(path, content)
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    tray.put = dying


if __name__ == "__main__":
    address, place, names, target, where, count = sys.argv[1:]
    _dies_at(where, int(count))
    qids_listed = Path(names).read_text("utf-8").split()
    asyncio.run(_print(address, Path(place), qids_listed, Path(target)))
