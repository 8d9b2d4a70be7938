"""Use cases of an app's webhooks: add, look, pause, go on, replay, end."""

from datetime import datetime
from typing import Final
from uuid import UUID

from motma.access.means import Means
from motma.egress.addresses import target_of
from motma.interop.feed import position_of
from motma.interop.hooks import model, queries
from motma.interop.hooks.errors import HookUnknown, TooManyHooks
from motma.interop.hooks.model import Delivery, Made, Shown
from motma.interop.model import FEED_KEPT
from motma.kernel.errors import Malformed
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

_LONGEST_URL: Final = 500


async def add(
    db: Connection, means: Means, client_id: UUID, url: str, *, private_network: bool
) -> Made:
    """A new door of an app; both secrets are told now and never again."""
    if len(url) > _LONGEST_URL:
        raise Malformed("interop.hook-address", "url")
    target_of(url, private_network=private_network)
    if await db.fetchval(queries.COUNT, client_id) >= model.MOST:
        raise TooManyHooks(model.MOST)
    now = means.clock.now()
    hook_id, secrets = uuid7(now, means.random), means.random(2 * model.SECRET_BYTES)
    sealed = means.vault.seal(model.COLUMN, hook_id, secrets)
    await db.execute(queries.ADD, hook_id, client_id, url, sealed, now)
    await means.log(
        db, "interop.hook-added", {"client_id": str(client_id), "hook_id": str(hook_id)}
    )
    return model.made(hook_id, secrets)


async def listed(db: Connection, client_id: UUID) -> list[Shown]:
    """The app's doors."""
    return [Shown(**dict(row)) for row in await db.fetch(queries.OF_CLIENT, client_id)]


async def pause(db: Connection, means: Means, client_id: UUID, hook_id: UUID) -> None:
    """Bring nothing until it goes on; the feed keeps what happens for its 30 days."""
    await _set(db, means, client_id, hook_id, "paused")


async def resume(db: Connection, means: Means, client_id: UUID, hook_id: UUID) -> None:
    """Go on where it stopped, also after it was given up."""
    await _set(db, means, client_id, hook_id, "active")


async def replay(
    db: Connection, means: Means, client_id: UUID, hook_id: UUID, *, after: str
) -> None:
    """Bring again everything behind a cursor of the feed; from the first that is kept if empty."""
    now = means.clock.now()
    position = position_of(after, now)
    if await db.fetchval(queries.SET_POSITION, client_id, hook_id, position, now) is None:
        raise HookUnknown


async def end(db: Connection, means: Means, client_id: UUID, hook_id: UUID) -> None:
    """Close a door for good."""
    if await db.fetchval(queries.END, client_id, hook_id, means.clock.now()) is None:
        raise HookUnknown
    await means.log(
        db, "interop.hook-ended", {"client_id": str(client_id), "hook_id": str(hook_id)}
    )


async def deliveries(db: Connection, client_id: UUID, hook_id: UUID) -> list[Delivery]:
    """The last hundred tries, newest first."""
    rows = await db.fetch(queries.DELIVERIES, client_id, hook_id)
    return [Delivery(**dict(row)) for row in rows]


async def forget(db: Connection, now: datetime) -> None:
    """Delete what is past its keep-until."""
    await db.execute(queries.FORGET_DELIVERIES, now - FEED_KEPT)
    await db.execute(queries.FORGET_HOOKS, now - model.ENDED_KEPT)


async def _set(db: Connection, means: Means, client_id: UUID, hook_id: UUID, state: str) -> None:
    now = means.clock.now()
    if await db.fetchval(queries.SET_STATE, client_id, hook_id, state, now) is None:
        raise HookUnknown
