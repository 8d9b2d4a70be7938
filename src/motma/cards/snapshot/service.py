"""Making a snapshot: what ended, which books speak, which keys sign, all under one signature."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Final

import msgspec

from motma.access.means import Means
from motma.cards.books import service as published
from motma.cards.snapshot import delta, ended, model, queries
from motma.cards.snapshot.ended import SALT_BYTES, Ended
from motma.cards.snapshot.model import Body, Scheme, Terms
from motma.kernel import units
from motma.kernel.clock import CIVIL_ZONE, civil_day
from motma.kernel.errors import Malformed
from motma.keys.model import Purpose
from motma.rules.books.choosing import reach_of, speaks_in
from motma.storage.pool import Connection

#: An ending may be committed, or come from a machine whose clock is slow, by this much.
LATE: Final = timedelta(hours=1)
_QUIET: Final = timedelta(hours=3)


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was not valid any more, and as of when: the costly part of a snapshot."""

    as_of: datetime
    ended: Ended
    edition_at: datetime  # since when the filter's salt is used
    lately: tuple[tuple[datetime, str], ...]  # entries that came since about then
    revived: tuple[tuple[datetime, str], ...]  # entries that may be valid again since then

    def reaches(self, since: datetime) -> bool:
        """Whether a delta may lead from a snapshot of that moment to this one."""
        return self.edition_at <= since < self.as_of


async def make(db: Connection, means: Means, *, terms: Terms, province: str | None = None) -> bytes:
    """The signed file for the gates of a province, or of the whole country; in a transaction."""
    insist_province(province)
    gone = await gather(db, means)
    return await sign(means, await body_for(db, means, gone, terms=terms, province=province))


async def make_delta(db: Connection, means: Means, *, terms: Terms, base: Body) -> bytes:
    """The signed delta from this snapshot to the present one; in a transaction."""
    gone = await gather(db, means)
    later = await body_for(db, means, gone, terms=terms, province=base.province)
    return await delta_for(means, gone, later, since=base.as_of)


async def gather(db: Connection, means: Means) -> Gone:
    """The filter of everything that is not valid any more, in the whole country.

    Inside a transaction. Every ending that was acknowledged before `as_of` is in it, because it
    was committed before the first row is read here.
    """
    as_of = means.clock.now()
    edition_at = edition_of(as_of)
    since, entries, lately = edition_at - LATE, [], []
    async for qid, at in queries.ended(db):
        entries.append(ended.whole(qid))
        if at >= since:
            lately.append((at, ended.whole(qid)))
    async for qid, present, reissued_at in queries.reissued(db):
        lost = [ended.issue(qid, number) for number in range(1, present)]
        entries += lost
        if reissued_at is not None and reissued_at >= since:
            lately += [(reissued_at, one) for one in lost]
    revived = [(at, ended.whole(qid)) for qid, at in await queries.revived(db, since)]
    return Gone(
        as_of=as_of,
        ended=await asyncio.to_thread(ended.ended, entries, salt=_salt(means, edition_at)),
        edition_at=edition_at,
        lately=tuple(lately),
        revived=tuple(revived),
    )


def edition_of(at: datetime) -> datetime:
    """When the week began whose snapshots share a salt: Monday at three, when gates are quiet.

    Deltas need one salt; a new one each week, so that whoever is taken for an ended code by chance
    is not taken for one for ever.
    """
    local = at.astimezone(CIVIL_ZONE) - _QUIET
    monday = local.date() - timedelta(days=local.weekday())
    return (datetime.combine(monday, time(), CIVIL_ZONE) + _QUIET).astimezone(UTC)


def _salt(means: Means, edition_at: datetime) -> bytes:
    """The same in each process, and nobody else can tell the next one."""
    return means.vault.blind("snapshot-salt", edition_at.isoformat())[-SALT_BYTES:]


async def sign(means: Means, body: Body) -> bytes:
    """The signed file that says this."""
    ring = means.keyring
    return await asyncio.to_thread(
        model.write,
        body,
        kid=ring.active(Purpose.SNAPSHOT).kid,
        sign=lambda data: ring.sign(Purpose.SNAPSHOT, data),
    )


async def delta_for(means: Means, gone: Gone, body: Body, *, since: datetime) -> bytes:
    """The signed delta from a snapshot of `since` to this body, which `gone` was gathered for.

    It says again what ended up to an hour before: an ending may be committed that much later than
    its moment. What is there already changes nothing.
    """
    if not gone.reaches(since):
        raise Malformed("snapshot.since", "since")
    low, ring = since - LATE, means.keyring
    add = gone.ended.only((one for at, one in gone.lately if at >= low), present=True)
    drop = gone.ended.only((one for at, one in gone.revived if at >= low), present=False)
    return await asyncio.to_thread(
        delta.write,
        body,
        base=since,
        add=add,
        drop=drop,
        kid=ring.active(Purpose.SNAPSHOT).kid,
        sign=lambda data: ring.sign(Purpose.SNAPSHOT, data),
    )


async def body_for(
    db: Connection, means: Means, gone: Gone, *, terms: Terms, province: str | None
) -> Body:
    """What the file of a province says."""
    as_of, day = gone.as_of, civil_day(gone.as_of)
    books = await published.books_at(db, known_at=as_of)
    inside = [
        book for book in books if province is None or speaks_in(book.book.scope, province, day)
    ]
    ring = means.keyring
    return Body(
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
