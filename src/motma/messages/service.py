"""Queueing a message, and saying when it will come; the caller owns the transaction."""

from datetime import datetime

import msgspec

from motma.kernel.clock import Clock
from motma.kernel.ids import Random, uuid7
from motma.keys.vault import Vault
from motma.messages import queries
from motma.messages.model import COLUMN, Text
from motma.storage.pool import Connection

_encode = msgspec.json.Encoder().encode


async def queue(
    db: Connection,
    vault: Vault,
    clock: Clock,
    random: Random,
    *,
    to: str | None,
    text: str,
    expires_at: datetime,
) -> None:
    """Leave a message to be sent. Without a number it is sent to nobody, at the same cost here.

    So that the time of an answer does not tell whether anybody has that number.
    """
    now = clock.now()
    message_id = uuid7(now, random)
    sealed = vault.seal(COLUMN, message_id, _encode(Text(to or "", text)))
    await db.execute(queries.ADD, message_id, sealed, now, expires_at)


async def expected_at(db: Connection, clock: Clock) -> datetime:
    """When a message that is queued now will probably be sent."""
    now = clock.now()
    return (await queries.pace(db, now)).expected_at(now)
