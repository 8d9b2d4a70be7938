"""Where a reader's device stands, and who may move it.

A guard without the organisation's leave stays at the place where the device stands, also after a
hand-over. A device that stands nowhere yet is placed by whoever uses it first.
"""

from collections.abc import Iterable
from uuid import UUID

from motma.access import model, queries
from motma.access.errors import Forbidden, MayNotMove
from motma.access.means import Means
from motma.access.model import Device, Place, Session
from motma.storage.pool import Connection


def insist_here(means: Means, device_id: UUID, post: bytes | None, place_id: UUID) -> None:
    """Decline another place than the one where the device stands, if it stands anywhere yet."""
    if post is not None and post not in _posts(means, device_id, place_id):
        raise MayNotMove


def where(means: Means, device: Device, places: Iterable[Place]) -> Place | None:
    """At which of these places the device stands."""
    if device.post is None:
        return None
    of = (p for p in places if device.post in _posts(means, device.device_id, p.place_id))
    return next(of, None)


async def move(db: Connection, means: Means, session: Session, place_id: UUID) -> Place:
    """Put the device of this shift at another place of the reader's organisation."""
    reader, device = session.reader, session.device
    if reader is None:
        raise Forbidden
    place = await queries.own_place(db, place_id, reader.organisation_id)
    if place is None:
        raise Forbidden
    if not await _put(db, means, device.device_id, place_id, anywhere=reader.may_move):
        raise MayNotMove
    if device.post not in _posts(means, device.device_id, place_id):
        await _log(db, means, device.device_id, place_id, by=reader.reader_id)
    return place


async def settle(
    db: Connection, means: Means, *, device_id: UUID, place_id: UUID, reader_id: UUID
) -> None:
    """Place a device that stands nowhere yet by its first scan."""
    if not await _put(db, means, device_id, place_id, anywhere=False):
        raise MayNotMove  # another first scan was quicker, elsewhere
    await _log(db, means, device_id, place_id, by=reader_id)


async def place(db: Connection, means: Means, *, device_id: UUID, place_id: UUID) -> bool:
    """Place a device, by the organisation; False when device and place are not of one."""
    post = _posts(means, device_id, place_id)[0]
    if await db.fetchval(queries.PLACE_DEVICE, device_id, place_id, post) is None:
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


def _posts(means: Means, device_id: UUID, place_id: UUID) -> list[bytes]:
    """How it is written that this device stands there, the newest key's first.

    Not in clear: the log names devices, and seals where a person was read.
    """
    return means.vault.blinds("post", f"{device_id}|{place_id}")


async def _put(
    db: Connection, means: Means, device_id: UUID, place_id: UUID, *, anywhere: bool
) -> bool:
    """Whether the device stands there now: two at once can't both be the first."""
    known = _posts(means, device_id, place_id)
    put = await db.fetchval(queries.PUT_DEVICE, device_id, known[0], known, anywhere)
    return put is not None


async def _log(
    db: Connection, means: Means, device_id: UUID, place_id: UUID, *, by: UUID | None
) -> None:
    details = {"place": str(place_id), "by": str(by) if by else None}
    await means.log(db, "access.device-placed", details, device_id=device_id)
