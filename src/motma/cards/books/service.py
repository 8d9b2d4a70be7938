"""How a book comes into force: one function a step; each leaves an event in the log."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.access.model import line
from motma.cards.books import model, queries
from motma.cards.books.errors import (
    BookUnknown,
    NothingBefore,
    NumberTaken,
    PopulationTooLarge,
    StartsLater,
    VersionTaken,
)
from motma.cards.books.model import DryRun, Publication, State, Version
from motma.cards.books.rehearsing import Rehearsal, Told, rehearse
from motma.kernel.ids import uuid7
from motma.rules.books import compiling, reading
from motma.rules.books.choosing import choose
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.payload import moment_of
from motma.rules.books.searching import wall_of
from motma.rules.books.shipped import shipped
from motma.storage.pool import Connection

#: A reason that a stranger can follow.
_LEAST_REASON: Final = 10
#: Publications that are listed.
_MOST_LISTED: Final = 200


async def draft(db: Connection, means: Means, text: bytes, *, by: UUID) -> Version:
    """Keep a version of a book that passes its own cases; the same again changes nothing."""
    book = reading.read(text)
    body = book.write().decode()
    await db.execute(queries.LOCK)
    kept = await db.fetchval(queries.BODY, book.id, book.book.version)
    if kept is not None and kept != body:
        raise VersionTaken
    if kept is None:
        await _insist_number(db, book)
        now = means.clock.now()
        await db.execute(
            queries.ADD, book.id, book.book.version, book.number, body, by, now
        )  # fmt: skip
        await _log(means, db, "cards.book-drafted", book.id, book.book.version, by=by)
    return await find(db, book.id, book.book.version)


async def propose(db: Connection, means: Means, *, book_id: str, version: int, by: UUID) -> Version:
    """Propose a draft, or a version that was in force before, for publication."""
    await db.execute(queries.LOCK)
    found = await find(db, book_id, version)
    model.require(found, State.DRAFT, State.SUPERSEDED)
    await db.execute(queries.PROPOSE, book_id, version, by, means.clock.now())
    await _log(means, db, "cards.book-proposed", book_id, version, by=by)
    return await find(db, book_id, version)


async def roll_back(db: Connection, means: Means, *, book_id: str, by: UUID) -> Version:
    """Propose the version that was in force before the present one."""
    former = await db.fetchval(queries.FORMER, book_id)
    if former is None:
        raise NothingBefore
    return await propose(db, means, book_id=book_id, version=former, by=by)


async def dry_run(
    db: Connection,
    means: Means,
    *,
    book_id: str,
    version: int,
    told: Told,
    most: int | None = None,
) -> DryRun:
    """Ask what the proposed version would do to everybody's card; nothing is written.

    Runs outside a transaction, as it may take minutes; `keep` writes the result.
    """
    found = await find(db, book_id, version)
    model.require(found, State.PROPOSED)
    if most is not None and await db.fetchval(queries.MORE_THAN, most):
        raise PopulationTooLarge(most)
    now = means.clock.now()
    book = _compiled(await db.fetchval(queries.BODY, book_id, version))
    begins = now if book.starts is None else max(now, moment_of(book.starts))
    live = await queries.known_at(db, now)
    rehearsal = Rehearsal(book, tuple(_compiled(body) for *_, body in live), begins)
    against = model.fingerprint({book: number for book, number, _ in live})
    return await rehearse(db, means, rehearsal, against=against, told=told)


async def keep(
    db: Connection, means: Means, result: DryRun, *, book_id: str, version: int, by: UUID
) -> Version:
    """Write a dry run to the version that it was about."""
    await db.execute(queries.LOCK)
    model.require(await find(db, book_id, version), State.PROPOSED)
    plain = msgspec.to_builtins(result)
    await db.execute(queries.KEEP_DRY_RUN, book_id, version, plain, means.clock.now())
    counts = {"people": result.people, "worse_off": result.worse_off}
    await _log(means, db, "cards.book-dry-run", book_id, version, by=by, more=counts)
    return await find(db, book_id, version)


async def publish(
    db: Connection,
    means: Means,
    *,
    book_id: str,
    version: int,
    by: UUID,
    override: str | None = None,
) -> Version:
    """Put a proposed version into force in place of the present one, by a second person."""
    reason = None if override is None else line(override, field="override", least=_LEAST_REASON)
    await db.execute(queries.LOCK)
    found = await find(db, book_id, version)
    now = means.clock.now()
    published = await queries.known_at(db, now)
    against = model.fingerprint({book: number for book, number, _ in published})
    model.insist_publishable(found, by=by, now=now, against=against, override=reason)
    # its own cases, once more
    book = reading.read(await db.fetchval(queries.BODY, book_id, version))
    present = [_compiled(body) for other, _, body in published if other == book_id]
    _insist_no_gap(book, present, now)
    ended = await db.fetchval(queries.END_PUBLICATION, book_id, now)
    if ended is not None:
        await db.execute(queries.SET_STATE, book_id, ended, State.SUPERSEDED)
    await db.execute(queries.SET_STATE, book_id, version, State.PUBLISHED)
    publication = uuid7(now, means.random)
    await db.execute(
        queries.ADD_PUBLICATION, book_id, publication, version, found.proposed_by, by, now, reason
    )
    more = {"proposed_by": str(found.proposed_by), "override": reason}
    await _log(means, db, "cards.book-published", book_id, version, by=by, more=more)
    return await find(db, book_id, version)


async def find(db: Connection, book_id: str, version: int) -> Version:
    """A version, or BookUnknown."""
    found = await queries.version(db, book_id, version)
    if found is None:
        raise BookUnknown
    return found


async def listing(db: Connection) -> list[Version]:
    """All versions of all books."""
    return await queries.versions(db)


async def history(db: Connection) -> list[Publication]:
    """What was in force when, the newest first."""
    return await queries.publications(db, _MOST_LISTED)


async def changes(db: Connection) -> int:
    """How often a publication began or ended; another number means other books."""
    return await queries.changes(db)


async def books_at(db: Connection, *, known_at: datetime) -> tuple[CompiledBook, ...]:
    """The books that were published as of then; which of them is in force, they say themselves."""
    return tuple(_compiled(body) for *_, body in await queries.known_at(db, known_at))


async def book_at(
    db: Connection,
    *,
    province: str | None,
    commune: str | None,
    place_kind: str | None,
    activity: str | None,
    true_at: datetime,
    known_at: datetime,
) -> CompiledBook:
    """The book that speaks of a place at `true_at`, of those that were published at `known_at`."""
    return choose(
        await books_at(db, known_at=known_at),
        province=province,
        commune=commune,
        place_kind=place_kind,
        activity=activity,
        at=true_at,
    )


@lru_cache(maxsize=256)
def _compiled(body: str) -> CompiledBook:
    """A book that passed its cases when it came; compiled once in a process."""
    return compiling.compiled(body)


def _insist_no_gap(book: CompiledBook, present: list[CompiledBook], now: datetime) -> None:
    """A version that begins later must not end one in force: nobody would have a colour."""
    wall = wall_of(now)
    if book.starts is not None and book.starts > wall and any(b.in_force(wall) for b in present):
        raise StartsLater


async def _insist_number(db: Connection, book: CompiledBook) -> None:
    """A number names one book for ever: it stands in printed codes."""
    ours = any(other.number == book.number and other.id != book.id for other in shipped())
    if ours or await db.fetchval(queries.NUMBER_TAKEN, book.number, book.id):
        raise NumberTaken(book.number)


async def _log(
    means: Means,
    db: Connection,
    kind: str,
    book_id: str,
    version: int,
    *,
    by: UUID,
    more: Mapping[str, object] = MappingProxyType({}),
) -> None:
    details: dict[str, object] = {"book_id": book_id, "version": version, "by": str(by)}
    await means.log(db, kind, details | dict(more))
