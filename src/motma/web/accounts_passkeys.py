"""Passkeys over HTTP: adding one on a wallet, and signing in with one on another device.

The options and answers are WebAuthn's own JSON, so that a page hands them on as they are:
`PublicKeyCredential.parseCreationOptionsFromJSON(public_key)` and `credential.toJSON()`.
"""

from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.accounts import devices, model, passkeys, webauthn
from motma.access.accounts.errors import PasskeysOff
from motma.access.accounts.passkeys import Asked, Passkey
from motma.access.accounts.webauthn import Assertion, NewCredential, Party
from motma.access.limits import insist
from motma.bootstrap import Platform
from motma.identity.selves import selves_of
from motma.kernel.errors import Declined
from motma.web.access import Enrolled
from motma.web.calls import network_of, platform_of, require_person
from motma.web.operations import Operation


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name for the passkey, of the person's own choice."""

    label: str = ""


class AddPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the authenticator made."""

    challenge_id: UUID
    credential: NewCredential


class SignInByPasskey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the authenticator signed, and the new device's public key."""

    challenge_id: UUID
    credential: Assertion
    public_jwk: dict[str, str]
    label: str = ""


class OwnPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A passkey of mine."""

    passkey_id: UUID


class MyPasskeys(msgspec.Struct, frozen=True, kw_only=True):
    """The passkeys that sign me in."""

    on: bool  # whether this address has passkeys at all
    most: int
    passkeys: list[Passkey]


async def my_passkeys(request: Request, _body: None) -> MyPasskeys:
    """The passkeys that sign me in, the oldest first."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        own = await selves_of(db, platform.means, person_id)
        found = await passkeys.listed(db, platform.means, own)
    on = webauthn.party_of(platform.settings.public_url) is not None
    return MyPasskeys(on=on, most=model.MOST_PASSKEYS, passkeys=found)


async def begin_passkey(request: Request, body: Label) -> Asked:
    """What to ask the authenticator for; it must verify me, and keeps the passkey itself.

    It is told a random handle and the label, nothing of who I am.
    """
    session, person_id = await require_person(request)
    platform, party = _party(request)
    device_id = session.device.device_id
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, device_id)
        own = await selves_of(db, platform.means, person_id)
        return await passkeys.begin_adding(
            db, platform.means, party, selves=own, device_id=device_id, label=body.label
        )


async def add_passkey(request: Request, body: AddPasskey) -> Passkey:
    """Keep the passkey that was made; my number and my other devices hear of it."""
    session, person_id = await require_person(request)
    platform, party = _party(request)
    device_id = session.device.device_id
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, device_id)
        own = await selves_of(db, platform.means, person_id)
        done = await passkeys.add(
            db,
            platform.means,
            party,
            challenge_id=body.challenge_id,
            selves=own,
            device_id=device_id,
            answer=body.credential,
        )
    if isinstance(done, Declined):
        raise done
    return done


async def remove_passkey(request: Request, body: OwnPasskey) -> None:
    """A passkey signs me in no more; devices that it signed in stay until I end them."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    by = session.device.device_id
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, by)
        own = await selves_of(db, platform.means, person_id)
        await passkeys.remove(db, platform.means, passkey_id=body.passkey_id, selves=own, by=by)


async def begin_passkey_sign_in(request: Request, _body: None) -> Asked:
    """What to ask an authenticator for, whoever it is."""
    platform, party = _party(request)
    at_s = platform.clock.now().timestamp()
    insist(platform.counters.take(model.CHALLENGES, network_of(request), at_s=at_s))
    insist(platform.counters.take(model.CHALLENGES_IN_ALL, b"", at_s=at_s))
    async with platform.transaction() as db:
        return await passkeys.begin_sign_in(db, platform.means, party)


async def finish_passkey_sign_in(request: Request, body: SignInByPasskey) -> Enrolled:
    """Enrol this device by a passkey; from then on it signs in by its key alone.

    Unknown passkeys, wrong signatures, used and late challenges are answered alike. With a passkey
    younger than a day it may not change the account for a day, unless another device of mine
    vouches for it.
    """
    platform, party = _party(request)
    network, at_s = network_of(request), platform.clock.now().timestamp()
    insist(platform.counters.peek(model.WRONG_PASSKEYS, network, at_s=at_s))
    async with platform.transaction() as db:
        done = await passkeys.finish_sign_in(
            db,
            platform.means,
            party,
            challenge_id=body.challenge_id,
            answer=body.credential,
            jwk=dict(body.public_jwk),
            label=body.label,
        )
    if isinstance(done, Declined):
        platform.counters.take(model.WRONG_PASSKEYS, network, at_s=at_s)
        raise done
    return Enrolled(done.device_id, done.kind)


def _party(request: Request) -> tuple[Platform, Party]:
    platform = platform_of(request)
    party = webauthn.party_of(platform.settings.public_url)
    if party is None:
        raise PasskeysOff
    return platform, party


OPERATIONS = [
    Operation(method="GET", path="/v1/me/passkeys", handler=my_passkeys, answer=MyPasskeys,
              auth="person", summary="My passkeys", tag="me"),
    Operation(method="POST", path="/v1/me/passkeys:begin", handler=begin_passkey, body=Label,
              answer=Asked, auth="person", summary="Begin a passkey", tag="me"),
    Operation(method="POST", path="/v1/me/passkeys", handler=add_passkey, body=AddPasskey,
              answer=Passkey, status=201, auth="person", summary="Add a passkey", tag="me"),
    Operation(method="POST", path="/v1/me/passkeys:remove", handler=remove_passkey,
              body=OwnPasskey, status=204, auth="person", summary="Remove a passkey", tag="me"),
    Operation(method="POST", path="/v1/sign-ins/passkeys:begin", handler=begin_passkey_sign_in,
              answer=Asked, summary="Begin to sign in by passkey", tag="access"),
    Operation(method="POST", path="/v1/sign-ins/passkeys:finish", handler=finish_passkey_sign_in,
              body=SignInByPasskey, answer=Enrolled, status=201,
              summary="Enrol a device by passkey", tag="access"),
]  # fmt: skip
