"""PDFs to print: my cards, cards of people at the registrar's desk, the poster of a place."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Literal, cast
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from motma.access.limits import Limit, insist
from motma.bootstrap import Platform
from motma.identity import service
from motma.kernel.errors import Malformed
from motma.printing import export, model
from motma.printing import service as printing
from motma.printing.model import Layout
from motma.printing.press import Press
from motma.printing.service import Printed
from motma.web.calls import (
    organisation_of,
    platform_of,
    require_person,
    require_role,
    session_of,
)
from motma.web.me_export import export_for
from motma.web.operations import Operation
from motma.web.reads import log_read

#: A family prints at home; whoever prints more has it done at the desk.
OWN_PRINTS: Final = Limit(name="own-prints", count=30, window_s=3600)
#: Cards of one desk, an hour.
DESK_PRINTS: Final = Limit(name="desk-prints", count=2000, window_s=3600)
#: People in one document; a commune is printed by `motma print commune`.
MOST_PEOPLE: Final = 100

TITLE: Final = "Thẻ mã QR cá nhân"

CardLayout = Literal["card", "a4-1", "a4-8", "a4-10"]


class OwnPrint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How my cards stand on pages, and whether my dependants' stand beside mine.

    `export` prints everything that is held about me instead: of me alone, by the rules of
    `GET /v1/me/export`.
    """

    layout: Literal["card", "a4-1", "a4-8", "a4-10", "export"] = "a4-1"
    dependants: bool = False


class PeoplePrint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose cards, how they stand on pages, and whether a slip with an activation code follows."""

    qids: list[str]
    layout: CardLayout = "a4-1"
    activation: bool = False


class PlacePrint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place of the caller's organisation."""

    place_id: UUID


async def print_mine(request: Request, body: OwnPrint) -> Response:
    """My card on paper, with my dependants' when asked for; or all that is held about me."""
    if body.layout == "export":
        return await _print_export(request)
    _, person_id = await require_person(request)
    platform = platform_of(request)
    insist(platform.counters.take(OWN_PRINTS, person_id.bytes, at_s=_now_s(platform)))
    layout = Layout(body.layout)
    async with platform.transaction() as db:
        me = await service.resolve(db, platform.means, person_id)
        cards = [await printing.card(db, platform.means, me, Printed(layout=layout, by="person"))]
        if body.dependants:
            for each in await printing.dependants(db, platform.means, me):
                printed = Printed(layout=layout, by="guardian")
                cards.append(await printing.card(db, platform.means, each, printed))
    return await _pdf(request, TITLE, [model.cards_part(layout, cards)], name="the-ma-qr")


async def _print_export(request: Request) -> Response:
    """What `GET /v1/me/export` answers, to read; counted and logged as that is."""
    sections = await export_for(request)
    made_at = platform_of(request).clock.now()
    pages = export.part(sections, made_at=made_at)
    return await _pdf(request, export.TITLE, [pages], name="du-lieu-cua-toi")


async def print_people(request: Request, body: PeoplePrint) -> Response:
    """Cards of people who are at the desk, each with a slip for their wallet when asked for."""
    session = await require_role(request, "registrar")
    if not 0 < len(body.qids) <= MOST_PEOPLE:
        raise Malformed("printing.people-count", "qids")
    platform = platform_of(request)
    desk, count = session.device.device_id.bytes, len(body.qids)
    insist(platform.counters.take(DESK_PRINTS, desk, at_s=_now_s(platform), count=count))
    layout = Layout(body.layout)
    printed = Printed(layout=layout, by="registrar")
    async with platform.transaction() as db:
        found = [await service.find(db, platform.means, qid) for qid in body.qids]
        people = list({person.person_id: person for person in found}.values())
        cards, slips = [], []
        for person in people:
            await log_read(db, platform, session, person.person_id)
            cards.append(await printing.card(db, platform.means, person, printed))
            if body.activation:
                slips.append(await printing.slip(db, platform.means, person))
    parts = [model.cards_part(layout, cards), *([model.slips_part(slips)] if slips else [])]
    return await _pdf(request, TITLE, parts, name="the-ma-qr")


async def print_place(request: Request, body: PlacePrint) -> Response:
    """The poster with the code of a place, for people of the organisation that has the place."""
    session, _ = await session_of(request)
    organisation = organisation_of(session)
    platform = platform_of(request)
    async with platform.transaction() as db:
        poster = await printing.poster(
            db, platform.means, body.place_id, origin=_origin(request), of=organisation
        )
    return await _pdf(request, poster.alt, [model.poster_part(poster)], name="ap-phich")


async def _pdf(
    request: Request, title: str, parts: Sequence[dict[str, Any]], *, name: str
) -> Response:
    """The document as a PDF to save, made outside the event loop; nobody may keep it on the way."""
    platform = platform_of(request)
    host = model.host_of(platform.settings.public_url)
    document = model.document(title, parts, host=host, demo=platform.demo)
    press = cast("Press", request.app.state.press)
    made = await asyncio.to_thread(press.print, document, made_at=platform.clock.now())
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.pdf"',
    }
    return Response(made, media_type="application/pdf", headers=headers)


def _origin(request: Request) -> str:
    """Where people reach us; a demo without a public address is reached where it was asked."""
    platform = platform_of(request)
    public = platform.settings.public_url.rstrip("/")
    return public or (f"https://{request.url.netloc.lower()}" if platform.demo else "")


def _now_s(platform: Platform) -> float:
    return platform.clock.now().timestamp()


def _operation(path: str, handler: Any, body: Any, summary: str, *, auth: str) -> Operation:  # noqa: ANN401 - as Operation has them
    """A PDF for what a body asks for."""
    return Operation(
        method="POST",
        path=path,
        handler=handler,
        body=body,
        answer=bytes,
        media_type="application/pdf",
        auth=auth,
        summary=summary,
        tag="printing",
    )


OPERATIONS: Final = [
    _operation("/v1/me/print", print_mine, OwnPrint, "Print my card, or my data", auth="person"),
    _operation("/v1/people:print", print_people, PeoplePrint, "Print cards", auth="reader"),
    _operation("/v1/places:print", print_place, PlacePrint, "Print a poster", auth="reader"),
]
