"""Signing in by phone and a one-time code, over HTTP; and the phone that a person bound."""

from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.accounts import devices, model, phones
from motma.access.accounts.errors import CodeWrong, PhoneOff
from motma.access.accounts.model import Begun
from motma.access.accounts.phones import Phone, Typed
from motma.access.limits import Limit, insist
from motma.bootstrap import Platform
from motma.identity import selves, service
from motma.kernel.errors import Declined
from motma.kernel.phones import normalise
from motma.storage.pool import Connection
from motma.web.access import Enrolled
from motma.web.calls import network_of, platform_of, require_person
from motma.web.operations import Operation


class ByPhone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mobile number, as people write it."""

    phone: str


class Finish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that came, the new device's public key, and the PIN where the account has one."""

    sign_in_id: UUID
    code: str
    public_jwk: dict[str, str]
    label: str = ""
    pin: str | None = None


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code that came to the number; a PIN locks signing in by this number."""

    code: str
    pin: str | None = None


class MyPhone(msgspec.Struct, frozen=True, kw_only=True):
    """The number that signs me in; `phone` is null without one."""

    on: bool  # whether messages are sent here at all
    phone: Phone | None


async def begin_sign_in(request: Request, body: ByPhone) -> Begun:
    """Ask for a one-time code; the answer is the same whether or not the number is somebody's.

    If it is bound to an account, a code comes at about `code_expected_at`. If none comes: an
    activation code from a registrar, another device of yours, or a passkey.
    """
    platform = _sending(request)
    _count(request, platform, normalise(body.phone))
    async with platform.transaction() as db:
        return await phones.begin(db, platform.means, phone=body.phone, host=host_of(platform))


async def finish_sign_in(request: Request, body: Finish) -> Enrolled:
    """Enrol this device with the code that came; from then on it signs in by its key alone.

    For a day it may not change the account, unless another device of yours vouches for it.
    """
    platform = _sending(request)
    network, at_s = network_of(request), platform.clock.now().timestamp()
    insist(platform.counters.peek(model.WRONG_CODES, network, at_s=at_s))
    async with platform.transaction() as db:
        done = await phones.finish(
            db,
            platform.means,
            typed=Typed(sign_in_id=body.sign_in_id, code=body.code, pin=body.pin),
            jwk=dict(body.public_jwk),
            label=body.label,
            named=_named(platform),
        )
    if isinstance(done, Declined):
        if isinstance(done, CodeWrong):
            platform.counters.take(model.WRONG_CODES, network, at_s=at_s)
        raise done
    return Enrolled(done.device_id, done.kind)


async def my_phone(request: Request, _body: None) -> MyPhone:
    """The number that signs me in, and until when it must be confirmed again."""
    _, person_id = await require_person(request)
    return await _phone_of(platform_of(request), person_id)


async def set_my_phone(request: Request, body: ByPhone) -> Begun:
    """Send a code to the number that shall sign me in."""
    session, person_id = await require_person(request)
    platform = _sending(request)
    number = normalise(body.phone)
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, session.device.device_id)
        _count(request, platform, number, by=session.device.device_id)
        person = await service.resolve(db, platform.means, person_id)
        return await phones.begin_binding(
            db,
            platform.means,
            person_id=person.person_id,
            phone=number,
            host=host_of(platform),
        )


async def confirm_my_phone(request: Request, body: Confirm) -> MyPhone:
    """Bind the number, in place of an earlier one; a PIN of 6 to 12 digits locks it.

    A number that stands for several people (a family's) is bound with a PIN only.
    """
    session, person_id = await require_person(request)
    platform = _sending(request)
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, session.device.device_id)
        person = await service.resolve(db, platform.means, person_id)
        done = await phones.bind(
            db,
            platform.means,
            person_id=person.person_id,
            code=body.code,
            pin=body.pin,
            named=_named(platform),
        )
    if done is not None:
        raise done
    return await _phone_of(platform, person_id)


async def remove_my_phone(request: Request, _body: None) -> None:
    """No number signs me in any more."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, session.device.device_id)
        own = await selves.selves_of(db, platform.means, person_id)
        await phones.unbind(db, platform.means, own)


async def _phone_of(platform: Platform, person_id: UUID) -> MyPhone:
    async with platform.pool.acquire() as db:
        own = await selves.selves_of(db, platform.means, person_id)
        found = await phones.phones_of(db, platform.means, own)
    on = platform.settings.sms_chosen != "off"
    return MyPhone(on=on, phone=found[0] if found else None)


def host_of(platform: Platform) -> str:
    """The host that people reach us by; empty where nothing is set."""
    return urlsplit(platform.settings.public_url).hostname or ""


def _sending(request: Request) -> Platform:
    platform = platform_of(request)
    if platform.settings.sms_chosen == "off":
        raise PhoneOff
    return platform


def _named(platform: Platform) -> phones.Named:
    async def named(db: Connection, number: str) -> set[UUID]:
        return await selves.named_with(db, platform.means, number)

    return named


def _count(request: Request, platform: Platform, number: str, by: UUID | None = None) -> None:
    """Count a code against number, network (or device) and all; whoever the number is, alike."""
    at_s = platform.clock.now().timestamp()
    asker = network_of(request) if by is None else by.bytes
    blind = platform.vault.blind("code-limit", number)  # no number in the counters' file
    limits: list[tuple[Limit, bytes]] = [
        (model.PER_NETWORK, asker),
        (model.PER_PHONE, blind),
        (model.PER_PHONE_A_DAY, blind),
        (model.IN_ALL, b""),
    ]
    for limit, key in limits:
        insist(platform.counters.take(limit, key, at_s=at_s))


OPERATIONS = [
    Operation(method="POST", path="/v1/sign-ins", handler=begin_sign_in, body=ByPhone,
              answer=Begun, status=202, summary="Ask for a one-time code", tag="access"),
    Operation(method="POST", path="/v1/sign-ins:finish", handler=finish_sign_in, body=Finish,
              answer=Enrolled, status=201, summary="Enrol a device with a one-time code",
              tag="access"),
    Operation(method="GET", path="/v1/me/phone", handler=my_phone, answer=MyPhone,
              auth="person", summary="The number that signs me in", tag="me"),
    Operation(method="POST", path="/v1/me/phone", handler=set_my_phone, body=ByPhone,
              answer=Begun, status=202, auth="person", summary="Bind a number", tag="me"),
    Operation(method="POST", path="/v1/me/phone:confirm", handler=confirm_my_phone, body=Confirm,
              answer=MyPhone, auth="person", summary="Confirm the number", tag="me"),
    Operation(method="POST", path="/v1/me/phone:remove", handler=remove_my_phone, status=204,
              auth="person", summary="Let go of the number", tag="me"),
]  # fmt: skip
