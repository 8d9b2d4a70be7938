"""A person's own devices: listed, lost, vouched for, moved to; and this one's living code."""

from datetime import datetime
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.accounts import devices, losing, moving
from motma.access.accounts.devices import Wallet
from motma.access.means import Means
from motma.access.tokens import b64
from motma.codec.living import DIGITS, STEP
from motma.identity import issuing, service
from motma.identity.errors import PersonUnknown
from motma.identity.selves import selves_of
from motma.web.calls import platform_of, require_person
from motma.web.operations import Operation


class Living(msgspec.Struct, frozen=True, kw_only=True):
    """What makes the living code of this device, without the network."""

    name: int
    key: str  # id of the platform's key that the secret comes from
    secret: str  # base64url of 32 bytes
    step_s: int
    digits: int


class OwnDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device of mine."""

    device_id: UUID


class TransferCode(msgspec.Struct, frozen=True, kw_only=True):
    """Entered on the new phone like an activation code."""

    code: str
    expires_at: datetime


async def my_devices(request: Request, _body: None) -> list[Wallet]:
    """Devices that show my code; `settles_at` is until when a new one may not do everything."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return await devices.listed(db, await selves_of(db, platform.means, person_id))


async def lose_my_device(request: Request, body: OwnDevice) -> None:
    """I lost a device: whatever it shows or holds dies at once, passkeys of its last day too.

    A device that came lately may end itself, others only once it has settled: else whoever
    took over a number would first end the devices that hear of it.
    """
    session, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        if body.device_id != session.device.device_id:
            await devices.insist_settled(db, platform.means, session.device.device_id)
        own = await selves_of(db, platform.means, person_id)
        if not await losing.lose(db, platform.means, body.device_id, of=own):
            raise PersonUnknown


async def vouch_for_my_device(request: Request, body: OwnDevice) -> None:
    """This other device, which came lately, is mine: it need not wait a day."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        own = await selves_of(db, platform.means, person_id)
        by = session.device.device_id
        await devices.vouch(db, platform.means, device_id=body.device_id, selves=own, by=by)


async def my_living(request: Request, _body: None) -> Living:
    """The secret of this device's living code: import it as a key that cannot be read again.

    It dies with the device: once that is reported lost, no code made with it is good. It outlives
    a rotation of the platform's key; when `/v1/me/code` names another `living_key`, ask again. How
    the code is made from it: docs/qr-format.md.
    """
    session, _ = await require_person(request)
    return living_of(platform_of(request).means, session.device.device_id)


def living_of(means: Means, installation: UUID) -> Living:
    """What makes the living codes of a wallet, or of an app by the consent that it has."""
    key, secret = issuing.living_secret(means, installation)
    return Living(
        name=issuing.living_name(installation),
        key=key,
        secret=b64(secret),
        step_s=int(STEP.total_seconds()),
        digits=DIGITS,
    )


async def transfer_my_wallet(request: Request, _body: None) -> TransferCode:
    """A code for five minutes with which a new phone becomes a wallet of mine too."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, session.device.device_id)
        person = await service.resolve(db, platform.means, person_id)
        code, ends = await moving.transfer_code(
            db,
            platform.means,
            person_id=person.person_id,
            device_id=session.device.device_id,
        )
    return TransferCode(code=code, expires_at=ends)


OPERATIONS = [
    Operation(method="GET", path="/v1/me/devices", handler=my_devices, answer=list[Wallet],
              auth="person", summary="My devices", tag="me"),
    Operation(method="POST", path="/v1/me/devices:lose", handler=lose_my_device, body=OwnDevice,
              status=204, auth="person", summary="I lost a device", tag="me"),
    Operation(method="POST", path="/v1/me/devices:vouch", handler=vouch_for_my_device,
              body=OwnDevice, status=204, auth="person", summary="A new device is mine",
              tag="me"),
    Operation(method="GET", path="/v1/me/living", handler=my_living, answer=Living,
              auth="person", summary="The secret of my living code", tag="me"),
    Operation(method="POST", path="/v1/me/devices:transfer", handler=transfer_my_wallet,
              answer=TransferCode, status=201, auth="person", summary="Move to a new phone",
              tag="me"),
]  # fmt: skip
