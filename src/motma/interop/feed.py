"""The change feed: what happened to those whom an app may know, told in order, at least once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog
from asyncpg import Record

from motma.access.changes import service as changes
from motma.access.means import Means
from motma.identity.selves import selves_of_all
from motma.interop import model, queries
from motma.interop.errors import CursorGone
from motma.kernel.clock import Clock
from motma.kernel.errors import Malformed, where_raised
from motma.kernel.rounds import rounds
from motma.storage.pool import Connection, Pool

#: Seconds between two rounds: an app is behind by this and the round's own work.
ROUND_S: Final = 0.5
#: Changes passed on in one transaction.
MOST: Final = 1000

#: After this, somebody's changes are noted under another id as well.
MERGED: Final = "person.merged"
#: Where each event says that it comes from: with its id, it names the event.
SOURCE: Final = "/v1/apps/changes"

_log = structlog.get_logger("motma.interop")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change, as CloudEvents 1.0 names its parts."""

    id: str
    type: str
    subject: str  # the app's handle
    time: datetime
    source: str = SOURCE
    specversion: str = "1.0"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Changes in order, and the cursor that goes on behind them."""

    changes: list[Change]
    cursor: str


async def page(db: Connection, clock: Clock, client_id: UUID, *, after: str) -> Page:
    """What an app has not heard yet; from the first that is kept when `after` is empty."""
    now = clock.now()
    position = position_of(after, now)
    rows = await db.fetch(queries.FEED, client_id, position, model.PAGE)
    found = [_change(row) for row in rows]
    if rows:
        return Page(changes=found, cursor=_cursor(rows[-1]["position"], rows[-1]["told_at"]))
    return Page(changes=found, cursor=_cursor(position, now))


async def behind(
    db: Connection, client_id: UUID, position: int, *, most: int = model.PAGE
) -> list[Change]:
    """The changes behind a position, in order."""
    return [_change(row) for row in await db.fetch(queries.FEED, client_id, position, most)]


def position_of(cursor: str, now: datetime) -> int:
    """The position; CursorGone where something behind it may have been forgotten."""
    if not cursor:
        return 0
    position, _, seconds = cursor[:40].partition("-")
    if not (position.isascii() and position.isdigit() and seconds.isascii() and seconds.isdigit()):
        raise Malformed("interop.cursor-form", "after")
    if len(position) > 18 or len(seconds) > 11:  # noqa: PLR2004 - what the two columns can hold
        raise Malformed("interop.cursor-form", "after")
    if datetime.fromtimestamp(int(seconds), UTC) < now - model.FEED_KEPT:
        raise CursorGone
    return int(position)


async def run(pool: Pool, means: Means, stop: asyncio.Event) -> None:
    """Pass on what is due, round after round; of several processes one at a time works."""

    async def work() -> bool:
        return await carry(pool, means) == MOST

    await rounds(work, stop, rest_s=ROUND_S, failed=_failed)


def _failed(error: Exception) -> None:
    _log.warning("feed failed", error=type(error).__name__, where=where_raised(error))


async def carry(pool: Pool, means: Means) -> int:
    """Pass on to each app what is due; how many changes were looked at."""
    async with pool.acquire() as db, db.transaction():
        if not await db.fetchval(queries.ONE_WRITER):
            return 0
        due = await changes.due(db, MOST)
        told = await _told(db, due)
        if told:
            columns = [list(column) for column in zip(*told, strict=True)]
            await db.execute(queries.TELL, *columns, means.clock.now())
        if due:
            await changes.told(db, [row["change_id"] for row in due])
    return len(due)


async def _told(db: Connection, due: Sequence[Record]) -> list[tuple[UUID, UUID, str, datetime]]:
    """Client, handle, kind and time of what each app hears, in order."""
    people = await selves_of_all(db, {row["person_id"] for row in due})
    merged = {row["person_id"] for row in due if row["kind"] == MERGED}
    if merged:  # from now on changes under the kept id count too
        await changes.watch(db, [one for who in merged for one in people.get(who, ())])
    ids = {one for selves in people.values() for one in selves}
    knowing: dict[UUID, list[tuple[UUID, UUID]]] = {}
    for row in await db.fetch(queries.CONSENTED, list(ids)):
        knowing.setdefault(row["person_id"], []).append((row["client_id"], row["handle"]))
    told: list[tuple[UUID, UUID, str, datetime]] = []
    for row in due:
        if row["client_id"] is not None:
            told.append((row["client_id"], row["handle"], row["kind"], row["at"]))
            continue
        selves = people.get(row["person_id"], ())
        told += [(*who, row["kind"], row["at"]) for one in selves for who in knowing.get(one, ())]
    return told


async def forget(db: Connection, now: datetime) -> None:
    """Delete what is past its keep-until."""
    await db.execute(queries.FORGET_FEED, now - model.FEED_KEPT)
    await db.execute(queries.FORGET_GRANTS, now - model.GRANT_KEPT)
    await db.execute(queries.FORGET_CONSENTS, now - model.CONSENT_KEPT)


def _cursor(position: int, at: datetime) -> str:
    """Where an app stands, and as of when."""
    return f"{position}-{int(at.timestamp())}"


def _change(row: Record) -> Change:
    return Change(
        id=str(row["position"]),
        type=f"motma.{row['kind']}",
        subject=str(row["handle"]),
        time=row["at"],
    )
