"""Guardians of minors: confirmed by the adult, over at the dated eighteenth birthday."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.staging import Caller, Stage

from motma.identity import guardianship
from motma.identity.service import Registered
from motma.kernel.clock import SetClock

#: Noon in Vietnam, three days before the child below is eighteen.
NOON = datetime(2026, 3, 7, 5, tzinfo=UTC)
EIGHTEEN = datetime(2026, 3, 9, 17, tzinfo=UTC)  # 10 March, 00:00 in Vietnam


@pytest.fixture
async def clock() -> SetClock:
    return SetClock(NOON)


async def family(on: Stage) -> tuple[Caller, Registered, Registered]:
    """A registrar, a mother and her child."""
    mother = await on.person()
    child = await on.person(full_name="Thử Con", birth="2008-03-10", documents=(), phones=())
    return await on.sign_in("registrar@stage"), mother, child


async def test_a_guardian_sees_a_dependant_only_after_confirming_and_until_the_birthday(
    on: Stage, clock: SetClock
) -> None:
    registrar, mother, child = await family(on)
    wallet = await on.wallet(mother.person_id)
    body = {"dependant": child.qid, "guardian": mother.qid, "evidence": "birth certificate 12"}
    added = await registrar.post("/v1/people:guardian", body)
    assert datetime.fromisoformat(added.json()["until"]) == EIGHTEEN
    dependant = {"dependant_id": str(child.person_id)}

    (waiting,) = (await wallet.send("GET", "/v1/me/dependants")).json()
    refused = await wallet.post("/v1/me/dependants:code", dependant)
    assert (waiting["confirmed"], waiting["qid"]) == (False, None)
    assert refused.json()["code"] == "identity.unknown"

    assert (await wallet.post("/v1/me/dependants:confirm", dependant)).status_code == 204
    (mine,) = (await wallet.send("GET", "/v1/me/dependants")).json()
    shown = (await wallet.post("/v1/me/dependants:code", dependant)).json()
    guard = await on.sign_in("guard@stage")
    assert mine["qid"] == child.qid
    assert (await guard.scan(shown["text"])).json()["outcome"] == "known"

    clock.moment = EIGHTEEN - timedelta(seconds=1)
    wallet = await on.begin(wallet, None)
    assert (await wallet.post("/v1/me/dependants:code", dependant)).status_code == 200
    clock.moment = EIGHTEEN
    assert (await wallet.send("GET", "/v1/me/dependants")).json() == []
    over = await wallet.post("/v1/me/dependants:code", dependant)
    assert over.json()["code"] == "identity.unknown"


async def test_somebody_else_never_gets_at_a_dependant(on: Stage) -> None:
    registrar, mother, child = await family(on)
    stranger = await on.person(number="001190000009", phones=())
    body = {"dependant": child.qid, "guardian": mother.qid, "evidence": "birth certificate"}
    await registrar.post("/v1/people:guardian", body)
    wallet = await on.wallet(stranger.person_id)
    dependant = {"dependant_id": str(child.person_id)}
    for way in ("confirm", "code"):
        answer = await wallet.post(f"/v1/me/dependants:{way}", dependant)
        assert (answer.status_code, answer.json()["code"]) == (404, "identity.unknown")


async def test_several_guardians_and_several_dependants(on: Stage) -> None:
    registrar, mother, child = await family(on)
    father = await on.person(number="001090000009", full_name="Thử Cha", phones=())
    sister = await on.person(full_name="Thử Em", birth="2015", documents=(), phones=())
    for guardian in (mother, father):
        wallet = await on.wallet(guardian.person_id)
        for one in (child, sister):
            body = {"dependant": one.qid, "guardian": guardian.qid, "evidence": "book"}
            assert (await registrar.post("/v1/people:guardian", body)).status_code == 200
            confirm = {"dependant_id": str(one.person_id)}
            assert (await wallet.post("/v1/me/dependants:confirm", confirm)).status_code == 204
        mine = (await wallet.send("GET", "/v1/me/dependants")).json()
        assert {m["qid"] for m in mine} == {child.qid, sister.qid}

    ended = {"dependant": child.qid, "guardian": mother.qid}
    assert (await registrar.post("/v1/people:end-guardian", ended)).status_code == 204

    hers = await on.wallet(mother.person_id)
    his = await on.wallet(father.person_id)
    assert [m["qid"] for m in (await hers.send("GET", "/v1/me/dependants")).json()] == [sister.qid]
    assert len((await his.send("GET", "/v1/me/dependants")).json()) == 2
    notices = (await hers.send("GET", "/v1/me/notices")).json()
    assert "identity.guardian-ended" in {notice["kind"] for notice in notices}


async def test_an_adult_has_no_guardian_and_a_child_is_none(on: Stage) -> None:
    registrar, mother, child = await family(on)
    for dependant, guardian, code in (
        (mother.qid, child.qid, "identity.guardian-refused"),
        (mother.qid, mother.qid, "identity.same-person"),
        (child.qid, child.qid, "identity.same-person"),
    ):
        body = {"dependant": dependant, "guardian": guardian, "evidence": "none"}
        answer = await registrar.post("/v1/people:guardian", body)
        assert answer.json()["code"] == code


async def test_a_guardianship_that_ended_by_age_is_told_to_both_once_whoever_looks(
    on: Stage, clock: SetClock
) -> None:
    registrar, mother, child = await family(on)
    body = {"dependant": child.qid, "guardian": mother.qid, "evidence": "birth certificate 12"}
    await registrar.post("/v1/people:guardian", body)
    told = "identity.guardian-of-age"

    async def ended() -> int:
        async with on.platform.transaction() as db:
            return await guardianship.end_grown_up(db, on.platform.means)

    clock.moment = EIGHTEEN - timedelta(seconds=1)
    assert await ended() == 0
    clock.moment = EIGHTEEN
    await asyncio.gather(*(ended() for _ in range(4)))  # the server's own upkeep may be at it too
    for person in (mother, child):
        wallet = await on.wallet(person.person_id)
        items = (await wallet.send("GET", "/v1/me/inbox")).json()["items"]
        (item,) = [one for one in items if one["kind"] == told]
        assert (item["heading"], item["read"]) == ("family", False)
        notices = (await wallet.send("GET", "/v1/me/notices")).json()
        assert [one["kind"] for one in notices].count(told) == 1
