"""Sources and readers in processes of their own, to be killed at any moment."""

import asyncio
import multiprocessing
import os
import socket
import time
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import uvicorn

from motma.access.means import Means
from motma.kernel.clock import SystemClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.records.sources import model, running
from motma.simulate.doors import Door
from motma.simulate.feeds import Disturbance, Feeds, feeds
from motma.simulate.rates import PRESETS
from motma.simulate.serving import Station, Weather
from motma.storage.pool import open_pool

PEOPLE = 120
SEED = 3
HARD = Disturbance(late=0.2, duplicated=0.2, reordered=0.4, latest=80, near=8)


def made(*, people: int = PEOPLE, disturbance: Disturbance = HARD) -> Feeds:
    """What the simulated sources send."""
    return feeds(PRESETS["national-2021"], people=people, seed=SEED, disturbance=disturbance)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Processes:
    """Starts; at the end nothing is left."""

    def __init__(self) -> None:
        # forked from a server that has everything imported, so that a start takes no second
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._started: list[BaseProcess] = []

    def source(self, port: int, weather: Weather) -> BaseProcess:
        """The four sources at that port, answering already."""
        return self._answering(self._start(serve, port, weather), port)

    def _answering(self, process: BaseProcess, port: int) -> BaseProcess:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process
            time.sleep(0.02)
        raise TimeoutError("the simulated sources did not start")

    def guarded(self, port: int, *, jwks: object = None, secret: str = "") -> BaseProcess:
        """The four sources, which answer only who proves who they are."""
        process = self._start(serve, port, Weather(most=20), jwks, secret)
        return self._answering(process, port)

    def calm(self) -> int:
        """The port of the same four sources in good weather."""
        port = free_port()
        self.source(port, Weather(most=100))
        return port

    def reader(self, dsn: str, keys: Path) -> BaseProcess:
        """A process that reads every source."""
        return self._start(read, dsn, str(keys))

    def _start(self, target: object, *values: object) -> BaseProcess:
        process = self._context.Process(target=target, args=values)  # type: ignore[arg-type]
        process.start()
        self._started.append(process)
        return process

    def end(self) -> None:
        """Kill what is still there."""
        for process in self._started:
            if process.is_alive():
                process.kill()
            process.join()
            process.close()


def serve(port: int, weather: Weather, jwks: Any = None, secret: str = "") -> None:
    """The four sources until killed."""
    door = Door(clock=SystemClock(), jwks=jwks, secret=secret) if jwks or secret else None
    station = Station(made(), SystemClock(), weather, door)
    config = uvicorn.Config(station.app(), host="127.0.0.1", port=port, log_level="critical")
    uvicorn.Server(config).run()


def read(dsn: str, keys: str) -> None:
    """Read every source until killed; waits are cut short, nothing else is."""
    model.FIRST_WAIT = timedelta(milliseconds=20)  # type: ignore[misc]
    asyncio.run(_read(dsn, Path(keys)))


async def _read(dsn: str, keys: Path) -> None:
    ring = Keyring.open(keys)
    means = Means(SystemClock(), system_random, ring, Vault(ring))
    pool = await open_pool(dsn)
    parent = os.getppid()
    stop = asyncio.Event()
    task = asyncio.create_task(running.run(pool, means, stop, idle_s=0.05))
    while os.getppid() == parent and not task.done():
        await asyncio.sleep(0.2)
