"""A courier in a process of its own, to be killed: `python courier_process.py DSN KEYS URL`."""

import asyncio
import sys
from pathlib import Path

from motma.kernel.clock import SystemClock
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.messages.running import Courier
from motma.messages.senders import Http
from motma.storage.pool import open_pool


async def main(dsn: str, keys: Path, url: str) -> None:
    """Send what is due until killed."""
    sender = Http(
        url=url, template={"to": "{to}", "text": "{text}", "id": "{id}"}, headers={},
        private_network=True,
    )  # fmt: skip
    pool = await open_pool(dsn, largest=2)
    await Courier(pool, Vault(Keyring.open(keys)), SystemClock(), sender).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
