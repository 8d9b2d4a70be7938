"""Webhooks: signed, in order, at least once, and no door delays another."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.integration.interop.apps import App, an_app
from tests.staging import Stage

from motma.access.means import Means
from motma.identity import ending
from motma.interop import feed
from motma.interop.hooks import model, service
from motma.interop.hooks.running import Courier
from motma.kernel.clock import SetClock

OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@dataclass
class Door:
    """An app's server on a real socket; `answer` may be anything."""

    answer: bytes | Callable[[asyncio.StreamWriter], Awaitable[None]] = OK
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if ": " in line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append((headers, body))
        if callable(self.answer):
            await self.answer(writer)
        else:
            writer.write(self.answer)
        writer.close()

    @property
    def events(self) -> list[str]:
        """Types of what came, in order."""
        return [one["type"] for _, body in self.got for one in json.loads(body)["data"]]


@dataclass
class Scene:
    """An app with a connected person, and its courier under a clock of the test's own."""

    app: App
    qid: str
    clock: SetClock
    courier: Courier

    @property
    def stage(self) -> Stage:
        """Where it happens."""
        return self.app.stage

    async def hook(self, door: Door) -> dict[str, Any]:
        """Add a door."""
        answer = await self.app.post("/v1/apps/hooks", {"url": door.url})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def happen(self, times: int = 1) -> None:
        """Something happens to the person."""
        for _ in range(times):
            async with self.stage.platform.transaction() as db:
                await ending.reissue(db, self.stage.platform.means, self.qid)
        await feed.carry(self.stage.platform.pool, self.stage.platform.means)

    async def shown(self) -> dict[str, Any]:
        """The only hook as its app sees it."""
        answer = await self.stage.client.get("/v1/apps/hooks", headers=await self.app.headers())
        (one,) = answer.json()
        return dict(one)


@pytest.fixture
async def scene(on_stage: Stage) -> Scene:
    """An app that may know somebody."""
    app = await an_app(on_stage)
    known = await on_stage.person()
    await app.connect(await on_stage.wallet(known.person_id))
    old = on_stage.platform.means
    clock = SetClock(old.clock.now() + timedelta(seconds=1))
    means = Means(clock, old.random, old.keyring, old.vault)
    courier = Courier(on_stage.platform.pool, means, private_network=True)
    return Scene(app, known.qid, clock, courier)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """A door that opens."""
    async for one in _opened(Door()):
        yield one


async def _opened(door: Door) -> AsyncIterator[Door]:
    server = await asyncio.start_server(door.serve, "127.0.0.1", 0)
    door.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/changes"
    yield door
    server.close()


async def test_changes_come_signed_in_order_and_are_not_brought_again(
    scene: Scene, door: Door
) -> None:
    made = await scene.hook(door)
    await scene.happen(3)
    assert await scene.courier.round() == 1
    assert await scene.courier.round() == 0
    assert door.events == ["motma.code.replaced"] * 3
    ((headers, body),) = door.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    v1, v1a = (one.partition(",")[2] for one in headers["webhook-signature"].split(" "))
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    assert hmac.new(secret, signed, hashlib.sha256).digest() == base64.b64decode(v1)
    key = base64.b64decode(made["public_key"].removeprefix("whpk_"))
    Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(v1a), signed)
    ids = [int(one["id"]) for one in json.loads(body)["data"]]
    assert ids == sorted(ids)


async def _bomb(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
    for _ in range(100):
        writer.write(b"x" * 100_000)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", "egress.answer-refused"),
        (b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "egress.answer-refused"),
        (b"garbage\r\n\r\n", "egress.no-answer"),
        (b"", "egress.no-answer"),
        (_bomb, "egress.answer-too-large"),
    ],
    ids=["refusing", "redirecting", "garbage", "silent", "bomb"],
)
async def test_a_door_that_answers_badly_is_tried_again_and_nothing_is_lost(
    scene: Scene, door: Door, answer: Any, code: str
) -> None:
    door.answer = answer
    made = await scene.hook(door)
    await scene.happen(2)
    await scene.courier.round()
    assert await scene.courier.round() == 0  # it waits
    shown = await scene.shown()
    assert (shown["failures"], shown["behind"], shown["state"]) == (1, 2, "active")
    door.answer = OK
    scene.clock.advance(timedelta(seconds=7))
    await scene.courier.round()
    assert door.events == ["motma.code.replaced"] * 4  # at least once
    assert (await scene.shown())["behind"] == 0
    listed = await scene.stage.client.get(
        f"/v1/apps/hooks/{made['hook_id']}/deliveries", headers=await scene.app.headers()
    )
    assert [one["code"] for one in listed.json()] == [None, code]


