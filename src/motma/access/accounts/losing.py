"""A device lost: it dies at once, and with it what its finder may have added."""

from collections.abc import Sequence
from uuid import UUID

from motma.access import service as access
from motma.access.accounts import passkeys
from motma.access.means import Means
from motma.storage.pool import Connection


async def lose(
    db: Connection, means: Means, device_id: UUID, *, of: Sequence[UUID] | None = None
) -> bool:
    """Report a device lost, of a person's (all their ids) or any; False when it was not active."""
    if not await access.lose(db, means, device_id, of=of):
        return False
    await passkeys.end_young(db, means, device_id)
    return True
