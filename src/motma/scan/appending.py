"""Group commit: scans that arrive while an append is being written share the next one.

No timer and no delay: an idle platform writes a scan at once, a busy one writes many together. One
bad row must not fail its group, so a group that fails is written row by row.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from asyncpg import PostgresError

from motma.audit import service as audit
from motma.audit.model import Event
from motma.scan.errors import AppendFailed
from motma.storage.pool import Pool

#: Rows in one append: more would only make everybody in it wait longer.
LARGEST_GROUP: Final = 512


class Appender:
    """Appends events durably, many callers to one statement."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: list[tuple[Event, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def append(self, event: Event) -> bool:
        """Return once the event is durable: whether it is new. AppendFailed when it is not."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await done

    async def append_all(self, events: Sequence[Event]) -> list[bool]:
        """The same for many."""
        return list(await asyncio.gather(*(self.append(event) for event in events)))

    async def _write(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = (
                    self._waiting[:LARGEST_GROUP],
                    self._waiting[LARGEST_GROUP:],
                )
                await self._write_group(group)
        finally:
            self._writing = None

    async def _write_group(self, group: list[tuple[Event, asyncio.Future[bool]]]) -> None:
        try:
            async with self._pool.acquire() as db:
                added = await audit.append(db, [event for event, _ in group])
        except (PostgresError, OSError, TimeoutError):
            if len(group) > 1:
                for one in group:
                    await self._write_group([one])
                return
            _settle(group[0][1], AppendFailed())
            return
        except Exception as defect:  # noqa: BLE001 - whoever waits must hear of it
            for _, done in group:
                _settle(done, defect)
            return
        for event, done in group:
            if not done.done():
                done.set_result((event.device_id, event.event_id) in added)


def _settle(done: asyncio.Future[bool], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
