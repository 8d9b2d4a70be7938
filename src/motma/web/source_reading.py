"""Reads the national sources beside the web server, in a process of its own.

A backlog keeps a processor busy for hours; in a worker every scan would wait for its turn of the
interpreter. And whatever a source's answer does to this process, the workers go on answering.
"""

import asyncio
import multiprocessing
import signal
from contextlib import suppress
from typing import Final

import structlog

from motma.bootstrap import Platform, open_platform
from motma.records.sources import running

#: Seconds between two looks whether the server is still there and the database answers.
_ROUND_S: Final = 2.0
#: Connections: one a source that is read, one a source that is told, one that watches.
_CONNECTIONS: Final = 10

_log = structlog.get_logger("motma.sources")


def work() -> None:
    """Read until SIGTERM, or until the server that started this process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches everybody; the parent decides
    asyncio.run(_work())


async def _work() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_platform(pool_size=_CONNECTIONS) as platform:
        watching = asyncio.create_task(_watch(platform, stop))
        try:
            await running.run_alone(platform.dsn, platform.pool, platform.means, stop)
        finally:
            stop.set()
            await watching


async def _watch(platform: Platform, stop: asyncio.Event) -> None:
    """Hear of new keys; end what would go on without its server."""
    parent = multiprocessing.parent_process()
    while not stop.is_set():
        if parent is not None and not parent.is_alive():
            stop.set()
            return
        try:
            platform.vault.refresh()
        except Exception as error:  # noqa: BLE001 - the ring is read again in the next round
            _log.warning("keys were not read", error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _ROUND_S)
