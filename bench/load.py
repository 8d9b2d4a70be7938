"""Sends prepared requests over kept-alive connections, and measures what comes back."""

import asyncio
import os
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 32
#: Open-loop requests may wait for an answer side by side on this many.
OPEN_CONNECTIONS: Final = 128
#: Shorter waits than this are not slept; seconds.
_SHORTEST_SLEEP_S: Final = 0.0005
_OK: Final = b" 200 "
_KNOWN: Final = b'"outcome":"known"'


@dataclass(slots=True)
class Answers:
    """Latencies of the answers in seconds, how many were wrong, and the time it all took."""

    latencies: list[float] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0.0


class Line(asyncio.Protocol):
    """One kept-alive connection: one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._done: asyncio.Future[bool] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is up."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits hears that the connection is gone."""
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or ConnectionError())

    def data_received(self, data: bytes) -> None:
        """Tell whoever waits, once the answer is whole, whether it was the right one."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or self._done is None:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) >= length:
            self._buffer = b""
            self._done.set_result(_OK in head[:16] and _KNOWN in body)

    def send(self, request: bytes) -> "asyncio.Future[bool]":
        """Send a request; the future says whether the answer was the right one."""
        self._done = asyncio.get_running_loop().create_future()
        if self._transport is not None:
            self._transport.write(request)
        return self._done

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


def go_first() -> None:
    """Let the generator run before what it measures, where we may: gates are other machines.

    Otherwise its own waiting for one of two busy cores counts as latency of the platform.
    """
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)


def go_along() -> None:
    """The ordinary priority, which processes that are started inherit."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, 0)


async def closed_loop(made: Sequence[bytes], *, port: int, seconds: float) -> Answers:
    """As fast as the connections take it."""
    lines = await _lines(CONNECTIONS, port)
    answers, source, begun = Answers(), iter(made), time.perf_counter()

    async def work(line: Line, requests: Iterator[bytes]) -> None:
        for request in requests:
            sent = time.perf_counter()
            if sent - begun > seconds:
                return
            answers.failed += not await line.send(request)
            answers.latencies.append(time.perf_counter() - sent)

    await asyncio.gather(*(work(line, source) for line in lines))
    return _finish(answers, begun, lines)


async def open_loop(made: Sequence[bytes], *, port: int, rate: float) -> Answers:
    """Requests at fixed moments, whatever the answers do; latency counts from the due moment."""
    lines = await _lines(OPEN_CONNECTIONS, port)
    free: asyncio.Queue[Line] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)
    answers, begun = Answers(), time.perf_counter()

    async def one(request: bytes, due: float) -> None:
        line = await free.get()
        answers.failed += not await line.send(request)
        answers.latencies.append(time.perf_counter() - due)
        free.put_nowait(line)

    tasks = []
    for number, request in enumerate(made):
        due = begun + number / rate
        if (wait := due - time.perf_counter()) > _SHORTEST_SLEEP_S:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*tasks)
    return _finish(answers, begun, lines)


async def _lines(count: int, port: int) -> list[Line]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Line, "127.0.0.1", port))[1] for _ in range(count)]


def _finish(answers: Answers, begun: float, lines: Sequence[Line]) -> Answers:
    answers.seconds = time.perf_counter() - begun
    for line in lines:
        line.close()
    return answers


def cpu_seconds(*, postgres: int, server: int) -> dict[str, float]:
    """CPU seconds used so far by PostgreSQL, by the server's processes, and by us."""
    tick = os.sysconf("SC_CLK_TCK")
    used, parent = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parts = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        used[int(entry.name)] = (int(parts[11]) + int(parts[12])) / tick
        parent[int(entry.name)] = int(parts[1])
    mine = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "postgres": sum(s for pid, s in used.items() if postgres in (pid, parent[pid])),
        "server": sum(
            s for pid, s in used.items() if server in (pid, parent[pid], parent.get(parent[pid], 0))
        ),
        "generator": mine.ru_utime + mine.ru_stime,
    }
