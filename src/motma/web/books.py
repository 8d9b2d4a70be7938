"""Rule books over HTTP: drafted, proposed, rehearsed, published by the health authority."""

from typing import Annotated, Any, Final

import msgspec
from starlette.requests import Request

from motma.cards.books import service
from motma.cards.books.model import Publication, Version
from motma.web.calls import platform_of, reader_of, require_role
from motma.web.operations import Handler, Operation

AUTHORITY: Final = "authority"

#: Above it a dry run takes longer than a request may.
MOST_PEOPLE: Final = 20_000
#: A book with all its texts and cases.
MOST_BYTES: Final = 512 * 1024


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule book as docs/rules.md describes it."""

    book: dict[str, Any]


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a book."""

    book_id: Annotated[str, msgspec.Meta(max_length=48)]
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class Publish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a book; `override` says why it may stand though somebody is worse off."""

    book_id: Annotated[str, msgspec.Meta(max_length=48)]
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    override: str | None = None


class Back(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A book whose former version is wanted."""

    book_id: Annotated[str, msgspec.Meta(max_length=48)]


class Books(msgspec.Struct, frozen=True):
    """All versions of all books, and what was in force when, the newest first."""

    versions: list[Version]
    publications: list[Publication]


async def list_books(request: Request, _body: None) -> Books:
    """All versions and publications; nothing in them names a person."""
    await require_role(request, AUTHORITY)
    async with platform_of(request).pool.acquire() as db:
        return Books(await service.listing(db), await service.history(db))


async def draft_book(request: Request, body: Draft) -> Version:
    """Keep a version of a book that passes its own cases."""
    session = await require_role(request, AUTHORITY)
    platform = platform_of(request)
    text = msgspec.json.encode(body.book)
    async with platform.transaction() as db:
        return await service.draft(db, platform.means, text, by=reader_of(session))


async def propose_book(request: Request, body: Which) -> Version:
    """Propose a version for publication."""
    session = await require_role(request, AUTHORITY)
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await service.propose(
            db,
            platform.means,
            book_id=body.book_id,
            version=body.version,
            by=reader_of(session),
        )


async def dry_run_book(request: Request, body: Which) -> Version:
    """Ask what a proposed version would do to everybody's card, and keep the answer."""
    session = await require_role(request, AUTHORITY)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        result = await service.dry_run(
            db,
            platform.means,
            book_id=body.book_id,
            version=body.version,
            told=lambda _people: None,
            most=MOST_PEOPLE,
        )
    async with platform.transaction() as db:
        return await service.keep(
            db,
            platform.means,
            result,
            book_id=body.book_id,
            version=body.version,
            by=reader_of(session),
        )


async def publish_book(request: Request, body: Publish) -> Version:
    """Put a proposed version into force; whoever proposed it can't."""
    session = await require_role(request, AUTHORITY)
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await service.publish(
            db,
            platform.means,
            book_id=body.book_id,
            version=body.version,
            by=reader_of(session),
            override=body.override,
        )


async def roll_back_book(request: Request, body: Back) -> Version:
    """Propose the version that was in force before; it is published like any other."""
    session = await require_role(request, AUTHORITY)
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await service.roll_back(
            db, platform.means, book_id=body.book_id, by=reader_of(session)
        )


def _post(
    path: str, handler: Handler, body: object, summary: str, *, status: int = 200
) -> Operation:
    return Operation(
        method="POST",
        path=path,
        handler=handler,
        body=body,
        answer=Version,
        summary=summary,
        status=status,
        auth="reader",
        tag="books",
        most_bytes=MOST_BYTES,
    )


OPERATIONS = [
    Operation(method="GET", path="/v1/books", handler=list_books, answer=Books, auth="reader",
              summary="Rule books and their publications", tag="books"),
    _post("/v1/books:draft", draft_book, Draft, "Draft a rule book", status=201),
    _post("/v1/books:propose", propose_book, Which, "Propose a rule book"),
    _post("/v1/books:dry-run", dry_run_book, Which, "What a proposed book would change"),
    _post("/v1/books:publish", publish_book, Publish, "Publish a proposed book"),
    _post("/v1/books:roll-back", roll_back_book, Back, "Propose the former version"),
]  # fmt: skip
