"""What a person does on their own wallet: see the code, see who read it, replace it."""

from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.codec.issued import Form
from motma.codec.symbols import draw_svg
from motma.identity import ending, issuing, service
from motma.web.calls import platform_of, require_person
from motma.web.operations import Operation
from motma.web.people import QrText, reads_of


class Leaked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the code is replaced."""

    reason: str = "leaked"


class OwnCode(QrText, frozen=True, kw_only=True):
    """The QR with its living part, and the text that is the same in every app."""

    signed: str


async def my_code(request: Request, _body: None) -> OwnCode:
    """The personal QR, with its living part; `?full=1` for services that need v1.1 in full."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    wallet = session.device.device_id
    async with platform.transaction() as db:
        person = await service.resolve(db, platform.means, person_id)
        signed = await issuing.issue(
            db,
            platform.means,
            person,
            form=Form.PHONE,
            full=request.query_params.get("full") == "1",
            wallet=wallet,
        )
    text = issuing.with_living(platform.means, signed, wallet, platform.clock.now())
    return OwnCode(text=text, svg=draw_svg(text), signed=signed)


async def my_reads(request: Request, _body: None) -> list[dict[str, Any]]:
    """Who read me: when, where, in which role, for what."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return await reads_of(db, platform, person_id)


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
        return await service.dependants_of(db, platform.means, person_id)


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dependant whom I take on."""

    dependant_id: UUID


async def confirm_dependant(request: Request, body: Confirm) -> None:
    """The guardian's own confirmation."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        await service.confirm_guardian(
            db, platform.means, dependant_id=body.dependant_id, guardian_id=person_id
        )


OPERATIONS = [
    Operation(method="GET", path="/v1/me/code", handler=my_code, answer=OwnCode, auth="person",
              query=("full",), summary="My QR", tag="me"),
    Operation(method="GET", path="/v1/me/reads", handler=my_reads, answer=list[dict[str, Any]],
              auth="person", summary="Who read me", tag="me"),
    Operation(method="POST", path="/v1/me/code:replace", handler=replace_my_code, body=Leaked,
              answer=dict[str, str], auth="person", summary="My code leaked", tag="me"),
    Operation(method="GET", path="/v1/me/dependants", handler=my_dependants,
              answer=list[dict[str, Any]], auth="person", summary="My dependants", tag="me"),
    Operation(method="POST", path="/v1/me/dependants:confirm", handler=confirm_dependant,
              body=Confirm, status=204, auth="person", summary="Take on a dependant", tag="me"),
]  # fmt: skip
