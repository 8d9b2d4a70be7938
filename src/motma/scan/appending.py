"""Group commit: scans that arrive while an append is being written share the next one."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from motma.audit import service as audit
from motma.audit.model import Event
from motma.audit.promise import Promised, promise_all
from motma.keys.signer import Signer
from motma.scan.errors import AppendFailed
from motma.scan.grouping import Grouped
from motma.storage.pool import FAILED, Pool


class Appended(NamedTuple):
    """A durable event: whether it was new, and the log's promise to include it."""

    new: bool
    receipt: dict[str, Any]


class Appender:
    """Appends events durably, many callers to one statement and one signature."""

    def __init__(self, pool: Pool, signer: Signer) -> None:
        self._pool = pool
        self._signer = signer
        self._grouped = Grouped(self._write)

    async def append(self, event: Event) -> Appended:
        """Return once the event is durable. AppendFailed when it is not."""
        try:
            return await self._grouped.do(event)
        except FAILED as error:
            raise AppendFailed from error

    async def append_all(self, events: Sequence[Event]) -> list[Appended]:
        """The same for many."""
        return list(await asyncio.gather(*(self.append(event) for event in events)))

    async def _write(self, events: Sequence[Event]) -> list[Appended]:
        async with self._pool.acquire() as db:
            added = await audit.append(db, events)
        promised = promise_all(
            self._signer, [Promised(e.event_id, e.commitment, e.known_at) for e in events]
        )
        return [
            Appended((event.device_id, event.event_id) in added, receipt)
            for event, receipt in zip(events, promised, strict=True)
        ]
