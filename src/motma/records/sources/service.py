"""Use cases of sources: add, read a page, be pushed to, say how it goes.

Reading asks the network and so owns its transactions: nothing is held while a source answers.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from asyncpg.exceptions import TransactionRollbackError

from motma.access.means import Means
from motma.access.model import line
from motma.egress.addresses import target_of
from motma.egress.client import Egress
from motma.kernel.errors import Declined, Malformed
from motma.records.sources import letters, model, queries
from motma.records.sources.dropping import KEEP_FILES, FolderDrop
from motma.records.sources.errors import CircuitOpen, SourceUnknown, TurnLost
from motma.records.sources.model import (
    TESTS,
    ByAssertion,
    ByHeader,
    Health,
    Page,
    Proof,
    Source,
    Taken,
)
from motma.records.sources.port import MOST_ITEMS, MOST_PEOPLE, HttpFeed, Port
from motma.records.sources.proving import Prover
from motma.records.sources.saving import DEFECT, is_away
from motma.storage.pool import Connection, Pool

#: How often a page begins again at once when another transaction stood in its way.
RETRIES: Final = 3
_DAY: Final = timedelta(hours=24)
_JSON: Final = "application/json"
#: A header's name. Source: RFC 9110 §5.6.2; without the rare marks.
_HEADER: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
#: What the request itself says.
_NOT_OURS: Final = frozenset({
    "host", "content-length", "content-type", "transfer-encoding", "connection", "accept",
    "accept-encoding",
})  # fmt: skip


class Pulled(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one page."""

    items: int
    letters: int
    more: bool


async def add(
    db: Connection, means: Means, *, name: str, kind: str, address: str, private_network: bool,
    proof: Proof | None = None,
) -> None:  # fmt: skip
    """Read a source from now on, from its beginning; again with another address keeps its cursor.

    `address` is the URL of a feed, or of tests a folder as `file:///…`; `proof` says how the
    source hears who asks, and again without it asks without.
    """
    if kind not in model.KINDS:
        raise Malformed("sources.kind", "kind")
    name = line(name, field="name", least=1, most=40)
    if urlsplit(address).scheme == "file":
        if kind != TESTS or not Path(urlsplit(address).path).is_absolute():
            raise Malformed("sources.address", "address")
        if proof is not None:
            raise Malformed("sources.proof", "proof")
    else:
        target_of(address, private_network=private_network)
        _check_proof(proof, private_network=private_network)
    added = await db.fetchval(
        queries.ADD_SOURCE,
        name,
        kind,
        address,
        private_network,
        means.clock.now(),
        msgspec.to_builtins(proof),
    )
    if added is None:
        raise Malformed("sources.kind", "kind")
    await means.log(db, "sources.added", {"source": name, "kind": kind})


async def end_client(db: Connection, means: Means, client_id: UUID) -> None:
    """Wait no more for what a client pushed that was revoked; it may never have pushed."""
    if await queries.source(db, pushed_by(client_id)) is not None:
        await end(db, means, pushed_by(client_id))


def pushed_by(client_id: UUID) -> str:
    """The name of the source that a client is."""
    return f"client {client_id}"


async def end(db: Connection, means: Means, name: str) -> None:
    """Read a source no more; what it sent stays."""
    if await db.fetchval(queries.END_SOURCE, name, means.clock.now()) is None:
        raise SourceUnknown
    await means.log(db, "sources.ended", {"source": name})


async def pull(pool: Pool, means: Means, name: str, prover: Prover | None = None) -> Pulled:
    """Read one page and take it in; cursor, items and dead letters are one transaction.

    A `prover` that is kept from page to page spares the source a token each.

    Two processes may ask for the same page; of their commits one moves the cursor, the other is
    TurnLost and leaves nothing.
    """
    async with pool.acquire() as db:
        source = await queries.source(db, name)
    if source is None:
        raise SourceUnknown
    wait_s = source.wait_s(means.clock.now())
    if wait_s > 0:
        raise CircuitOpen(round(wait_s, 3))
    async with Egress(private_network=source.private_network) as egress:
        port = _port(source, egress, prover or Prover(means))
        try:
            page = await port.page(source.cursor)
        except Declined as failed:
            await _failed(pool, means, source, failed.code)
            raise
        try:
            taken, new = await _taken(pool, means, source, page)
        except TurnLost:
            raise
        except Exception as error:
            if not is_away(error):  # the page itself is bad, and will be again
                code = error.code if isinstance(error, Declined) else DEFECT
                await _failed(pool, means, source, code)
            raise
        await port.settled(page.cursor)
    return Pulled(items=len(taken.ids), letters=new, more=page.more)


