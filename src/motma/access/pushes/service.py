"""Subscribing a wallet's browser; the caller owns the transaction."""

from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.access.pushes import queries
from motma.access.pushes.model import COLUMN, Subscription
from motma.access.tokens import b64
from motma.egress.addresses import target_of
from motma.egress.errors import AddressRefused
from motma.kernel.errors import Malformed
from motma.keys.keyring import Keyring
from motma.keys.model import Purpose
from motma.storage.pool import Connection


async def subscribe(
    db: Connection,
    means: Means,
    *,
    device_id: UUID,
    person_id: UUID,
    said: Subscription,
    private_network: bool,
) -> None:
    """Knock at this browser from now on; it takes the place of the device's earlier one."""
    said.check()
    try:
        target_of(said.endpoint, private_network=private_network)
    except AddressRefused:
        raise Malformed("push.endpoint", "endpoint") from None
    sealed = means.vault.seal(COLUMN, device_id, msgspec.json.encode(said))
    await db.execute(queries.ADD, device_id, person_id, sealed, means.clock.now())


async def unsubscribe(db: Connection, device_id: UUID) -> None:
    """Knock there no more; nothing happens if nobody did."""
    await db.execute(queries.REMOVE, device_id)


async def forget(db: Connection) -> None:
    """Forget the browsers of devices that ended."""
    await db.execute(queries.FORGET)


def public_key(ring: Keyring) -> str:
    """The key that browsers bind a subscription to: base64url of the uncompressed point."""
    kid = ring.active(Purpose.PUSH).kid
    return next(b64(info.raw) for info in ring.public_keys(Purpose.PUSH) if info.kid == kid)
