"""Making a snapshot: what ended, which books speak, which keys sign, all under one signature."""

import asyncio

import msgspec

from motma.access.means import Means
from motma.cards.books import service as published
from motma.cards.snapshot import ended, queries
from motma.cards.snapshot.ended import SALT_BYTES, Ended
from motma.cards.snapshot.model import Body, Scheme, write
from motma.kernel import units
from motma.kernel.clock import civil_day
from motma.kernel.errors import Malformed
from motma.keys.model import Purpose
from motma.rules.books.choosing import speaks_in
from motma.storage.pool import Connection


async def make(db: Connection, means: Means, *, province: str | None = None) -> bytes:
    """The signed file for the gates of a province, or of the whole country.

    Inside a transaction. Every ending that was acknowledged before `as_of` is in it, because it
    was committed before the first row is read here.
    """
    as_of = means.clock.now()
    day = civil_day(as_of)
    if province is not None and not _exists(province):
        raise Malformed("snapshot.province", "province")
    gone = await _ended(db, means)
    books = await published.books_at(db, known_at=as_of)
    body = Body(
        as_of=as_of,
        demo=means.keyring.demo,
        province=province,
        keys=means.keyring.jwks(),
        signers=means.keyring.jwks(Purpose.SNAPSHOT),
        books=tuple(
            msgspec.Raw(book.write())
            for book in books
            if province is None or speaks_in(book.book.scope, province, day)
        ),
        schemes=tuple(Scheme(number=book.number, title=book.book.title) for book in books),
        ended=gone,
    )
    ring = means.keyring
    return await asyncio.to_thread(
        write,
        body,
        kid=ring.active(Purpose.SNAPSHOT).kid,
        sign=lambda data: ring.sign(Purpose.SNAPSHOT, data),
    )


async def _ended(db: Connection, means: Means) -> Ended:
    """The filter of everything that is not valid any more."""
    entries = [ended.whole(qid) async for qid in queries.ended(db)]
    async for qid, present in queries.reissued(db):
        entries += [ended.issue(qid, number) for number in range(1, present)]
    return await asyncio.to_thread(ended.ended, entries, salt=means.random(SALT_BYTES))


def _exists(province: str) -> bool:
    """Whether there is or was a province of that code."""
    return any(
        province == commune.province_code
        for world in units.World
        for commune in units.communes(world)
    )
