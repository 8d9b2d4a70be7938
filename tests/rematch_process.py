"""A run of rematching in a process of its own, that a test may kill: run as a script."""

import asyncio
import subprocess
import sys
from pathlib import Path

from motma.access.means import Means
from motma.kernel.clock import SystemClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.records import rematching
from motma.storage.pool import open_pool


def start(dsn: str, keys: Path, *, page: int) -> "subprocess.Popen[str]":
    """The process; it writes a line for each committed page."""
    command = [sys.executable, __file__, dsn, str(keys), str(page)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def _run(dsn: str, keys: Path, page: int) -> None:
    ring = Keyring.open(keys)
    means = Means(SystemClock(), system_random, ring, Vault(ring))
    pool = await open_pool(dsn)
    await rematching.run(pool, means, page=page, told=_tell)
    await pool.close()


def _tell(done: rematching.Run) -> None:
    sys.stdout.write(f"{done.looked}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    address, ring_directory, rows = sys.argv[1:]
    asyncio.run(_run(address, Path(ring_directory), int(rows)))
