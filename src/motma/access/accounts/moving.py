"""Moving to a new phone: a short code that the old phone shows and the new one enters."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from motma.access import model, queries
from motma.access.means import Means
from motma.storage.pool import Connection

#: Both phones lie on one table while this lasts.
TRANSFER_LIFE: Final = timedelta(minutes=5)


async def transfer_code(
    db: Connection, means: Means, *, person_id: UUID, device_id: UUID
) -> tuple[str, datetime]:
    """A code that enrols one more wallet of the same person, and when it expires.

    It is entered like an activation code. The old phone stays until the person removes it, so
    that a move which breaks off leaves nobody without a code.
    """
    now = means.clock.now()
    code = model.new_code(means.random)
    hashed = means.vault.blind("enrolment-code", model.plain_code(code))
    ends = now + TRANSFER_LIFE
    await db.execute(queries.ADD_CODE, hashed, "wallet", None, person_id, now, ends)
    details = {"device_id": str(device_id)}
    await means.log(db, "access.transfer-begun", details, person_id=person_id, device_id=device_id)
    return code, ends