async def test_a_door_shut_for_three_days_is_given_up_and_resumed_where_it_stopped(
    scene: Scene, door: Door
) -> None:
    door.answer = b"HTTP/1.1 503 No\r\nConnection: close\r\n\r\n"
    made = await scene.hook(door)
    await scene.happen()
    for _ in range(40):
        await scene.courier.round()
        scene.clock.advance(timedelta(hours=4))
    assert (await scene.shown())["state"] == "given-up"
    tries = len(door.got)
    assert 15 <= tries <= 25  # then nobody knocks any more
    door.answer = OK
    body = {"hook_id": made["hook_id"]}
    assert (await scene.app.post("/v1/apps/hooks:resume", body)).status_code == 204
    await scene.courier.round()
    assert len(door.got) == tries + 1
    assert (await scene.shown())["behind"] == 0


async def test_a_paused_door_hears_nothing_a_replay_brings_all_again_and_an_end_is_one(
    scene: Scene, door: Door
) -> None:
    made = await scene.hook(door)
    body = {"hook_id": made["hook_id"]}
    await scene.app.post("/v1/apps/hooks:pause", body)
    await scene.happen()
    assert await scene.courier.round() == 0
    await scene.app.post("/v1/apps/hooks:resume", body)
    await scene.courier.round()
    assert (await scene.app.post("/v1/apps/hooks:replay", body)).status_code == 204
    await scene.courier.round()
    assert door.events == ["motma.code.replaced"] * 2
    assert (await scene.app.post("/v1/apps/hooks:end", body)).status_code == 204
    await scene.happen()
    assert await scene.courier.round() == 0
    assert (await scene.app.post("/v1/apps/hooks:end", body)).status_code == 404


async def test_a_slow_door_does_not_delay_another_and_is_brought_by_one_courier_at_a_time(
    scene: Scene, door: Door
) -> None:
    opened, waiting = asyncio.Event(), asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        waiting.set()
        await opened.wait()
        writer.write(OK)

    await scene.hook(door)
    async for other in _opened(Door(answer=slow)):
        await scene.hook(other)
        await scene.happen()
        first = asyncio.create_task(scene.courier.round())
        await waiting.wait()
        assert await scene.courier.round() == 0  # both doors are taken
        async with asyncio.timeout(20):
            while not door.got:
                await asyncio.sleep(0.01)
        opened.set()
        await first
        assert (len(door.got), len(other.got)) == (1, 1)


async def test_a_courier_that_died_on_the_way_is_followed_by_another(
    scene: Scene, door: Door
) -> None:
    over = asyncio.Event()

    async def silent(_writer: asyncio.StreamWriter) -> None:
        await over.wait()

    door.answer = silent
    await scene.hook(door)
    await scene.happen()
    dying = asyncio.create_task(scene.courier.round())
    async with asyncio.timeout(20):
        while not door.got:
            await asyncio.sleep(0.01)
    dying.cancel()
    over.set()
    door.answer = OK
    assert await scene.courier.round() == 0  # its lease still runs
    scene.clock.advance(model.LEASE + timedelta(seconds=1))
    assert await scene.courier.round() == 1
    assert (await scene.shown())["behind"] == 0


@pytest.mark.parametrize(
    "url",
    ["http://app.example/x", "https://u:p@app.example/", "ftp://app.example/", "x",
     "https://app.example/" + "x" * 600],
)  # fmt: skip
async def test_an_address_that_may_not_be_asked_is_no_door(scene: Scene, url: str) -> None:
    async with scene.stage.platform.transaction() as db:
        with pytest.raises(Exception, match=r"egress\.address-refused|interop\.hook-address"):
            await service.add(
                db, scene.stage.platform.means, scene.app.client_id, url, private_network=False
            )


async def test_nobody_sees_or_touches_the_door_of_another_app(scene: Scene, door: Door) -> None:
    made = await scene.hook(door)
    other = await an_app(scene.stage)
    listed = await scene.stage.client.get("/v1/apps/hooks", headers=await other.headers())
    assert listed.json() == []
    seen = await scene.stage.client.get(
        f"/v1/apps/hooks/{made['hook_id']}/deliveries", headers=await other.headers()
    )
    assert seen.json() == []
    for verb in ("pause", "resume", "end", "replay"):
        body = {"hook_id": made["hook_id"]}
        assert (await other.post(f"/v1/apps/hooks:{verb}", body)).status_code == 404
