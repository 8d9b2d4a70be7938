"""What a person does on their own wallet: the code, who read it, notices, dependants."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.reports import service as reports
from motma.cards import service as cards
from motma.codec import issued
from motma.codec.issued import Form
from motma.codec.symbols import draw_svg
from motma.identity import ending, guardianship, issuing, service
from motma.identity.selves import selves_of
from motma.web.calls import gate_of, platform_of, require_person
from motma.web.operations import Operation
from motma.web.people import QrText
from motma.web.reads import notices_of, reads_of


class Leaked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the code is replaced."""

    reason: str = "leaked"


class OwnCode(QrText, frozen=True, kw_only=True):
    """The QR with its living part, and the text that is the same in every app."""

    signed: str
    living_key: str  # from which key this device's secret comes now (`/v1/me/living`)
    renew_at: datetime  # ask again then, or as soon after it as there is a network


class Dependant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dependant of mine."""

    dependant_id: UUID


async def my_code(request: Request, _body: None) -> OwnCode:
    """The personal QR, with its living part; `?full=1` for services that need v1.1 in full."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    wallet = session.device.device_id
    async with platform.transaction() as db:
        person = await service.resolve(db, platform.means, person_id)
        signed = await cards.issue(
            db,
            platform.means,
            gate_of(request).shelf,
            person,
            form=Form.PHONE,
            full=request.query_params.get("full") == "1",
            wallet=wallet,
        )
    now = platform.clock.now()
    text = issuing.with_living(platform.means, signed, wallet, now)
    slot = issued.parse(signed).issue.card
    until = slot.until if slot and slot.until > now else None
    again = issuing.renew_at(person.person_id, issued_at=now, colour_until=until)
    return OwnCode(
        text=text,
        svg=draw_svg(text),
        signed=signed,
        living_key=issuing.living_secret(platform.means, wallet)[0],
        renew_at=again,
    )


async def my_reads(request: Request, _body: None) -> list[dict[str, Any]]:
    """Who read me: when, where, in which role, for what; `Link` leads to earlier ones.

    `reported` says when and why I called it wrong, `decided` what was answered; else null.
    """
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        own = await selves_of(db, platform.means, person_id)
        rows = await reads_of(db, platform, own[0], request)
        states = await reports.states_of(db, platform.means, own)
    by_event = {str(one.event_id): one for one in states}
    for row in rows:
        state = by_event.get(row["event_id"])
        row["reported"] = state and state.reported
        row["decided"] = state and state.decided
    return rows


async def my_notices(request: Request, _body: None) -> list[dict[str, Any]]:
    """What was changed: my code replaced, merged, a new guardian, a new device; with the reason."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        person = await service.resolve(db, platform.means, person_id)
        return await notices_of(db, platform, person.person_id, request)


async def replace_my_code(request: Request, body: Leaked) -> dict[str, str]:
    """My code leaked: the old one is never valid again, the new one is shown at once."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.resolve(db, platform.means, person_id)
        fresh = await ending.replace(db, platform.means, person.qid, reason=body.reason)
    await platform.carry_endings()
    return {"qid": fresh}


async def my_dependants(request: Request, _body: None) -> list[dict[str, Any]]:
    """Whom I am guardian of, and whether I confirmed it."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        person = await service.resolve(db, platform.means, person_id)
        return await guardianship.dependants_of(db, platform.means, person.person_id)


async def confirm_dependant(request: Request, body: Dependant) -> None:
    """The guardian's own confirmation."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.resolve(db, platform.means, person_id)
        await guardianship.confirm_guardian(
            db, platform.means, dependant_id=body.dependant_id, guardian_id=person.person_id
        )


async def dependant_code(request: Request, body: Dependant) -> QrText:
    """The QR of a dependant, in its paper form: my phone is not the dependant's."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        guardian = await service.resolve(db, platform.means, person_id)
        dependant = await guardianship.dependant(
            db, platform.means, dependant_id=body.dependant_id, guardian_id=guardian.person_id
        )
        text = await issuing.issue(db, platform.means, dependant, form=Form.PAPER)
    return QrText(text=text, svg=draw_svg(text))


OPERATIONS = [
    Operation(method="GET", path="/v1/me/code", handler=my_code, answer=OwnCode, auth="person",
              query=("full",), summary="My QR", tag="me"),
    Operation(method="GET", path="/v1/me/reads", handler=my_reads, answer=list[dict[str, Any]],
              auth="person", query=("after",), summary="Who read me", tag="me"),
    Operation(method="GET", path="/v1/me/notices", handler=my_notices,
              answer=list[dict[str, Any]], auth="person", query=("after",),
              summary="What was changed", tag="me"),
    Operation(method="POST", path="/v1/me/code:replace", handler=replace_my_code, body=Leaked,
              answer=dict[str, str], auth="person", summary="My code leaked", tag="me"),
    Operation(method="GET", path="/v1/me/dependants", handler=my_dependants,
              answer=list[dict[str, Any]], auth="person", summary="My dependants", tag="me"),
    Operation(method="POST", path="/v1/me/dependants:confirm", handler=confirm_dependant,
              body=Dependant, status=204, auth="person", summary="Take on a dependant", tag="me"),
    Operation(method="POST", path="/v1/me/dependants:code", handler=dependant_code,
              body=Dependant, answer=QrText, auth="person", summary="A dependant's QR", tag="me"),
]  # fmt: skip
