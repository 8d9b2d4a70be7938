"""Enrolling devices, signing in, renewing, ending."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access import model, posts, queries, service
from motma.access.accounts import losing, phones
from motma.access.errors import CodeRefused
from motma.access.limits import insist
from motma.access.model import Place, Session
from motma.access.policy import current
from motma.kernel.clock import civil_day
from motma.storage.pool import Connection
from motma.web.calls import (
    network_of,
    platform_of,
    prove,
    require_role,
    session_of,
)
from motma.web.operations import Operation


class Enrol(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A one-time code and the public key of the device."""

    code: str
    public_jwk: dict[str, str]
    label: str = ""


class Enrolled(msgspec.Struct, frozen=True):
    """The device, and whose it is."""

    device_id: UUID
    kind: str


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reader's log-in and PIN; a wallet needs only its device."""

    device_id: UUID
    login: str | None = None
    pin: str | None = None


class Renew(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The session to go on with."""

    device_id: UUID
    session_id: UUID


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token that lives ten minutes at most."""

    token: str
    expires_at: datetime


class SignedIn(Token, frozen=True, kw_only=True):
    """A session: token, role, purposes and places to choose from."""

    session_id: UUID
    reader: dict[str, Any] | None
    ends_at: datetime  # of the shift, which a gate without the network must hear now
    purposes: list[dict[str, Any]]
    places: list[dict[str, Any]]
    place_id: UUID | None  # where the device stands; null: nowhere yet, the first may choose
    may_move: bool  # whether this reader may choose another place than that


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device to report lost."""

    device_id: UUID


async def enrol_device(request: Request, body: Enrol) -> Enrolled:
    """Enrol a device with a one-time code; the code is used up."""
    platform = platform_of(request)
    network, at_s = network_of(request), platform.clock.now().timestamp()
    insist(platform.counters.peek(model.FAILED_CODES, network, at_s=at_s))
    try:
        async with platform.transaction() as db:
            device = await service.enrol(
                db,
                platform.means,
                code=body.code,
                jwk=dict(body.public_jwk),
                label=body.label,
            )
            if device.person_id is not None:
                await phones.tell_new_device(db, platform.means, device.person_id)
    except CodeRefused:
        platform.counters.take(model.FAILED_CODES, network, at_s=at_s)
        raise
    return Enrolled(device.device_id, device.kind)


async def sign_in(request: Request, body: SignIn) -> SignedIn:
    """Begin a reader's shift, or a person's session on a wallet; hand-over is another sign-in."""
    platform = platform_of(request)
    thumbprint = prove(request, None)
    at_s = platform.clock.now().timestamp()
    async with platform.transaction() as db:
        device = await service.own_device(db, body.device_id, thumbprint)
        # counted before the PIN is looked at, so that many tries at once are no way around;
        # a log-in counts per organisation, whose devices alone can use it
        login = f"{device.organisation_id}|{service.plain_login(body.login or '')}"
        keys = (device.device_id.bytes, login.encode())
        for key in keys:
            insist(platform.counters.take(model.FAILED_SIGN_INS, key, at_s=at_s))
        session = await _begin(request, db, body, thumbprint)
        places = await _places(db, session)
    for key in keys:
        platform.counters.clear(model.FAILED_SIGN_INS, key, at_s=at_s)
    return _signed_in(request, session, places)


async def renew_session(request: Request, body: Renew) -> Token:
    """A fresh token for a session that may go on; proved by the device's key alone."""
    platform = platform_of(request)
    thumbprint = prove(request, None)
    async with platform.pool.acquire() as db:
        session = await service.resume(
            db,
            platform.means,
            device_id=body.device_id,
            session_id=body.session_id,
            thumbprint=thumbprint,
        )
    token, expires = service.token_of(session, platform.means)
    return Token(token=token, expires_at=expires)


async def end_session(request: Request, _body: None) -> None:
    """Sign out."""
    session, _ = await session_of(request)
    async with platform_of(request).transaction() as db:
        await service.end(db, platform_of(request).means, session)


async def lose_device(request: Request, body: Device) -> dict[str, bool]:
    """Report a device lost: whatever it holds dies at once. Operators only."""
    await require_role(request, "operator")
    platform = platform_of(request)
    async with platform.transaction() as db:
        return {"lost": await losing.lose(db, platform.means, body.device_id)}


async def _begin(request: Request, db: Connection, body: SignIn, thumbprint: str) -> Session:
    means = platform_of(request).means
    if body.login is None:
        return await service.open_wallet(db, means, device_id=body.device_id, thumbprint=thumbprint)
    return await service.sign_in(
        db,
        means,
        device_id=body.device_id,
        thumbprint=thumbprint,
        login=body.login,
        pin=body.pin or "",
    )


async def _places(db: Connection, session: Session) -> list[Place]:
    """The places of the reader's organisation."""
    if session.reader is None:
        return []
    return await queries.places_of(db, session.reader.organisation_id)


def _described(place: Place, day: date) -> dict[str, Any]:
    """A place to choose; its area is what a gate chooses a rule book by, offline."""
    province, commune = place.area(day)
    return {
        "place_id": str(place.place_id),
        "name": place.name,
        "kind": place.kind,
        "province": province,
        "commune": commune,
    }


def _signed_in(request: Request, session: Session, places: list[Place]) -> SignedIn:
    means = platform_of(request).means
    token, expires = service.token_of(session, means)
    here, day = posts.where(means, session.device, places), civil_day(means.clock.now())
    reader, purposes = None, []
    if session.reader is not None:
        policy, role = current(), session.reader.role
        reader = {
            "login": session.reader.login,
            "role": role,
            "role_name": policy.role_name(role),
            "why": policy.why(role),
        }
        purposes = [
            {"purpose": p, "text": policy.purpose_text(p)} for p in policy.purposes_of(role)
        ]
    return SignedIn(
        token=token,
        expires_at=expires,
        session_id=session.session_id,
        reader=reader,
        ends_at=session.ends_at,
        purposes=purposes,
        places=[_described(place, day) for place in places],
        place_id=here.place_id if here else None,
        may_move=session.reader is not None and session.reader.may_move,
    )


OPERATIONS = [
    Operation(method="POST", path="/v1/devices", handler=enrol_device, body=Enrol, answer=Enrolled,
              status=201, summary="Enrol a device", tag="access"),
    Operation(method="POST", path="/v1/sessions", handler=sign_in, body=SignIn, answer=SignedIn,
              status=201, auth="proof", summary="Sign in", tag="access"),
    Operation(method="POST", path="/v1/sessions:renew", handler=renew_session, body=Renew,
              answer=Token, auth="proof", summary="Renew a token", tag="access"),
    Operation(method="DELETE", path="/v1/sessions/current", handler=end_session, status=204,
              auth="reader", summary="Sign out", tag="access"),
    Operation(method="POST", path="/v1/devices:lose", handler=lose_device, body=Device,
              answer=dict[str, bool], auth="reader", summary="Report a device lost", tag="access"),
]  # fmt: skip
