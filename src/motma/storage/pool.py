"""The pool of asyncpg connections and single connections, both prepared the same way."""

from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec

#: What a context's `queries` take: a connection, of the pool or of its own.
if TYPE_CHECKING:  # asyncpg's classes are generic in their type stubs only
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

#: Session settings of every connection: a forgotten lock or query must not hold a gate.
SESSION: Final = {
    "application_name": "motma",
    "timezone": "UTC",
    "lock_timeout": "3s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    # planning the reading statement of a scan costs ten times its execution, and its plan never
    # depends on its values
    "plan_cache_mode": "force_generic_plan",
}

#: What asyncpg raises when a statement was not done, or nobody knows whether it was. A connection
#: that was cut while it was used raises its InternalClientError, which is no PostgresError.
FAILED: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

#: Prepared statements kept by a connection; the platform has fewer than 200 in all.
STATEMENTS: Final = 512


async def open_pool(
    dsn: str, *, smallest: int = 1, largest: int = 10, settings: dict[str, str] | None = None
) -> Pool:
    """Open a pool; close it with `await pool.close()`.

    Handing a connection back runs no reset query (it costs a quarter of the throughput): no
    request may leave session state behind, hence `SET LOCAL` and transaction locks only. An
    open transaction is still rolled back.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=smallest,
        max_size=largest,
        init=prepare,
        reset=_leave_as_is,
        statement_cache_size=STATEMENTS,
        server_settings=SESSION | (settings or {}),
    )


async def connect(dsn: str, *, settings: dict[str, str] | None = None) -> Connection:
    """Open one connection, outside any pool: for commands and for the sequencer."""
    db: Connection = await asyncpg.connect(
        dsn, statement_cache_size=STATEMENTS, server_settings=SESSION | (settings or {})
    )
    await prepare(db)
    return db


async def prepare(db: Connection) -> None:
    """Let `jsonb` parameters and columns be plain Python values."""
    await db.set_type_codec("jsonb", schema="pg_catalog", encoder=_to_json, decoder=_from_json)


async def _leave_as_is(_db: Connection) -> None:
    """Handed to asyncpg in place of its reset query."""


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _from_json(text: str) -> object:
    return msgspec.json.decode(text)
