"""Recodes beyond the day: as of then, forgotten after 31 days, and through a merge and its undo."""

from datetime import timedelta

import pytest

from motma.cards.recodes import service as recodes

from . import test_recodes
from .conftest import NHA_TRANG
from .test_recodes import REASON, Desk
from .test_scanned_card import card

desk = test_recodes.desk


async def test_as_of_then_tells_the_recode_of_then(desk: Desk) -> None:
    before = desk.office.clock.now() + timedelta(seconds=30)
    desk.office.clock.advance(timedelta(minutes=1))
    key = await desk.confirmed("red")
    during = desk.office.clock.now() + timedelta(seconds=30)
    desk.office.clock.advance(timedelta(minutes=1))
    ended = key | {"reason": "the isolation was lifted"}
    await desk.registrars[1].post("/v1/recodes:end", ended)
    desk.office.clock.advance(timedelta(minutes=1))
    asked = {"qid": desk.qid, "where": {"commune": NHA_TRANG}}
    for moment, recoded in ((before, False), (during, True), (desk.office.clock.now(), False)):
        at = {"true_at": moment.isoformat(), "known_at": moment.isoformat()}
        answer = (await desk.registrars[2].post("/v1/cards:as-of", asked | at)).json()
        assert (answer.get("recoded", False), answer["colour"] == "red") == (recoded, recoded)
        if recoded:
            assert answer["recode"]["reason"] == REASON


async def test_as_of_a_time_whose_recodes_are_forgotten_says_that_it_is_the_rules_alone(
    desk: Desk,
) -> None:
    await desk.confirmed("red", days=1)
    desk.office.clock.advance(timedelta(minutes=1))
    then = desk.office.clock.now().isoformat()
    asked = {"qid": desk.qid, "where": {"commune": NHA_TRANG}, "true_at": then}
    asker = desk.registrars[2]
    for days, colour, forgotten in ((30, "red", False), (3, "yellow", True)):
        desk.office.clock.advance(timedelta(days=days))
        await desk.office.stage.begin(asker, "registrar3@stage")
        async with desk.office.stage.platform.transaction() as db:
            await recodes.forget(db, desk.office.clock.now())
        for known_at in ({}, {"known_at": then}):
            answer = (await asker.post("/v1/cards:as-of", asked | known_at)).json()
            found = (answer["colour"], answer.get("recodes_forgotten", False))
            assert found == (colour, forgotten), answer
    recent = asked | {"true_at": desk.office.clock.now().isoformat()}
    assert "recodes_forgotten" not in (await asker.post("/v1/cards:as-of", recent)).json()


@pytest.mark.parametrize("field", ["true_at", "known_at"])
@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:00:00Z", "0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-11:00"]
)
async def test_a_moment_outside_the_calendar_of_rules_is_declined(
    desk: Desk, field: str, moment: str
) -> None:
    answer = await desk.registrars[0].post("/v1/cards:as-of", {"qid": desk.qid, field: moment})
    assert (answer.status_code, answer.json()["code"]) == (400, "card.moment-out-of-range")


async def merge_into(desk: Desk, kept_qid: str) -> None:
    """The person of the desk is said to be another one."""
    merged = {"qid": desk.qid, "into": kept_qid, "reason": "one person, two papers"}
    answer = await desk.registrars[0].post("/v1/people:merge", merged)
    assert answer.status_code == 200, answer.text


async def test_a_merge_frees_nobody_and_undoing_it_parts_the_recode_too(desk: Desk) -> None:
    await desk.confirmed("red")
    kept = await desk.office.stage.person(number="001190000002")
    other = await desk.office.stage.wallet(kept.person_id)
    code = (await other.send("GET", "/v1/me/code")).json()["text"]
    waiting = await desk.proposed("yellow")
    await merge_into(desk, kept.qid)
    for text in (desk.code, code):
        assert (await card(desk.guard, text))["colour"] == "red"
    mine = (await other.send("GET", "/v1/me/card")).json()
    assert (mine["colour"], mine["recode"]["state"]) == ("red", "in-force")
    answer = await desk.registrars[1].post("/v1/recodes:confirm", waiting)
    assert answer.json()["code"] == "recodes.person-merged"
    appealed = await other.post("/v1/me/card:appeal", {"text": "I was never tested"})
    assert appealed.status_code == 201, appealed.text
    asked = {"qid": kept.qid, "where": {"commune": NHA_TRANG}}
    then = (await desk.registrars[2].post("/v1/cards:as-of", asked)).json()
    assert (then["colour"], then["recoded"]) == ("red", True)
    answer = await desk.registrars[0].post("/v1/people:undo-merge", {"qid": desk.qid})
    assert answer.status_code == 200, answer.text
    assert (await desk.seen())["colour"] == "red"
    assert "recoded" not in await card(desk.guard, code)


@pytest.mark.parametrize("days", [2, 9])
async def test_of_two_recodes_that_a_merge_brings_together_the_least_favourable_in_force_counts(
    desk: Desk, days: int
) -> None:
    red = await desk.confirmed("red", days=5)
    kept = await desk.office.stage.person(number="001190000002")
    body = desk.wanted("yellow", days=days) | {"qid": kept.qid}
    proposed = (await desk.registrars[0].post("/v1/recodes:propose", body)).json()
    key = {name: proposed[name] for name in red}
    await desk.registrars[1].post("/v1/recodes:confirm", key)
    await merge_into(desk, kept.qid)
    other = await desk.office.stage.wallet(kept.person_id)
    seen, mine = await desk.seen(), (await other.send("GET", "/v1/me/card")).json()
    assert (seen["colour"], mine["colour"], mine["recode"]["colour"]) == ("red",) * 3
    desk.office.clock.advance(timedelta(days=5, minutes=1))
    await desk.office.stage.begin(desk.guard, "guard@stage")
    assert ("recoded" in await desk.seen()) == (days > 5)
