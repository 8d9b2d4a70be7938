"""Looks at cards beside the requests, round after round."""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Final

import structlog

from motma.access.means import Means
from motma.cards.shelf import Shelf
from motma.cards.soon import service
from motma.storage.pool import Pool

#: Seconds between two rounds, and between two looks at who has a wallet now.
ROUND_S: Final = 5.0
ENLIST_S: Final = 3600.0

_log = structlog.get_logger("motma.cards")


async def run(pool: Pool, means: Means, stop: asyncio.Event) -> None:
    """Until told to stop; several processes may, each card is one's at a time."""
    shelf, enlisted_at = Shelf(), -ENLIST_S
    while not stop.is_set():
        try:
            if monotonic() - enlisted_at >= ENLIST_S:
                async with pool.acquire() as db, db.transaction():
                    await service.enlist(db, means)
                enlisted_at = monotonic()
            while await _some(pool, means, shelf) and not stop.is_set():
                pass
        except Exception as error:  # noqa: BLE001 - must outlive a database restart
            _log.warning("looking at cards failed", error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), ROUND_S)


async def _some(pool: Pool, means: Means, shelf: Shelf) -> int:
    async with pool.acquire() as db, db.transaction():
        return await service.look(db, means, shelf)
