"""Where a reader's device stands, and who may move it.

A guard without the organisation's leave stays at the place where the device stands, also after a
hand-over. A device that stands nowhere yet is placed by whoever uses it first.
"""

from uuid import UUID

from motma.access import model, queries
from motma.access.errors import Forbidden, MayNotMove
from motma.access.means import Means
from motma.access.model import Place, Session
from motma.storage.pool import Connection


async def move(db: Connection, means: Means, session: Session, place_id: UUID) -> Place:
    """Put the device of this shift at another place of the reader's organisation."""
    reader = session.reader
    if reader is None:
        raise Forbidden
    place = await queries.own_place(db, place_id, reader.organisation_id)
    if place is None:
        raise Forbidden
    here = session.device.place_id
    if here not in {None, place_id} and not reader.may_move:
        raise MayNotMove
    device_id = session.device.device_id
    # a reader who may not move only fills an empty place: two at once can't both be the first
    kept = await db.fetchval(queries.PUT_DEVICE, device_id, place_id, reader.may_move)
    if kept is None:
        raise MayNotMove
    if here != place_id:
        await _log(db, means, device_id, place_id, by=reader.reader_id)
    return place


async def settle(
    db: Connection, means: Means, *, device_id: UUID, place_id: UUID, reader_id: UUID
) -> None:
    """Place a device that stands nowhere yet by its first scan."""
    if await db.fetchval(queries.SETTLE_DEVICE, device_id, place_id) is None:
        raise MayNotMove  # another first scan was quicker, elsewhere
    await _log(db, means, device_id, place_id, by=reader_id)


async def place(db: Connection, means: Means, *, device_id: UUID, place_id: UUID) -> bool:
    """Place a device, by the organisation; False when device and place are not of one."""
    if await db.fetchval(queries.PLACE_DEVICE, device_id, place_id) is None:
        return False
    await _log(db, means, device_id, place_id, by=None)
    return True


async def set_rule(
    db: Connection,
    means: Means,
    *,
    login: str,
    may_move: bool,
    organisation_id: UUID | None = None,
    by: UUID | None = None,
) -> bool:
    """Say whether a reader may move devices; it holds from the next request on.

    False when there is no such reader, or none of that organisation.
    """
    found = await db.fetchval(
        queries.SET_MOVE_RULE, model.check_login(login), may_move, organisation_id
    )
    if found is None:
        return False
    kind = "access.move-allowed" if may_move else "access.move-forbidden"
    details = {"reader_id": str(found), "by": str(by) if by else None}
    await means.log(db, kind, details)
    return True


async def _log(
    db: Connection, means: Means, device_id: UUID, place_id: UUID, *, by: UUID | None
) -> None:
    details = {"place": str(place_id), "by": str(by) if by else None}
    await means.log(db, "access.device-placed", details, device_id=device_id)
