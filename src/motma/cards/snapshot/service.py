"""Making a snapshot: what ended, which books speak, which keys sign, all under one signature."""

import asyncio
from datetime import datetime

import msgspec

from motma.access.means import Means
from motma.cards.books import service as published
from motma.cards.snapshot import ended, queries
from motma.cards.snapshot.ended import SALT_BYTES, Ended
from motma.cards.snapshot.model import Body, Scheme, Terms, write
from motma.kernel import units
from motma.kernel.clock import civil_day
from motma.kernel.errors import Malformed
from motma.keys.model import Purpose
from motma.rules.books.choosing import reach_of, speaks_in
from motma.storage.pool import Connection


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was not valid any more, and as of when: the costly part of a snapshot."""

    as_of: datetime
    ended: Ended


async def make(db: Connection, means: Means, *, terms: Terms, province: str | None = None) -> bytes:
    """The signed file for the gates of a province, or of the whole country; in a transaction."""
    insist_province(province)
    gone = await gather(db, means)
    return await write_for(db, means, gone, terms=terms, province=province)


async def gather(db: Connection, means: Means) -> Gone:
    """The filter of everything that is not valid any more, in the whole country.

    Inside a transaction. Every ending that was acknowledged before `as_of` is in it, because it
    was committed before the first row is read here.
    """
    as_of = means.clock.now()
    entries = [ended.whole(qid) async for qid in queries.ended(db)]
    async for qid, present in queries.reissued(db):
        entries += [ended.issue(qid, number) for number in range(1, present)]
    found = await asyncio.to_thread(ended.ended, entries, salt=means.random(SALT_BYTES))
    return Gone(as_of=as_of, ended=found)


async def write_for(
    db: Connection, means: Means, gone: Gone, *, terms: Terms, province: str | None
) -> bytes:
    """The signed file of a province, as of when its endings were gathered."""
    as_of, day = gone.as_of, civil_day(gone.as_of)
    books = await published.books_at(db, known_at=as_of)
    inside = [
        book for book in books if province is None or speaks_in(book.book.scope, province, day)
    ]
    ring = means.keyring
    body = Body(
        as_of=as_of,
        demo=ring.demo,
        province=province,
        keys=ring.jwks(),
        signers=ring.jwks(Purpose.SNAPSHOT),
        books=tuple(msgspec.Raw(book.write()) for book in inside),
        schemes=tuple(Scheme(number=book.number, title=book.book.title) for book in books),
        ended=gone.ended,
        ages=terms.ages,
        reach=tuple(reach_of(book.book.scope, day) for book in inside),
        texts=terms.texts,
    )
    return await asyncio.to_thread(
        write,
        body,
        kid=ring.active(Purpose.SNAPSHOT).kid,
        sign=lambda data: ring.sign(Purpose.SNAPSHOT, data),
    )


def insist_province(province: str | None) -> None:
    """Decline a code that no province has or had."""
    if province is not None and not _exists(province):
        raise Malformed("snapshot.province", "province")


def _exists(province: str) -> bool:
    """Whether there is or was a province of that code."""
    return any(
        province == commune.province_code
        for world in units.World
        for commune in units.communes(world)
    )
