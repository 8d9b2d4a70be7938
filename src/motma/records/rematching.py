"""Matches everything again that waits: page by page, going on where a run before it ended.

A page and how far the run came are one transaction, so a run that was killed looks at no record
twice. Records that come meanwhile are looked at too; people who come find what waits by themselves.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.kernel.ids import uuid7
from motma.records import queries, service
from motma.records.errors import RunningElsewhere
from motma.records.showing import BEGINNING
from motma.storage.pool import Connection, Pool

#: Records of one transaction.
PAGE: Final = 200
#: A run is forgotten this long after it began; one that was not finished begins anew then.
KEEP: Final = timedelta(days=31)

_ATTEMPTS: Final = 5


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run came; `waiting` is what was left to look at when it began or went on."""

    run_id: UUID
    looked: int
    matched: int
    waiting: int
    began_at: datetime
    finished_at: datetime | None


Told = Callable[[Run], None]


async def run(
    pool: Pool,
    means: Means,
    *,
    anew: bool = False,
    page: int = PAGE,
    told: Told = lambda _: None,
) -> Run:
    """Look at everything that waits; `anew` forgets how far an unfinished run came.

    One process at a time: RunningElsewhere else. `told` hears of each committed page.
    """
    async with pool.acquire() as db:
        if not await db.fetchval(queries.LOCK_REMATCH):
            raise RunningElsewhere
        try:
            row = await _begun(db, means, anew=anew)
            left = await db.fetchval(queries.COUNT_WAITING, row["after_at"], row["after_id"])
            told(_run(row, left))
            while row["finished_at"] is None:
                row = await _page(db, means, row, page)
                told(_run(row, left))
            return _run(row, left)
        finally:
            if not db.is_closed():
                await db.fetchval(queries.FREE_REMATCH)


async def forget(db: Connection, now: datetime) -> None:
    """Delete runs that are past their keep-until."""
    await db.execute(queries.FORGET_REMATCH, now - KEEP)


async def _begun(db: Connection, means: Means, *, anew: bool) -> Record:
    """The run that was not finished, or a new one."""
    async with db.transaction():
        now = means.clock.now()
        if anew:
            await db.execute(queries.END_REMATCH, now)
        row = await db.fetchrow(queries.OPEN_REMATCH)
        if row is None:
            run_id = uuid7(now, means.random)
            row = await db.fetchrow(queries.BEGIN_REMATCH, run_id, *BEGINNING, now)
    assert row is not None  # noqa: S101 - it was inserted
    return row


async def _page(db: Connection, means: Means, row: Record, page: int) -> Record:
    """One page, one transaction; again when two writers waited for each other in a circle."""
    for attempt in range(_ATTEMPTS):
        try:
            async with db.transaction():
                return await _page_once(db, means, row, page)
        except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the loop returns or raises")


async def _page_once(db: Connection, means: Means, row: Record, page: int) -> Record:
    waiting = await db.fetch(queries.WAITING_IDS, row["after_at"], row["after_id"], page)
    if waiting:
        ids = [one["record_id"] for one in waiting]
        matched = await service.rematch_records(db, means, ids)
        last = waiting[-1]
        at = (last["received_at"], last["record_id"])
        moved = await db.fetchrow(queries.ADVANCE_REMATCH, row["run_id"], *at, len(ids), matched)
    else:
        moved = await db.fetchrow(queries.FINISH_REMATCH, row["run_id"], means.clock.now())
    if moved is None:
        raise RunningElsewhere
    return moved


def _run(row: Record, waiting: int) -> Run:
    return Run(
        run_id=row["run_id"],
        looked=row["looked"],
        matched=row["matched"],
        waiting=waiting,
        began_at=row["began_at"],
        finished_at=row["finished_at"],
    )
