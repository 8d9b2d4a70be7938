"""Worker processes, each with a listening socket of its own on the same port (SO_REUSEPORT).

With one shared socket whichever worker is idle takes all connections that come together, and
keep-alive holds them there: on two cores one worked and one slept. Here the kernel spreads them.
"""

import multiprocessing
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Final

import structlog
import uvicorn

from motma.kernel.errors import Declined, Kind

#: How long a worker may take to finish its requests; seconds.
PATIENCE_S: Final = 20.0
BACKLOG: Final = 2048

_log = structlog.get_logger("motma.web")


@dataclass
class PortTaken(Declined):
    """Something else listens there: stop it, or set MOTMA_PORT to another port."""

    code = "platform.port-taken"
    kind = Kind.UNAVAILABLE
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is served, and where."""

    host: str
    port: int
    workers: int
    app: str = "motma.web.app:create"  # a factory
    tls: Path | None = None  # certificate and key in one file
    #: Work in a process of its own beside the workers; it ends at SIGTERM.
    beside: Callable[[], None] | None = None


def serve(site: Site) -> None:
    """Serve until SIGINT or SIGTERM; a worker that dies is started again."""
    _check_free(site)
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    starts = [partial(_start, work, site)] * site.workers
    if site.beside is not None:
        starts.append(partial(_start, site.beside))
    running = [start() for start in starts]
    try:
        while not stopping:
            wait([worker.sentinel for worker in running], timeout=0.5)
            if not stopping:
                running = [_kept(*pair) for pair in zip(running, starts, strict=True)]
    finally:
        _end(running)
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_free(site: Site) -> None:
    """Refuse a port that is taken: with SO_REUSEPORT two platforms would share it unseen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((site.host, site.port))
        except OSError:
            raise PortTaken(site.port) from None


def _start(target: Callable[..., None], *values: object) -> BaseProcess:
    worker = multiprocessing.get_context("spawn").Process(target=target, args=values)
    worker.start()
    return worker


def _kept(worker: BaseProcess, again: Callable[[], BaseProcess]) -> BaseProcess:
    """The worker, or another in its place when it died."""
    if worker.is_alive():
        return worker
    _log.error("a worker died", exit_code=worker.exitcode)
    return again()


def _end(running: list[BaseProcess]) -> None:
    for worker in running:
        worker.terminate()
    for worker in running:
        worker.join(PATIENCE_S)
        if worker.is_alive():
            worker.kill()
            worker.join()


def work(site: Site) -> None:
    """One worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches everybody; the parent decides
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((site.host, site.port))
    config = uvicorn.Config(
        site.app,
        factory=True,
        access_log=False,
        log_level="warning",
        loop="uvloop",
        http="httptools",
        backlog=BACKLOG,
        date_header=False,
        server_header=False,
        ssl_certfile=site.tls,
        ssl_keyfile=site.tls,
        timeout_graceful_shutdown=int(PATIENCE_S / 2),
    )
    uvicorn.Server(config).run(sockets=[listening])
