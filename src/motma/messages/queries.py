"""All SQL of messages."""

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.messages.model import HURRY, Pace
from motma.storage.pool import Connection

ADD: Final = """
    INSERT INTO local.message (message_id, sealed, created_at, due_at, expires_at)
    VALUES ($1, $2, $3, $3, $4)
"""
# who takes a message lets go of the transaction before sending: a slow sender holds up nobody
TAKE: Final = """
    UPDATE local.message SET due_at = $2, tries = tries + 1
     WHERE message_id IN (SELECT message_id FROM local.message
                           WHERE due_at <= $1 AND expires_at > $1
                           ORDER BY expires_at, message_id LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING message_id, sealed, created_at, expires_at, tries
"""
# `tries` fences: who was slower than the lease does not undo what another does with it
LATER: Final = "UPDATE local.message SET due_at = $2 WHERE message_id = $1 AND tries = $3"
DONE: Final = "DELETE FROM local.message WHERE message_id = $1 RETURNING message_id"
EXPIRED: Final = "DELETE FROM local.message WHERE expires_at <= $1 RETURNING message_id"
# notices go after codes, so that they hold up none
PACE: Final = """
    SELECT wait_s, stalled_until,
           (SELECT min(created_at) FROM local.message
             WHERE tries = 0 AND expires_at > $1 AND expires_at < $2) AS oldest
      FROM local.message_pace
"""
WENT: Final = """
    UPDATE local.message_pace
       SET wait_s = wait_s + 0.5 * ($1 - wait_s), sent_at = $2, stalled_until = NULL
"""
STALLED: Final = "UPDATE local.message_pace SET stalled_until = $1"


async def take(db: Connection, now: datetime, until: datetime, most: int) -> list[Record]:
    """Messages that are due, taken until then; served by index message_due."""
    return await db.fetch(TAKE, now, until, most)


async def done(db: Connection, message_id: UUID) -> bool:
    """Whether the message was still there."""
    return await db.fetchval(DONE, message_id) is not None


async def pace(db: Connection, now: datetime) -> Pace:
    """How it goes just now."""
    row = await db.fetchrow(PACE, now, now + HURRY)
    if row is None:  # nobody deletes it
        return Pace(wait_s=0.0, stalled_until=None, oldest=None)
    return Pace(wait_s=row["wait_s"], stalled_until=row["stalled_until"], oldest=row["oldest"])
