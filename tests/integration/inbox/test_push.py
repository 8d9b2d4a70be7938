"""Web Push: a heading and a number reach the browser that asked, sealed for it, and no other."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import SecretStr
from tests.integration.inbox.browser import Browser, browser, proven
from tests.staging import Caller, DeviceKey, Stage

from motma.access.accounts import devices
from motma.access.pushes import service
from motma.access.pushes.model import Subscription
from motma.access.pushes.running import Knocker
from motma.bootstrap import Settings, open_platform
from motma.kernel.clock import SetClock
from motma.web.app import knocker_of


@pytest.fixture
def clock() -> SetClock:
    """Noon in Vietnam."""
    return SetClock(datetime(2026, 3, 2, 5, tzinfo=UTC))


async def told(on: Stage, *browsers: Browser, least: int = 1) -> None:
    """Let knocks go out until each browser got so many; the server's own knocker works too."""
    for _ in range(200):
        await knocker_of(on.platform).round()
        if all(len(one.got) >= least for one in browsers):
            return
        await asyncio.sleep(0.05)


async def subscribed(on: Stage, *browsers: Browser, number: str = "001190000001") -> list[Caller]:
    """A person with a wallet for each browser."""
    person = await on.person(number=number, phones=())
    wallets = [await on.wallet(person.person_id) for _ in browsers]
    for wallet, one in zip(wallets, browsers, strict=True):
        answer = await wallet.post("/v1/me/push", one.subscription)
        assert answer.status_code == 204, answer.text
    return wallets


async def quiet(on: Stage) -> int:
    """Rounds until nothing waits; how many subscriptions there are then."""
    async with on.platform.pool.acquire() as db:
        for _ in range(200):
            await knocker_of(on.platform).round()
            waits = await db.fetchval("""
                SELECT (SELECT count(*) FROM local.push_knock)
                     + (SELECT count(*) FROM push_subscription WHERE due_at IS NOT NULL)""")
            if not waits:
                break
            await asyncio.sleep(0.05)
        return int(await db.fetchval("SELECT count(*) FROM push_subscription"))


async def test_each_browser_of_a_person_is_told_a_heading_and_a_number_that_only_it_opens(
    on: Stage, clock: SetClock
) -> None:
    async with browser() as one, browser() as two, browser() as other:
        wallet, _ = await subscribed(on, one, two)
        await subscribed(on, other, number="001190000099")
        await quiet(on)
        for each in (one, two, other):
            each.got.clear()
        assert (await wallet.post("/v1/me/code:replace", {})).status_code == 200
        await asyncio.gather(*(knocker_of(on.platform).round() for _ in range(4)))
        await told(on, one, two)
        await quiet(on)
        assert one.opened() == two.opened() == [{"kind": "code", "count": 1}]
        assert other.got == []
        with pytest.raises(InvalidTag):
            two.open(one.got[0][1])
        headers = one.got[0][0]
        key = (await on.client.get("/v1/push/key")).json()["public_key"]
        claims = proven(headers["authorization"], key)
        assert claims["aud"] == one.endpoint.partition("/push/")[0]
        assert 0 < claims["exp"] - clock.now().timestamp() <= 24 * 3600
        assert headers["content-encoding"] == "aes128gcm"
        assert int(headers["ttl"]) > 0


async def test_what_waits_together_is_one_knock_and_all_of_them_are_of_one_size(
    on: Stage, clock: SetClock
) -> None:
    async with browser(status=503) as one:
        (wallet,) = await subscribed(on, one)
        await wallet.post("/v1/me/code:replace", {})
        await told(on, one)
        await wallet.post("/v1/me/devices:transfer", None)
        await wallet.post("/v1/me/code:replace", {})
        one.status = 201
        before = len(one.got)
        clock.advance(timedelta(minutes=1))
        await told(on, one, least=before + 1)
        await quiet(on)
        assert one.opened()[-1]["kind"] == "code"
        assert one.opened()[before]["count"] >= 1
        assert sum(each["count"] for each in one.opened()[before:]) == 3
        assert len({len(body) for _, body in one.got}) == 1


async def test_a_browser_that_is_gone_is_forgotten(on: Stage) -> None:
    async with browser(404) as one, browser(410) as two, browser(403) as other_key:
        wallet, *_ = await subscribed(on, one, two, other_key)
        await wallet.post("/v1/me/code:replace", {})
        await told(on, one, two, other_key)
        assert await quiet(on) == 0
        assert [len(each.got) for each in (one, two, other_key)] == [1, 1, 1]


async def test_who_unsubscribed_or_lost_the_device_is_not_knocked_at(on: Stage) -> None:
    async with browser() as one, browser() as two, browser() as three:
        left, lost, stays = await subscribed(on, one, two, three)
        assert (await left.post("/v1/me/push:remove", None)).status_code == 204
        await stays.post("/v1/me/devices:lose", {"device_id": lost.device_id})
        await stays.post("/v1/me/code:replace", {})
        await told(on, three)
        assert (one.got, two.got) == ([], [])


async def test_a_knock_that_got_through_nowhere_within_a_day_is_given_up(
    on: Stage, clock: SetClock
) -> None:
    async with browser(status=500) as one:
        (wallet,) = await subscribed(on, one)
        await wallet.post("/v1/me/code:replace", {})
        await told(on, one)
        clock.advance(timedelta(days=2))
        one.status = 201
        before = len(one.got)
        assert await quiet(on) == 1
        assert len(one.got) == before
        await on.begin(wallet, None)
        await wallet.post("/v1/me/code:replace", {})
        await told(on, one, least=before + 1)
        assert one.opened()[-1]["count"] == 1


async def test_what_nobody_could_open_or_is_no_address_is_refused(on: Stage) -> None:
    wallet = await on.wallet((await on.person(phones=())).person_id)
    good = Browser(endpoint="https://push.example/x").subscription
    for field, value, code in (
        ("endpoint", "https://10.0.0.7@push.example/", "push.endpoint"),
        ("endpoint", "ftp://push.example/x", "push.endpoint"),
        ("endpoint", "https://push.example/" + "x" * 1000, "push.endpoint"),
        ("p256dh", "BAAA", "push.key"),
        ("p256dh", "B" + "A" * 86, "push.key"),
        ("auth", "AAAA", "push.key"),
    ):
        answer = await wallet.post("/v1/me/push", good | {field: value})
        assert (answer.status_code, answer.json()["code"]) == (400, code), value


async def test_an_address_inside_is_never_asked_where_real_people_are(
    database: str, tmp_path: Path
) -> None:
    given = Settings(home=tmp_path / "home", database_url=SecretStr(database), sms="off")
    async with browser() as one, open_platform(given) as platform:
        means, person_id = platform.means, UUID(int=7)
        async with platform.transaction() as db:
            device = await devices.enrol(
                db, means, person_id=person_id, jwk={**DeviceKey().jwk}, label="", by="passkey"
            )
            said = Subscription(**one.subscription)
            await service.subscribe(
                db, means, device_id=device.device_id, person_id=person_id, said=said,
                private_network=True,
            )  # fmt: skip
            await means.log(db, "identity.replaced", {}, person_id=person_id)
        strict = Knocker(pool=platform.pool, means=means, contact="https://motma.invalid")
        assert await strict.round() == 1
        async with platform.pool.acquire() as db:
            assert await db.fetchval("SELECT count(*) FROM push_subscription") == 0
        assert one.got == []