async def _taken(pool: Pool, means: Means, source: Source, page: Page) -> tuple[Taken, int]:
    """The page taken in one transaction; one that a deadlock ended begins again."""
    for _ in range(RETRIES):
        with suppress(TransactionRollbackError):
            return await _in_one_transaction(pool, means, source, page)
    return await _in_one_transaction(pool, means, source, page)


async def _in_one_transaction(
    pool: Pool, means: Means, source: Source, page: Page
) -> tuple[Taken, int]:
    async with pool.acquire() as db, db.transaction():
        return await _take(db, means, source, page)


async def push(db: Connection, means: Means, name: str, items: Sequence[bytes]) -> Taken:
    """Take in what a laboratory sends by itself; refused items become dead letters too."""
    if len(items) > MOST_ITEMS:
        raise Malformed("records.too-many-items")
    now = means.clock.now()
    await db.execute(queries.ENSURE, name, TESTS, now)
    taken = await letters.take(db, means, name, TESTS, items)
    new = await letters.write(db, means, name, taken)
    await db.execute(queries.PUSHED, name, len(taken.ids), now)
    await queries.count(db, name, now, items=len(taken.ids), letters=new)
    return taken


async def health(db: Connection, means: Means) -> list[Health]:
    """How every source goes."""
    now = means.clock.now()
    counts = {row["source"]: row for row in await db.fetch(queries.COUNTS, now - _DAY)}
    waiting = {row["source"]: row["letters"] for row in await db.fetch(queries.OPEN_LETTERS)}
    return [
        model.health(
            source,
            tries=counts[source.source]["tries"] if source.source in counts else 0,
            failed=counts[source.source]["failures"] if source.source in counts else 0,
            letters=waiting.get(source.source, 0),
            now=now,
        )
        for source in await queries.sources(db)
    ]


async def sentences(db: Connection, means: Means) -> list[dict[str, str]]:
    """How fresh each kind of source is: kind, vi and en, for anybody who misses a record."""
    now = means.clock.now()
    told = model.told(await health(db, means))
    return [{"kind": one.kind, **model.sentence(one, now=now)} for one in told]


async def forget(db: Connection, means: Means) -> None:
    """Delete what is past its keep-until, also files that were read."""
    now = means.clock.now()
    for statement in queries.FORGET:
        await db.execute(statement, now)
    await db.execute(queries.FORGET_HEARD)
    for source in await queries.sources(db):
        parts = urlsplit(source.address)
        if parts.scheme == "file":
            await FolderDrop(Path(parts.path)).forget(now - KEEP_FILES)


def _check_proof(proof: Proof | None, *, private_network: bool) -> None:
    """Declined unless the proof could be given."""
    if isinstance(proof, ByAssertion):
        target_of(proof.token_address, private_network=private_network)
        line(proof.client, field="client", least=1, most=200)
        line(proof.scope, field="scope", most=200)
    elif isinstance(proof, ByHeader):
        named = _HEADER.fullmatch(proof.name) and proof.name.lower() not in _NOT_OURS
        if not named or not Path(proof.file).is_absolute():
            raise Malformed("sources.proof", "header" if not named else "file")


def _port(source: Source, egress: Egress, prover: Prover) -> Port:
    parts = urlsplit(source.address)
    if parts.scheme == "file":
        return FolderDrop(Path(parts.path))
    of_people = source.kind in model.PEOPLE

    async def get(url: str) -> bytes:
        return await prover.ask(
            egress, source.proof, lambda proof: egress.get(url, {"accept": _JSON, **proof})
        )

    return HttpFeed(get, source.address, most=MOST_PEOPLE if of_people else MOST_ITEMS)


async def _take(db: Connection, means: Means, source: Source, page: Page) -> tuple[Taken, int]:
    """The page's items, its dead letters and its cursor, or TurnLost."""
    now = means.clock.now()
    taken = await letters.take(
        db, means, source.source, source.kind, [bytes(item) for item in page.items]
    )
    new = await letters.write(db, means, source.source, taken)
    read_to = page.as_of or (None if page.more else now)
    moved = await db.fetchval(
        queries.ADVANCE,
        source.source,
        source.cursor,
        page.cursor,
        len(taken.ids),
        page.backlog,
        read_to,
        now,
    )
    if moved is None:
        raise TurnLost
    await queries.count(db, source.source, now, items=len(taken.ids), letters=new)
    return taken, new


async def _failed(pool: Pool, means: Means, source: Source, code: str) -> None:
    """Count the failure and say from when on the source may be asked again."""
    now = means.clock.now()
    chance = int.from_bytes(means.random(4), "big") / (1 << 32)
    again = now + model.wait_after(source.failures + 1, chance)
    async with pool.acquire() as db, db.transaction():
        await db.execute(queries.FAIL, source.source, code, now, again)
        await queries.count(db, source.source, now, failed=1)
