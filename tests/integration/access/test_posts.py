"""A guard stays where the device stands; who may move it is the organisation's to say."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from tests.staging import PIN, Caller, Stage

from motma.access import posts
from motma.access import service as access
from motma.access.model import Place
from motma.audit.model import Event, opened
from motma.kernel.ids import uuid7

MAY_NOT = (403, "access.may-not-move")


async def reader(on: Stage, login: str, **more: Any) -> None:
    async with on.platform.transaction() as db:
        await access.add_reader(
            db, on.platform.means, organisation_id=on.organisation,
            login=login, role="place", pin=PIN, **more,
        )  # fmt: skip


async def gates(on: Stage) -> tuple[Place, Place]:
    """Two gates of the organisation."""
    async with on.platform.transaction() as db:
        first, second = [
            await access.add_place(
                db, on.platform.means, organisation_id=on.organisation,
                kind="public-place", name=name,
            )
            for name in ("East", "West")
        ]  # fmt: skip
    return first, second


async def at_work(on: Stage, login: str, device: Caller | None = None) -> Caller:
    caller = await on.begin(device or await on.device(), login)
    caller.purpose = "entry"
    return caller


async def scan(caller: Caller, place: Place) -> tuple[int, str]:
    answer = await caller.scan("x", checkpoint=str(place.place_id))
    return answer.status_code, answer.json().get("code", "")


async def choose(caller: Caller, place: Place) -> tuple[int, str]:
    answer = await caller.post("/v1/readers/place", {"place_id": str(place.place_id)})
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture
async def market(on_stage: Stage) -> Stage:
    """Two guards who stay, and a chief who may move."""
    on = on_stage
    for login in ("one@stage", "two@stage"):
        await reader(on, login)
    await reader(on, "chief@stage", may_move=True)
    return on


async def test_a_guard_stays_where_the_first_scan_was_also_after_a_hand_over(
    market: Stage,
) -> None:
    east, west = await gates(market)
    guard = await at_work(market, "one@stage")
    assert (guard.signed_in["may_move"], guard.signed_in["place_id"]) == (False, None)
    guard.place = east
    assert await scan(guard, east) == (200, "")
    assert await scan(guard, west) == await choose(guard, west) == MAY_NOT
    code = {"checkpoint": str(west.place_id), "purpose": "entry"}
    shown = await guard.post("/v1/readers/code", code)
    assert (shown.status_code, shown.json()["code"]) == MAY_NOT

    other = await at_work(market, "two@stage", guard)  # hand-over by PIN
    assert other.signed_in["place_id"] == str(east.place_id)
    other.place = east
    assert await scan(other, west) == MAY_NOT
    assert await scan(other, east) == (200, "")


async def test_a_chief_moves_the_device_and_the_guards_follow(market: Stage) -> None:
    east, west = await gates(market)
    guard = await at_work(market, "one@stage")
    guard.place = east
    assert await choose(guard, east) == (200, "")
    chief = await at_work(market, "chief@stage", guard)
    assert chief.signed_in["may_move"] is True
    assert await choose(chief, west) == (200, "")
    guard = await at_work(market, "one@stage", chief)
    guard.place = west
    assert guard.signed_in["place_id"] == str(west.place_id)
    assert await scan(guard, east) == MAY_NOT
    assert await scan(guard, west) == (200, "")
    assert await placed(market) == [str(east.place_id), str(west.place_id)]


async def test_what_waited_in_a_gate_that_was_moved_meanwhile_is_kept(market: Stage) -> None:
    east, west = await gates(market)
    guard = await at_work(market, "one@stage")
    assert await choose(guard, west) == (200, "")
    now = market.platform.clock.now()
    queued = {"scan_id": str(uuid7(now)), "code": "x", "checkpoint": str(east.place_id)}
    answer = await guard.post("/v1/scans:batch", {"scans": [queued | {"purpose": "entry"}]})
    assert answer.json()["results"][0]["status"] == "accepted"


async def test_an_inspector_says_who_may_move_and_it_holds_at_once(market: Stage) -> None:
    east, west = await gates(market)
    guard, inspector = await at_work(market, "one@stage"), await market.sign_in("inspector@stage")
    guard.place = east
    assert await choose(guard, east) == (200, "")
    rule = {"login": "one@stage", "may_move": True}
    assert (await guard.post("/v1/readers:move-rule", rule)).json()["code"] == "access.forbidden"
    assert (await inspector.post("/v1/readers:move-rule", rule)).status_code == 204
    assert await choose(guard, west) == (200, "")
    await inspector.post("/v1/readers:move-rule", rule | {"may_move": False})
    assert await choose(guard, east) == MAY_NOT
    async with market.platform.transaction() as db:
        other = await access.add_organisation(db, market.platform.means, "Other")
        await access.add_reader(
            db, market.platform.means, organisation_id=other,
            login="guard@other", role="place", pin=PIN,
        )  # fmt: skip
        there = await access.add_place(
            db, market.platform.means, organisation_id=other, kind="public-place", name="There"
        )
        device = UUID(guard.device_id)
        means = market.platform.means
        assert not await posts.place(db, means, device_id=device, place_id=there.place_id)
        assert await posts.place(db, means, device_id=device, place_id=east.place_id)
    strange = await inspector.post("/v1/readers:move-rule", rule | {"login": "guard@other"})
    assert (strange.status_code, strange.json()["code"]) == (400, "access.login-unknown")
    assert await choose(guard, there) == (403, "access.forbidden")


async def test_of_two_first_scans_at_once_one_says_where_the_device_stands(market: Stage) -> None:
    east, west = await gates(market)
    guard = await at_work(market, "one@stage")
    guard.place = east
    heard = await asyncio.gather(scan(guard, east), scan(guard, west))
    assert sorted(heard) == [(200, ""), MAY_NOT]
    assert len(await placed(market)) == 1


async def placed(on: Stage) -> list[str]:
    """Where the log says that devices were put, in order."""
    async with on.platform.pool.acquire() as db:
        rows = await db.fetch(
            "SELECT device_id, event_id, kind, at, known_at, person_tag, outcome, body_hash,"
            " sealed, salt, commitment FROM event WHERE kind = 'access.device-placed'"
            " ORDER BY event_id"
        )
    return [str(opened(on.platform.vault, Event(**dict(row))).details["place"]) for row in rows]
