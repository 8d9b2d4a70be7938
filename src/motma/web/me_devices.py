"""A person's own devices: the secret of this one's living code, and moving to a new phone."""

from datetime import datetime

import msgspec
from starlette.requests import Request

from motma.access.accounts import moving
from motma.access.tokens import b64
from motma.codec.living import DIGITS, STEP
from motma.identity import issuing, service
from motma.web.calls import platform_of, require_person
from motma.web.operations import Operation


class Living(msgspec.Struct, frozen=True, kw_only=True):
    """What makes the living code of this device, without the network."""

    name: int
    secret: str  # base64url of 32 bytes
    step_s: int
    digits: int


class TransferCode(msgspec.Struct, frozen=True, kw_only=True):
    """Entered on the new phone like an activation code."""

    code: str
    expires_at: datetime


async def my_living(request: Request, _body: None) -> Living:
    """The secret of this device's living code: import it as a key that cannot be read again.

    It dies with the device: once that is reported lost, no code made with it is good. How the
    code is made from it: docs/qr-format.md.
    """
    session, _ = await require_person(request)
    wallet = session.device.device_id
    return Living(
        name=issuing.living_name(wallet),
        secret=b64(issuing.living_secret(platform_of(request).means, wallet)),
        step_s=int(STEP.total_seconds()),
        digits=DIGITS,
    )


async def transfer_my_wallet(request: Request, _body: None) -> TransferCode:
    """A code for five minutes with which a new phone becomes a wallet of mine too."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.resolve(db, platform.means, person_id)
        code, ends = await moving.transfer_code(
            db,
            platform.means,
            person_id=person.person_id,
            device_id=session.device.device_id,
        )
    return TransferCode(code=code, expires_at=ends)


OPERATIONS = [
    Operation(method="GET", path="/v1/me/living", handler=my_living, answer=Living,
              auth="person", summary="The secret of my living code", tag="me"),
    Operation(method="POST", path="/v1/me/devices:transfer", handler=transfer_my_wallet,
              answer=TransferCode, status=201, auth="person", summary="Move to a new phone",
              tag="me"),
]  # fmt: skip
