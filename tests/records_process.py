"""An import of records in a process of its own, that a test may kill: run as a script."""

import asyncio
import subprocess
import sys
from pathlib import Path

from msgspec.structs import replace

from motma.access.means import Means
from motma.kernel.clock import SystemClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.records import importing
from motma.records.importing import Order
from motma.records.jobs import Job
from motma.storage.pool import connect


def start(dsn: str, keys: Path, path: Path, *, chunk_rows: int) -> subprocess.Popen[str]:
    """The process; it writes a line for each committed chunk."""
    command = [sys.executable, __file__, dsn, str(keys), str(path), str(chunk_rows)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def _run(dsn: str, keys: Path, path: Path, chunk_rows: int) -> None:
    ring = Keyring.open(keys)
    means = Means(SystemClock(), system_random, ring, Vault(ring))
    order = replace(Order.of_file(path, "a source"), chunk_rows=chunk_rows)
    db = await connect(dsn)
    await importing.run(db, means, order, told=_tell)
    await db.close()


def _tell(done: Job) -> None:
    sys.stdout.write(f"{done.rows}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    address, ring_directory, file, rows = sys.argv[1:]
    asyncio.run(_run(address, Path(ring_directory), Path(file), int(rows)))
