"""Ending an account: whatever opens it stops, the person and their data stay in the register."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from motma.access.accounts import passkeys, phones, queries
from motma.access.means import Means
from motma.storage.pool import Connection


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """What ended, and what the law keeps."""

    devices_ended: int
    phone_removed: bool
    passkeys_removed: int


async def delete(db: Connection, means: Means, selves: Sequence[UUID]) -> Deleted:
    """End devices, sessions, activation codes, phone and passkeys of a person (all their ids).

    There is no undo but to prove to a registrar once more who one is.
    """
    now = means.clock.now()
    removed = await phones.unbind(db, means, selves)
    keys = await passkeys.end_all(db, means, selves)
    ended = [row["device_id"] for row in await db.fetch(queries.END_DEVICES, selves, now)]
    await db.execute(queries.END_SESSIONS, ended, now)
    await db.execute(queries.END_CODES, selves, now)
    await means.log(db, "access.account-deleted", {"devices": len(ended)}, person_id=selves[0])
    return Deleted(devices_ended=len(ended), phone_removed=removed, passkeys_removed=keys)


async def forget(db: Connection, now: datetime) -> None:
    """Delete what is past its keep-until."""
    for statement in queries.FORGET:
        await db.execute(statement, now)
