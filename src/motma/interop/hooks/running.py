"""Brings the feed to the doors of apps; a door that stays shut delays no other."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Final

import msgspec
import structlog
from prometheus_client import Counter

from motma.access.means import Means
from motma.egress.client import Egress
from motma.egress.errors import AnswerRefused
from motma.interop import feed
from motma.interop.feed import Change
from motma.interop.hooks import model, queries
from motma.interop.hooks.model import Hook, Message
from motma.kernel.errors import Declined, where_raised
from motma.kernel.ids import uuid7
from motma.kernel.rounds import rounds
from motma.storage.pool import Pool

#: Seconds between two looks.
ROUND_S: Final = 0.5
#: Doors tried at once by a process.
AT_ONCE: Final = 16
#: An answer's body says nothing to us: more than this is refused. Bytes, and seconds for it all.
MOST_BYTES: Final = 64 * 1024
PATIENCE_S: Final = 15.0

DELIVERIES: Final = Counter("motma_hook_deliveries", "Deliveries to apps by outcome", ["outcome"])

_log = structlog.get_logger("motma.interop")


@dataclass(frozen=True, slots=True)
class Courier:
    """Works on the doors that have something to hear; several processes may."""

    pool: Pool
    means: Means
    private_network: bool = False

    async def run(self, stop: asyncio.Event) -> None:
        """Round after round until told to stop."""

        async def work() -> bool:
            return await self.round() > 0

        await rounds(work, stop, rest_s=ROUND_S, failed=_failed)

    async def round(self) -> int:
        """Try every door that is due once; how many that were."""
        now = self.means.clock.now()
        async with self.pool.acquire() as db:
            rows = await db.fetch(queries.TAKE, now, now + model.LEASE, AT_ONCE)
        await asyncio.gather(*(self._bring(Hook(**dict(row))) for row in rows))
        return len(rows)

    async def _bring(self, hook: Hook) -> None:
        """One delivery, and a note of what became of it."""
        async with self.pool.acquire() as db:
            changes = await feed.behind(db, hook.client_id, hook.position, most=model.BATCH)
        if not changes:
            return
        now, began = self.means.clock.now(), monotonic()
        delivery_id = uuid7(now, self.means.random)
        body = msgspec.json.encode(Message(timestamp=now, data=changes))
        secrets = self.means.vault.open(model.COLUMN, hook.hook_id, hook.secret)
        code = status = None
        try:
            async with Egress(self.private_network, PATIENCE_S, MOST_BYTES) as egress:
                await egress.post(
                    hook.url,
                    body,
                    media_type="application/json",
                    headers=model.headers(secrets, delivery_id, now, body),
                )
        except Declined as refused:
            code = refused.code
            status = refused.status if isinstance(refused, AnswerRefused) else None
        took = round(1000 * (monotonic() - began))
        DELIVERIES.labels("refused" if code else "taken").inc()
        await self._settle(hook, changes, failed=code is not None)
        async with self.pool.acquire() as db:
            span = model.positions(changes)
            await db.execute(
                queries.TRIED, hook.hook_id, delivery_id, *span, now, took, code, status
            )

    async def _settle(self, hook: Hook, changes: list[Change], *, failed: bool) -> None:
        """Move the door on, or let it wait longer than the last time."""
        now = self.means.clock.now()
        async with self.pool.acquire() as db:
            if not failed:
                last = model.positions(changes)[1]
                await db.execute(queries.TAKEN, hook.hook_id, last, hook.position, now)
                return
            again = now + model.wait(hook.failures + 1, self.means.random(2))
            given_up = model.given_up(hook.failing_since, now)
            await db.execute(queries.FAILED, hook.hook_id, now, again, given_up)


def _failed(error: Exception) -> None:
    _log.warning("webhooks failed", error=type(error).__name__, where=where_raised(error))
