"""The inbox: what happened to a person, each with one mark that is theirs and not a device's."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.staging import Caller, Stage

from motma.access.inbox import service
from motma.access.inbox.model import HEADINGS, KINDS
from motma.kernel.clock import SetClock
from motma.web.reads import NOTICES


@pytest.fixture
def clock() -> SetClock:
    """Noon in Vietnam."""
    return SetClock(datetime(2026, 3, 2, 5, tzinfo=UTC))


async def inbox(wallet: Caller) -> dict[str, bool]:
    """Kind → read, of what is in the inbox."""
    answer = (await wallet.send("GET", "/v1/me/inbox")).json()
    assert answer["unread"] == sum(not one["read"] for one in answer["items"])
    return {one["kind"]: one["read"] for one in answer["items"]}


async def test_a_mark_is_the_persons_and_stands_on_every_device_of_theirs_and_on_no_others(
    on: Stage,
) -> None:
    person, other = await on.person(phones=()), await on.person(number="001190000099", phones=())
    one, two = [await on.wallet(person.person_id) for _ in range(2)]
    stranger = await on.wallet(other.person_id)
    assert (await one.post("/v1/me/code:replace", {})).status_code == 200
    items = (await one.send("GET", "/v1/me/inbox")).json()["items"]
    (replaced,) = [item for item in items if item["kind"] == "identity.replaced"]
    body = {"event_ids": [replaced["event_id"]]}

    assert (await stranger.post("/v1/me/inbox:mark", body)).status_code == 204
    assert not (await inbox(one))["identity.replaced"]
    assert (await one.post("/v1/me/inbox:mark", body)).status_code == 204
    assert (await one.post("/v1/me/inbox:mark", body)).status_code == 204
    for wallet in (one, two):
        found = await inbox(wallet)
        assert found["identity.replaced"]
        assert not found["access.device-enrolled"]
    await two.post("/v1/me/inbox:mark", body | {"read": False})
    assert not (await inbox(one))["identity.replaced"]


async def test_marks_go_with_the_log(on: Stage, clock: SetClock) -> None:
    person = await on.person(phones=())
    wallet = await on.wallet(person.person_id)
    items = (await wallet.send("GET", "/v1/me/inbox")).json()["items"]
    await wallet.post("/v1/me/inbox:mark", {"event_ids": [one["event_id"] for one in items]})
    async with on.platform.pool.acquire() as db:
        for days, left in ((30, len(items)), (32, 0)):
            await service.forget(db, clock.now() + timedelta(days=days))
            assert await db.fetchval("SELECT count(*) FROM inbox_mark") == left


async def test_a_look_at_everything_that_was_not_at_a_gate_is_told_and_a_guards_scan_is_not(
    on: Stage,
) -> None:
    person = await on.person(phones=())
    wallet, guard = await on.wallet(person.person_id), await on.sign_in("guard@stage")
    registrar = await on.sign_in("registrar@stage")
    await guard.scan((await wallet.send("GET", "/v1/me/code")).json()["text"])
    assert not {"scan.read", "identity.read"} & set(await inbox(wallet))
    await registrar.post("/v1/people:reads", {"qid": person.qid})
    items = (await wallet.send("GET", "/v1/me/inbox")).json()["items"]
    (seen,) = [item for item in items if item["kind"] == "identity.read"]
    assert (seen["heading"], seen["details"]["role"]) == ("read", "registrar")
    assert set(seen["text"]) == {"vi", "en"}


async def test_no_more_than_a_hundred_are_marked_at_once(on: Stage) -> None:
    wallet = await on.wallet((await on.person(phones=())).person_id)
    for count in (0, 101):
        body = {"event_ids": ["00000000-0000-0000-0000-000000000000"] * count}
        answer = await wallet.post("/v1/me/inbox:mark", body)
        assert answer.json()["code"] == "inbox.count"


def test_every_kind_has_words_and_a_heading() -> None:
    assert set(KINDS) - set(NOTICES) == {"identity.read", "scan.person-alarm"}
    assert sorted(HEADINGS) == [
        "account", "card", "code", "family", "identity", "read", "record",
    ]  # fmt: skip
