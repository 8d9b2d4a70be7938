"""The courier: takes what is due, sends it, and waits longer the more often that fails."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog
from prometheus_client import Counter

from motma.kernel.clock import Clock
from motma.kernel.errors import Declined, where_raised
from motma.kernel.rounds import rounds
from motma.keys.errors import SealBroken
from motma.keys.vault import Vault
from motma.messages import queries
from motma.messages.errors import NumberRefused
from motma.messages.model import COLUMN, LEASE, Breaker, Message, Text, back_off
from motma.messages.senders import Sender
from motma.storage.pool import Connection, Pool

#: Seconds between two looks at the queue.
ROUND_S: Final = 0.5
#: Messages under way at once in a process.
AT_ONCE: Final = 8

OUTCOMES: Final = Counter("motma_messages", "Messages by what became of them", ["outcome"])

_log = structlog.get_logger("motma.messages")
_read = msgspec.json.Decoder(Text)


@dataclass(slots=True)
class Courier:
    """Works on the queue; several processes may, each message is one's at a time."""

    pool: Pool
    vault: Vault
    clock: Clock
    sender: Sender
    breaker: Breaker = field(default_factory=Breaker)

    async def run(self, stop: asyncio.Event) -> None:
        """Round after round until told to stop; a failed one is told and tried again."""

        async def work() -> bool:
            return await self.round() == AT_ONCE

        await rounds(work, stop, rest_s=ROUND_S, failed=_failed)

    async def round(self) -> int:
        """Send what is due now; how many messages that were."""
        now = self.clock.now()
        async with self.pool.acquire() as db:
            gone = await db.fetch(queries.EXPIRED, now)
            OUTCOMES.labels("expired").inc(len(gone))
            if not self.breaker.closed(now):
                return 0
            most = 1 if self.breaker.single() else AT_ONCE
            taken = [
                message
                for row in await queries.take(db, now, now + LEASE, most)
                if (message := self._opened(dict(row))) is not None
            ]
        await asyncio.gather(*(self._deliver(message) for message in taken))
        return len(taken)

    def _opened(self, row: dict[str, object]) -> Message | None:
        """The message; None for one that cannot be opened any more, which expires by itself."""
        message_id, sealed = row["message_id"], row.pop("sealed")
        try:
            text = _read.decode(self.vault.open(COLUMN, message_id, sealed))  # type: ignore[arg-type]  # columns as they are in the table
        except (SealBroken, msgspec.DecodeError):
            return None
        return Message(to=text.to, text=text.text, **row)  # type: ignore[arg-type]  # the same

    async def _deliver(self, message: Message) -> None:
        """Send one, and keep what became of it."""
        now = self.clock.now()
        if now >= message.expires_at:
            return  # the next round deletes it
        try:
            if message.to:
                await self.sender.send(message)
        except NumberRefused:
            await self._finished(message, "refused")
        except Declined:
            await self._failed(message)
        except Exception as error:  # noqa: BLE001 - a sender's defect must not stop the queue
            _log.warning("sender failed", error=type(error).__name__)
            await self._failed(message)
        else:
            await self._finished(message, "sent" if message.to else "nobody")

    async def _finished(self, message: Message, outcome: str) -> None:
        """It went out, or never will."""
        OUTCOMES.labels(outcome).inc()
        now = self.clock.now()
        async with self.pool.acquire() as db, db.transaction():
            await queries.done(db, message.message_id)
            if outcome == "sent":
                self.breaker = Breaker.succeeded()
            if outcome == "sent" and message.hurries:
                wait_s = (now - message.created_at).total_seconds()
                await db.execute(queries.WENT, max(wait_s, 0.0), now)

    async def _failed(self, message: Message) -> None:
        """It is tried again later; after many failures all of them wait."""
        OUTCOMES.labels("failed").inc()
        now = self.clock.now()
        self.breaker = self.breaker.failed(now)
        async with self.pool.acquire() as db:
            await self._later(db, message)
            if not self.breaker.closed(now):
                await db.execute(queries.STALLED, self.breaker.until)

    async def _later(self, db: Connection, message: Message) -> None:
        due = self.clock.now() + back_off(message.tries)
        await db.execute(queries.LATER, message.message_id, due, message.tries)


def _failed(error: Exception) -> None:
    _log.warning("messages failed", error=type(error).__name__, where=where_raised(error))
