"""Runs the sequencer for as long as the platform runs; of several processes one at a time works."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from motma.audit import queries
from motma.audit.mirror import Mirror
from motma.audit.model import Checkpoint
from motma.audit.sequencer import Log, Probe, Witness, mirror_leaves, place, quiet, restore, sign
from motma.kernel.clock import Clock
from motma.kernel.errors import Declined, where_raised
from motma.keys.signer import Signer
from motma.storage.pool import FAILED, Connection, connect

#: Seconds between two passes; with the horizon it keeps the merge delay well below 10 s.
INTERVAL_S: Final = 1.0

#: Seconds until another try after the database went away.
RETRY_S: Final = 1.0

#: Seconds for a connection to close; then it is cut.
GOODBYE_S: Final = 2.0

_log = structlog.get_logger(__name__)


class Sequencer:
    """Passes over the log until it is told to stop; stands by while another process does it."""

    def __init__(
        self,
        dsn: str,
        *,
        origin: str,
        signer: Signer,
        clock: Clock,
        mirror: Path,
        witnesses: Sequence[Witness] = (),
        probe: Probe = quiet,
    ) -> None:
        self._dsn = dsn
        self._origin = origin
        self._signer = signer
        self._clock = clock
        self._directory = mirror
        self._witnesses = witnesses
        self._probe = probe
        #: Code of the decline that ended `run` for good; None while all is well.
        self.stopped_by: str | None = None

    async def run(self, stop: asyncio.Event, *, interval_s: float = INTERVAL_S) -> None:
        """Pass after pass; what the database or the disk refuses is tried again.

        Forked ends it: a log that would contradict itself must not go on.
        """
        while not stop.is_set():
            try:
                await self._lead(stop, interval_s)
            except FAILED as error:
                _log.warning("audit.sequencer-retries", error=type(error).__name__)
            except Declined as declined:
                self.stopped_by = declined.code
                _log.critical("audit.sequencer-stopped", code=declined.code)
                raise
            except Exception as error:  # noqa: BLE001 - a defect must not end the log unseen
                _log.critical(
                    "audit.sequencer-defect", error=type(error).__name__, where=where_raised(error)
                )
            await _rest(stop, RETRY_S)

    async def once(self) -> Checkpoint | None:
        """One pass now; None when nothing grew or another process is at it."""
        async with self._leading() as leading:
            return await one_pass(*leading) if leading else None

    async def _lead(self, stop: asyncio.Event, interval_s: float) -> None:
        async with self._leading() as leading:
            while leading and not stop.is_set():
                await one_pass(*leading)
                await _rest(stop, interval_s)

    @asynccontextmanager
    async def _leading(self) -> AsyncIterator[tuple[Connection, Log] | None]:
        """A connection that holds the lock, and the mirror, both consistent; None if it is held."""
        db = await connect(self._dsn)
        mirror: Mirror | None = None
        try:
            if not await queries.lead(db):
                yield None
                return
            mirror = await asyncio.to_thread(Mirror.writer, self._directory)
            log = Log(
                origin=self._origin,
                signer=self._signer,
                mirror=mirror,
                clock=self._clock,
                witnesses=self._witnesses,
                probe=self._probe,
            )
            async with db.transaction():
                await restore(db, log)
            yield db, log
        finally:
            if mirror is not None:
                mirror.close()
            # a connection that was cut may never say goodbye
            await db.close(timeout=GOODBYE_S)


async def one_pass(db: Connection, log: Log) -> Checkpoint | None:
    """Place, mirror, sign; the checkpoint, if the tree grew."""
    async with db.transaction():
        await place(db)
        log.probe("placing")
    log.probe("placed")
    await mirror_leaves(db, log)
    log.probe("mirrored")
    async with db.transaction():
        checkpoint = await sign(db, log)
    log.probe("signed")
    return checkpoint


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
