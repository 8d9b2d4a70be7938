"""Reads every source for as long as a process lives: each by itself, waiting as it must."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from motma.access.means import Means
from motma.kernel.errors import Declined
from motma.records.sources import queries, service
from motma.records.sources.errors import CircuitOpen, SourceUnknown, TurnLost
from motma.records.sources.model import wait_after
from motma.records.sources.proving import Prover
from motma.records.sources.saving import is_away
from motma.records.sources.telling import hears, tell
from motma.storage.pool import FAILED, Pool, connect

#: Seconds between two looks at a source that had nothing more.
IDLE_S: Final = 10.0
#: Seconds to wait after a failure that was counted; the circuit says the rest.
_PAUSE_S: Final = 0.05
#: Seconds between two looks whether another process still reads.
_TURN_S: Final = 2.0
#: Seconds that a page may still take once reading is to end; cut off, it is asked for again.
_GRACE_S: Final = 5.0
#: Seconds for a connection to close; then it is cut.
_GOODBYE_S: Final = 2.0

_log = structlog.get_logger("motma.sources")


async def run_alone(
    dsn: str, pool: Pool, means: Means, stop: asyncio.Event, *, idle_s: float = IDLE_S
) -> None:
    """Read as `run` does, but stand by while another process does this already.

    The turn is a lock of one connection: whoever dies gives it back. Two that read at once, after
    a connection was cut, would only lose turns to each other.
    """
    while not stop.is_set():
        try:
            async with _turn(dsn) as cut:
                if cut is not None:
                    await _run_until((stop, cut), pool, means, idle_s)
        except FAILED as error:
            _log.warning("reading retries", error=type(error).__name__)
        await _pause(stop, min(_TURN_S, idle_s))


async def run(pool: Pool, means: Means, stop: asyncio.Event, *, idle_s: float = IDLE_S) -> None:
    """Read until told to stop; sources that are added meanwhile join.

    Sources that have an address also hear what was decided of their records.
    """
    telling: dict[str, asyncio.Task[None]] = {}
    reading: dict[str, asyncio.Task[None]] = {}
    while not stop.is_set():
        try:
            async with pool.acquire() as db:
                known = await queries.sources(db)
        except Exception as error:
            if not is_away(error):
                raise
            known = []
        for name in (source.source for source in known if hears(source)):
            if name not in reading or reading[name].done():
                reading[name] = asyncio.create_task(_read(pool, means, name, stop, idle_s))
            if name not in telling or telling[name].done():
                telling[name] = asyncio.create_task(_tell(pool, means, name, stop, idle_s))
        await _pause(stop, idle_s)
    await _ended([*telling.values(), *reading.values()])


async def drain(pool: Pool, means: Means, name: str) -> int:
    """Read one source until it has nothing more; returns how many items were taken."""
    taken, prover = 0, Prover(means)
    while True:
        pulled = await service.pull(pool, means, name, prover)
        taken += pulled.items
        if not pulled.more:
            return taken


@asynccontextmanager
async def _turn(dsn: str) -> AsyncIterator[asyncio.Event | None]:
    """An event that is set once the turn is lost with its connection; None if another has it."""
    db = await connect(dsn)
    cut = asyncio.Event()
    db.add_termination_listener(lambda _: cut.set())
    try:
        yield cut if await db.fetchval(queries.TAKE_TURN) else None
    finally:
        with suppress(*FAILED):
            await db.close(timeout=_GOODBYE_S)


async def _run_until(
    ends: Iterable[asyncio.Event], pool: Pool, means: Means, idle_s: float
) -> None:
    """Read until one of these is set."""
    stop = asyncio.Event()
    reading = asyncio.create_task(run(pool, means, stop, idle_s=idle_s))
    waiting = [asyncio.create_task(event.wait()) for event in ends]
    await asyncio.wait([reading, *waiting], return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    stop.set()
    await reading


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    """All have ended; one that a slow source still holds is cut off, which costs it nothing."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=_GRACE_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _read(pool: Pool, means: Means, name: str, stop: asyncio.Event, idle_s: float) -> None:
    """One source, page after page."""
    prover = Prover(means)
    while not stop.is_set():
        wait_s = 0.0
        try:
            pulled = await service.pull(pool, means, name, prover)
            wait_s = 0.0 if pulled.more else idle_s
        except SourceUnknown:
            return
        except CircuitOpen as open_:
            wait_s = open_.retry_after_s + 0.001  # rounded: never in vain
        except TurnLost:
            wait_s = _PAUSE_S
        except Declined as failed:
            _log.warning("a source failed", source=name, code=failed.code)
            wait_s = _PAUSE_S
        except Exception as error:  # noqa: BLE001 - reading must outlive a database restart
            _log.warning("reading failed", source=name, error=type(error).__name__)
            wait_s = 1.0
        if wait_s:
            await _pause(stop, wait_s)


async def _tell(pool: Pool, means: Means, name: str, stop: asyncio.Event, idle_s: float) -> None:
    """Corrections for one source; failures are counted here, so that reading is not held up."""
    failures, prover = 0, Prover(means)
    while not stop.is_set():
        try:
            told = await tell(pool, means, name, prover)
            failures, wait_s = 0, 0.0 if told else idle_s
        except Exception as error:  # noqa: BLE001 - telling must outlive a database restart
            failures += 1
            reason = error.code if isinstance(error, Declined) else type(error).__name__
            _log.warning("corrections were not taken", source=name, reason=reason)
            chance = int.from_bytes(means.random(4), "big") / (1 << 32)
            wait_s = max(_PAUSE_S, wait_after(failures, chance).total_seconds())
        if wait_s:
            await _pause(stop, wait_s)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
