"""Web Push for a wallet: the platform's key, and subscribing this device or not."""

from typing import Final

import msgspec
from starlette.requests import Request

from motma.access.pushes import service
from motma.access.pushes.model import Subscription
from motma.identity import service as identity
from motma.web.calls import platform_of, require_person
from motma.web.operations import Operation


class PushKey(msgspec.Struct, frozen=True):
    """What a browser binds its subscription to: base64url of an uncompressed P-256 point."""

    public_key: str


class Subscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `PushSubscription` says of itself: address, and keys in base64url."""

    endpoint: str
    p256dh: str
    auth: str


async def push_key(request: Request, _body: None) -> PushKey:
    """The `applicationServerKey`; a subscription that is bound to an earlier one is made anew."""
    return PushKey(public_key=service.public_key(platform_of(request).keyring))


async def subscribe_my_device(request: Request, body: Subscribe) -> None:
    """Knock at this browser when something happened to me: a heading and a number, no more.

    Say it again whenever the wallet opens, as long as the person wants it: it changes nothing.
    """
    session, person_id = await require_person(request)
    platform = platform_of(request)
    said = Subscription(endpoint=body.endpoint, p256dh=body.p256dh, auth=body.auth)
    async with platform.transaction() as db:
        person = await identity.resolve(db, platform.means, person_id)
        await service.subscribe(
            db,
            platform.means,
            device_id=session.device.device_id,
            person_id=person.person_id,
            said=said,
            private_network=platform.demo,
        )


async def unsubscribe_my_device(request: Request, _body: None) -> None:
    """Knock at this browser no more."""
    session, _ = await require_person(request)
    async with platform_of(request).transaction() as db:
        await service.unsubscribe(db, session.device.device_id)


OPERATIONS: Final = [
    Operation(method="GET", path="/v1/push/key", handler=push_key, answer=PushKey,
              summary="The key of Web Push", tag="me"),
    Operation(method="POST", path="/v1/me/push", handler=subscribe_my_device, body=Subscribe,
              status=204, auth="person", summary="Knock at this browser", tag="me"),
    Operation(method="POST", path="/v1/me/push:remove", handler=unsubscribe_my_device,
              status=204, auth="person", summary="Knock at this browser no more", tag="me"),
]  # fmt: skip
