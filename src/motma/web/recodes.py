"""Recodes over HTTP: two registrars set a colour, the person appeals, a third one decides."""

from datetime import datetime
from typing import get_args
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.cards.recodes import appealing, service, showing
from motma.cards.recodes.model import Appeal, Colour, Decision, Listed, Recode, Wanted
from motma.cards.recodes.showing import What
from motma.kernel.errors import Malformed
from motma.web.calls import platform_of, reader_of, require_person, require_role
from motma.web.operations import Operation
from motma.web.reads import log_read


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose colour is to be set by hand, to what, why, and until when."""

    qid: str
    colour: Colour
    reason: str
    until: datetime


class RecodeKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recode."""

    person_id: UUID
    recode_id: UUID


class RecodeEnded(RecodeKey, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recode, and why it ends."""

    reason: str


class AppealDecided(RecodeKey, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recode that was appealed against, whether it stands, and why."""

    decision: Decision
    reason: str


class EnteredAppeal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An appeal of somebody who came to the desk."""

    qid: str
    text: str


class Complaint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why my colour should not be what was set by hand."""

    text: str


async def propose_recode(request: Request, body: Proposal) -> Recode:
    """Propose a colour by hand, at most 21 days long; nothing changes until it is confirmed."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    wanted = Wanted(colour=body.colour, reason=body.reason, until=body.until)
    async with platform.transaction() as db:
        return await service.propose(
            db, platform.means, body.qid, wanted, by=reader_of(session)
        )  # fmt: skip


async def confirm_recode(request: Request, body: RecodeKey) -> Recode:
    """Put somebody else's proposal into force, at every place, from the next scan on."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await service.confirm(
            db,
            platform.means,
            person_id=body.person_id,
            recode_id=body.recode_id,
            by=reader_of(session),
        )


async def end_recode(request: Request, body: RecodeEnded) -> Recode:
    """End a recode before its time, or withdraw a proposal; the person reads why."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await service.end(
            db,
            platform.means,
            person_id=body.person_id,
            recode_id=body.recode_id,
            reason=body.reason,
            by=reader_of(session),
        )


async def list_recodes(request: Request, _body: None) -> list[Listed]:
    """Recodes to confirm; `?what=in-force`, `?what=appeals` for those with an open appeal."""
    await require_role(request, "registrar")
    what = request.query_params.get("what", "proposed")
    if what not in get_args(What):
        raise Malformed("recodes.list-unknown", "what")
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return await showing.listing(db, platform.means, msgspec.convert(what, What))


async def show_recode(request: Request, body: RecodeKey) -> Recode:
    """A recode with its reason and its appeal; the person sees the read."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        found = await showing.show(
            db, platform.means, person_id=body.person_id, recode_id=body.recode_id
        )
        await log_read(db, platform, session, found.person_id)
    return found


async def appeal_my_card(request: Request, body: Complaint) -> Appeal:
    """Appeal against the colour that was set by hand; my card shows what is answered."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await appealing.appeal(db, platform.means, person_id, body.text)


async def enter_appeal(request: Request, body: EnteredAppeal) -> Appeal:
    """Enter the appeal of somebody who has no phone; it counts as their own."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await appealing.enter(
            db, platform.means, body.qid, body.text, by=reader_of(session)
        )  # fmt: skip


async def decide_appeal(request: Request, body: AppealDecided) -> Recode:
    """Decide an appeal, by somebody who had no part in the recode: it stands, or ends now."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await appealing.decide(
            db,
            platform.means,
            person_id=body.person_id,
            recode_id=body.recode_id,
            decision=body.decision,
            reason=body.reason,
            by=reader_of(session),
        )


OPERATIONS = [
    Operation(method="POST", path="/v1/recodes:propose", handler=propose_recode, body=Proposal,
              answer=Recode, status=201, auth="reader", summary="Propose a colour by hand",
              tag="recodes"),
    Operation(method="POST", path="/v1/recodes:confirm", handler=confirm_recode, body=RecodeKey,
              answer=Recode, auth="reader", summary="Confirm a colour by hand", tag="recodes"),
    Operation(method="POST", path="/v1/recodes:end", handler=end_recode, body=RecodeEnded,
              answer=Recode, auth="reader", summary="End a colour by hand", tag="recodes"),
    Operation(method="GET", path="/v1/recodes", handler=list_recodes, answer=list[Listed],
              auth="reader", query=("what",), summary="Colours by hand, and appeals",
              tag="recodes"),
    Operation(method="POST", path="/v1/recodes:show", handler=show_recode, body=RecodeKey,
              answer=Recode, auth="reader", summary="A colour by hand, and why", tag="recodes"),
    Operation(method="POST", path="/v1/recodes:appeal", handler=enter_appeal, body=EnteredAppeal,
              answer=Appeal, status=201, auth="reader", summary="Enter somebody's appeal",
              tag="recodes"),
    Operation(method="POST", path="/v1/recodes:decide-appeal", handler=decide_appeal,
              body=AppealDecided, answer=Recode, auth="reader", summary="Decide an appeal",
              tag="recodes"),
    Operation(method="POST", path="/v1/me/card:appeal", handler=appeal_my_card, body=Complaint,
              answer=Appeal, status=201, auth="person", summary="Appeal against a colour by hand",
              tag="me"),
]  # fmt: skip
