"""Places: where a device stands, who may move it, and how much is scanned there."""

from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access import counts, posts
from motma.access.counts import PlaceActivity
from motma.kernel.clock import civil_day
from motma.kernel.errors import Malformed
from motma.web.calls import organisation_of, platform_of, reader_of, require_role, session_of
from motma.web.operations import Operation


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The place at which this device stands from now on."""

    place_id: UUID


class Moved(msgspec.Struct, frozen=True):
    """Where the device stands."""

    place_id: UUID
    name: str
    kind: str


class MoveRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a reader may choose another place than the one where a device stands."""

    login: str
    may_move: bool


async def move_device(request: Request, body: Move) -> Moved:
    """Choose the place of this device: the first time anybody, later who may move it.

    `access.may-not-move` for everybody else; a hand-over leaves the device where it stands.
    """
    session, _ = await session_of(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        place = await posts.move(db, platform.means, session, body.place_id)
    return Moved(place_id=place.place_id, name=place.name, kind=place.kind)


async def set_move_rule(request: Request, body: MoveRule) -> None:
    """Let a reader of the inspector's organisation move devices, or not; holds at once."""
    session = await require_role(request, "inspector")
    platform = platform_of(request)
    async with platform.transaction() as db:
        known = await posts.set_rule(
            db,
            platform.means,
            login=body.login,
            may_move=body.may_move,
            organisation_id=organisation_of(session),
            by=reader_of(session),
        )
    if not known:
        raise Malformed("access.login-unknown", "login")


async def place_activity(request: Request, _body: None) -> list[PlaceActivity]:
    """Scans per hour at each place of the inspector's organisation on `?day=`; never a person.

    A scan is counted some seconds after it was answered. `null` stands for one to four.
    """
    session = await require_role(request, "inspector")
    platform = platform_of(request)
    today = civil_day(platform.clock.now())
    day = counts.day_of(request.query_params.get("day"), today=today)
    async with platform.pool.acquire() as db:
        own = organisation_of(session)
        return await counts.of_day(db, platform.means, organisation_id=own, day=day)


OPERATIONS = [
    Operation(method="POST", path="/v1/readers/place", handler=move_device, body=Move,
              answer=Moved, auth="reader", summary="Choose the place of this device",
              tag="access"),
    Operation(method="POST", path="/v1/readers:move-rule", handler=set_move_rule, body=MoveRule,
              status=204, auth="reader", summary="Who may move devices", tag="access"),
    Operation(method="GET", path="/v1/places/activity", handler=place_activity, query=("day",),
              answer=list[PlaceActivity], auth="reader", summary="Activity of places",
              tag="access"),
]  # fmt: skip
