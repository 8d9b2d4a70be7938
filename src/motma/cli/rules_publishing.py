"""`motma rules draft … rollback`: a rule book on its way into force, one command a step."""

from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer

from motma.access.vouching import vouch
from motma.bootstrap import Platform
from motma.cards.books import service
from motma.cards.books.model import DryRun, Version
from motma.cli.readers import AsJson
from motma.cli.running import out, run, told
from motma.rules.books.shipped import shipped

_AUTHORITY: Final = "authority"
#: People between two lines of progress.
_PROGRESS: Final = 10_000

By = Annotated[str, typer.Option("--by", help="Your log-in, of the role authority.")]
Pin = Annotated[
    str, typer.Option(prompt="PIN", hide_input=True, help="Asked for when it is not given.")
]
BookId = Annotated[str, typer.Argument(metavar="BOOK", help="The book's id.")]
Number = Annotated[int, typer.Argument(metavar="VERSION", min=1)]


def draft(
    book: Annotated[
        str, typer.Argument(help="A JSON file, or the id of a book that comes with motma.")
    ],
    by: By,
    pin: Pin,
    as_json: AsJson = False,
) -> None:
    """Keep a version of a rule book that passes its own cases.

    Example: motma rules draft khanh-hoa-2021-10-07 --by an@health
    """
    text = _text_of(book)

    async def work(platform: Platform) -> Version:
        by_id = await _who(platform, by, pin)
        async with platform.transaction() as db:
            return await service.draft(db, platform.means, text, by=by_id)

    _tell(run(work), as_json=as_json)


def propose(book: BookId, version: Number, by: By, pin: Pin, as_json: AsJson = False) -> None:
    """Propose a draft for publication; somebody else will publish it."""

    async def work(platform: Platform) -> Version:
        by_id = await _who(platform, by, pin)
        async with platform.transaction() as db:
            return await service.propose(
                db, platform.means, book_id=book, version=version, by=by_id
            )

    _tell(run(work), as_json=as_json)


def dry_run(book: BookId, version: Number, by: By, pin: Pin, as_json: AsJson = False) -> None:
    """Count how many cards a proposed book would change, by province and colour."""

    async def work(platform: Platform) -> Version:
        by_id = await _who(platform, by, pin)
        async with platform.pool.acquire() as db:
            result = await service.dry_run(
                db, platform.means, book_id=book, version=version, told=_progress
            )
        async with platform.transaction() as db:
            return await service.keep(
                db, platform.means, result, book_id=book, version=version, by=by_id
            )

    _tell(run(work), as_json=as_json)


def publish(
    book: BookId,
    version: Number,
    by: By,
    pin: Pin,
    override: Annotated[
        str | None,
        typer.Option(help="Why it may stand though somebody is worse off for doing more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a proposed book into force; whoever proposed it can't."""

    async def work(platform: Platform) -> Version:
        by_id = await _who(platform, by, pin)
        async with platform.transaction() as db:
            return await service.publish(
                db, platform.means, book_id=book, version=version, by=by_id, override=override
            )

    _tell(run(work), as_json=as_json)


def rollback(book: BookId, by: By, pin: Pin, as_json: AsJson = False) -> None:
    """Propose the version that was in force before; it is published like any other."""

    async def work(platform: Platform) -> Version:
        by_id = await _who(platform, by, pin)
        async with platform.transaction() as db:
            return await service.roll_back(db, platform.means, book_id=book, by=by_id)

    _tell(run(work), as_json=as_json)


def list_books(as_json: AsJson = False) -> None:
    """List the versions of all books, with their state."""

    async def work(platform: Platform) -> list[Version]:
        async with platform.pool.acquire() as db:
            return await service.listing(db)

    found = run(work)
    out(found, as_json=as_json, text="\n".join(map(_line, found)) or "no books yet")


async def _who(platform: Platform, login: str, pin: str) -> UUID:
    async with platform.pool.acquire() as db:
        return await vouch(db, login=login, pin=pin, role=_AUTHORITY)


def _text_of(book: str) -> bytes:
    """The JSON of a file, or of a book that ships with the platform."""
    for one in shipped():
        if one.id == book:
            return one.write()
    path = Path(book)
    if not path.is_file():
        raise typer.BadParameter("neither a file nor a book that comes with motma")
    return path.read_bytes()


def _progress(people: int) -> None:
    if people % _PROGRESS == 0:
        told.print(f"{people} people")


def _line(version: Version) -> str:
    return f"{version.book_id:<32} {version.version:>4}  {version.state}"


def _tell(version: Version, *, as_json: bool) -> None:
    lines = [_line(version)]
    if version.dry_run is not None:
        lines += _summary(version.dry_run)
    out(msgspec.to_builtins(version), as_json=as_json, text="\n".join(lines))


def _summary(ran: DryRun) -> list[str]:
    """The dry run as lines: what changes where, and who would be worse off for doing more."""
    changes = [f"  {c.province:<8} {c.before} → {c.after}: {c.people}" for c in ran.changes]
    losses = [
        f"  worse off after {loss.added}: {loss.before} → {loss.after}, "
        f"{loss.invented} invented and {loss.real} real histories"
        for loss in ran.losses
    ]
    head = f"dry run: {ran.people} people, {ran.concerned} concerned, as of {ran.at.isoformat()}"
    return [head, *(changes or ["  no card changes"]), *losses]
