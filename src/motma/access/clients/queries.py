"""All SQL of clients."""

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.access.clients.model import Client
from motma.storage.pool import Connection

ADD_CLIENT: Final = """
    INSERT INTO client (client_id, organisation_id, name, scopes, public_key, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
# a closed organisation's clients end with it
FIND_CLIENT: Final = """
    SELECT c.client_id, c.organisation_id, c.name, c.scopes, c.public_key,
           c.ended_at IS NULL AND o.status = 'active' AS active
      FROM client c JOIN organisation o USING (organisation_id) WHERE c.client_id = $1
"""
CLIENTS: Final = """
    SELECT c.client_id, c.name, c.scopes, c.created_at, c.ended_at, o.name AS organisation
      FROM client c JOIN organisation o USING (organisation_id) ORDER BY c.created_at, c.client_id
"""
END_CLIENT: Final = """
    UPDATE client SET ended_at = $2 WHERE client_id = $1 AND ended_at IS NULL RETURNING client_id
"""
# the primary key is the guard against a twin: of two uses at once one inserts nothing
USE_ASSERTION: Final = """
    INSERT INTO client_assertion (client_id, jti_hash, expires_at) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING RETURNING client_id
"""
FORGET_ASSERTIONS: Final = "DELETE FROM client_assertion WHERE client_id = $1 AND expires_at < $2"


async def find(db: Connection, client_id: UUID) -> Client | None:
    """Served by the primary key; as the client is now."""
    row = await db.fetchrow(FIND_CLIENT, client_id)
    return Client(**{**row, "scopes": tuple(row["scopes"])}) if row else None


async def clients(db: Connection) -> list[Record]:
    """Every client there was, the oldest first."""
    return await db.fetch(CLIENTS)


async def use_assertion(
    db: Connection, client_id: UUID, jti_hash: bytes, *, until: datetime, now: datetime
) -> bool:
    """Remember an assertion; False when it was used before. Old ones of the client go."""
    await db.execute(FORGET_ASSERTIONS, client_id, now)
    return await db.fetchval(USE_ASSERTION, client_id, jti_hash, until) is not None
