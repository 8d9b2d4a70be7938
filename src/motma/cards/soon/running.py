"""Looks at cards beside the requests, round after round."""

import asyncio
from time import monotonic
from typing import Final

import structlog

from motma.access.means import Means
from motma.cards.shelf import Shelf
from motma.cards.soon import service
from motma.kernel.errors import where_raised
from motma.kernel.rounds import rounds
from motma.storage.pool import Pool

#: Seconds between two rounds, and between two looks at who has a wallet now.
ROUND_S: Final = 5.0
ENLIST_S: Final = 3600.0

_log = structlog.get_logger("motma.cards")


async def run(pool: Pool, means: Means, stop: asyncio.Event) -> None:
    """Until told to stop; several processes may, each card is one's at a time."""
    shelf, enlisted_at = Shelf(), -ENLIST_S

    async def work() -> bool:
        nonlocal enlisted_at
        if monotonic() - enlisted_at >= ENLIST_S:
            async with pool.acquire() as db, db.transaction():
                await service.enlist(db, means)
            enlisted_at = monotonic()
        return await _some(pool, means, shelf) > 0

    await rounds(work, stop, rest_s=ROUND_S, failed=_failed)


def _failed(error: Exception) -> None:
    _log.warning("looking at cards failed", error=type(error).__name__, where=where_raised(error))


async def _some(pool: Pool, means: Means, shelf: Shelf) -> int:
    async with pool.acquire() as db, db.transaction():
        return await service.look(db, means, shelf)
