"""The courier: at least once, never late, one at a time, and honest about how long it takes."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.integration.messages.gateway import Gateway, gateway

from motma.bootstrap import Platform, Settings, open_platform
from motma.kernel.clock import SetClock, SystemClock
from motma.messages import model, service
from motma.messages.running import Courier
from motma.messages.senders import Http

PROCESS = Path(__file__).with_name("courier_process.py")
TEMPLATE = {"to": "{to}", "text": "{text}", "id": "{id}"}
SOON = timedelta(minutes=10)


@pytest.fixture
async def on(database: str, tmp_path: Path) -> AsyncIterator[Platform]:
    """A platform whose clock stands where the machine's is until a test moves it."""
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(database), sms="off")
    async with open_platform(settings, clock=SetClock(SystemClock().now())) as platform:
        yield platform


def later(on: Platform, step: timedelta) -> None:
    """Let time pass."""
    assert isinstance(on.clock, SetClock)
    on.clock.advance(step)


def courier(on: Platform, door: Gateway) -> Courier:
    """A courier that sends through this gateway."""
    sender = Http(url=door.url, template=TEMPLATE, headers={}, private_network=True)
    return Courier(on.pool, on.vault, on.clock, sender)


async def queue(on: Platform, *texts: str, life: timedelta = SOON, to: str = "+84987") -> None:
    """Queue messages."""
    async with on.transaction() as db:
        for text in texts:
            await service.queue(
                db, on.vault, on.clock, on.random,
                to=to, text=text, expires_at=on.clock.now() + life,
            )  # fmt: skip


async def waiting(on: Platform) -> int:
    """How many messages are in the queue."""
    async with on.pool.acquire() as db:
        return int(await db.fetchval("SELECT count(*) FROM local.message"))


async def expected(on: Platform) -> datetime:
    """What a page says of when a code will come."""
    async with on.pool.acquire() as db:
        return await service.expected_at(db, on.clock)


async def test_a_courier_killed_between_sending_and_marking_sends_the_same_message_once_more(
    on: Platform,
) -> None:
    async with gateway(answers=False) as door:
        await queue(on, "123456")
        victim = await asyncio.create_subprocess_exec(
            sys.executable, str(PROCESS), on.dsn, str(on.settings.keys_dir), door.url
        )
        await asyncio.wait_for(door.arrived.wait(), 60)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
        door.open.set()
        heir = courier(on, door)
        later(on, model.LEASE - timedelta(seconds=10))  # the victim's own clock was not ours
        assert (await heir.round(), len(door.got)) == (0, 1)
        later(on, timedelta(minutes=2))
        assert await heir.round() == 1
        assert await heir.round() == 0
    assert len(door.got) == 2
    assert door.got[0] == door.got[1]  # its id too, by which a gateway drops what it has
    assert await waiting(on) == 0


async def test_what_is_out_of_date_is_never_sent(on: Platform) -> None:
    async with gateway() as door:
        await queue(on, "late", life=timedelta(minutes=1))
        await queue(on, "in time")
        later(on, timedelta(minutes=1))
        assert await courier(on, door).round() == 1
    assert [one["text"] for one in door.got] == ["in time"]
    assert await waiting(on) == 0


async def test_a_message_that_waited_for_its_sender_until_its_end_is_dropped(on: Platform) -> None:
    async with gateway(status=503) as door:
        await queue(on, "123456", life=timedelta(seconds=30))
        works = courier(on, door)
        for _ in range(20):
            await works.round()
            later(on, timedelta(seconds=3))
        tried = len(door.got)
        door.status = 200
        later(on, timedelta(minutes=10))
        await works.round()
    assert 2 <= tried <= 4  # after 2, 4 and 8 seconds
    assert (len(door.got), await waiting(on)) == (tried, 0)


async def test_two_couriers_at_once_send_each_message_once(on: Platform) -> None:
    async with gateway() as door:
        await queue(on, *[f"{n:06}" for n in range(40)])
        pair = [courier(on, door), courier(on, door)]
        while await waiting(on):
            await asyncio.gather(*(one.round() for one in pair))
    assert len(door.ids) == len(set(door.ids)) == 40


async def test_a_slow_sender_is_not_overtaken_while_it_holds_the_message(on: Platform) -> None:
    async with gateway(answers=False) as door:
        await queue(on, "123456")
        slow = asyncio.create_task(courier(on, door).round())
        await asyncio.wait_for(door.arrived.wait(), 20)
        later(on, model.LEASE - timedelta(seconds=1))
        assert await courier(on, door).round() == 0
        door.open.set()
        assert await slow == 1
    assert (len(door.got), await waiting(on)) == (1, 0)


async def test_a_gateway_that_is_down_is_left_alone_then_asked_with_one_message(
    on: Platform,
) -> None:
    async with gateway(status=503) as door:
        await queue(on, *"abcdefgh")
        works = courier(on, door)
        await works.round()
        assert len(door.got) == 8
        later(on, timedelta(seconds=5))  # all are due again, but the breaker is open
        assert (await works.round(), len(door.got)) == (0, 8)
        assert works.breaker.until is not None
        later(on, works.breaker.until - on.clock.now())
        assert (await works.round(), len(door.got)) == (1, 9)
        assert not works.breaker.closed(on.clock.now())
        door.status = 200
        later(on, works.breaker.until - on.clock.now())
        assert await works.round() == 1
        later(on, timedelta(minutes=1))
        assert await works.round() == 7
    assert (len(door.got), await waiting(on)) == (17, 0)


async def test_the_time_that_is_told_follows_what_the_gateway_does(on: Platform) -> None:
    async with gateway(status=503) as door:
        works = courier(on, door)
        assert await expected(on) <= on.clock.now() + timedelta(minutes=1)
        await queue(on, *"abcdefgh")
        await works.round()
        assert works.breaker.until is not None
        assert await expected(on) >= works.breaker.until
        door.status = 200
        later(on, timedelta(minutes=3))
        while await waiting(on):
            await works.round()
            later(on, timedelta(seconds=5))
        # they took three minutes, so that is what the next one is told, and less once it goes well
        told = await expected(on) - on.clock.now()
        assert timedelta(seconds=45) <= told <= timedelta(minutes=1)
        for _ in range(8):
            await queue(on, "123456")
            later(on, timedelta(seconds=2))
            await works.round()
        assert await expected(on) - on.clock.now() < timedelta(seconds=5)


async def test_a_number_that_the_gateway_refuses_is_not_tried_again_and_stops_nobody(
    on: Platform,
) -> None:
    async with gateway(status=422) as door:
        works = courier(on, door)
        await queue(on, *"abcdefgh")
        await works.round()
        later(on, timedelta(minutes=1))
        assert await works.round() == 0
        assert works.breaker.closed(on.clock.now())
    assert (len(door.got), await waiting(on)) == (8, 0)
