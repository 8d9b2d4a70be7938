"""A token works for ten minutes, on its device, once a proof, and not after its device's death."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.staging import ORIGIN, Caller, DeviceKey, Stage

from motma.access import service
from motma.kernel.clock import SetClock

NOW = datetime(2026, 3, 7, 5, tzinfo=UTC)


@pytest.fixture
async def clock() -> SetClock:
    return SetClock(NOW)


def code_of(answer: httpx.Response) -> Any:
    return answer.json().get("code", answer.status_code)


async def everywhere(caller: Caller) -> set[Any]:
    """What a registrar hears of a scan, a batch, a picture, a search and at the desk."""
    scan = {
        "scan_id": "019cc6aa-ac80-782f-bf34-aa5f6278b3d1",
        "checkpoint": caller.device_id,
        "purpose": "registration",
    }
    answers = [
        await caller.scan("x"),
        await caller.post("/v1/scans:batch", {"scans": [scan | {"code": "x"}]}),
        await caller.post("/v1/scans:image", scan | {"image": ""}),
        await caller.post("/v1/people:find", {"qid": "1"}),
        await caller.send("GET", "/v1/cases"),
        await caller.send("DELETE", "/v1/sessions/current"),
    ]
    return {code_of(answer) for answer in answers}


async def test_a_token_lives_ten_minutes_and_not_a_second_more(on: Stage, clock: SetClock) -> None:
    caller = await on.sign_in("registrar@stage")
    expires = datetime.fromisoformat(caller.signed_in["expires_at"])
    assert expires - NOW <= timedelta(minutes=10)

    clock.advance(timedelta(minutes=9, seconds=59))
    assert (await caller.scan("x")).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert await everywhere(caller) == {"access.token-expired"}

    caller.token = None
    body = {"device_id": caller.device_id, "session_id": caller.session_id}
    renewed = await caller.post("/v1/sessions:renew", body)
    caller.token = renewed.json()["token"]
    assert (await caller.scan("x")).status_code == 200


async def test_a_token_never_outlives_its_shift(on: Stage, clock: SetClock) -> None:
    caller = await on.sign_in("registrar@stage")
    clock.advance(timedelta(hours=11, minutes=55))
    caller.token = None
    body = {"device_id": caller.device_id, "session_id": caller.session_id}
    renewed = (await caller.post("/v1/sessions:renew", body)).json()
    assert datetime.fromisoformat(renewed["expires_at"]) == NOW + timedelta(hours=12)
    clock.advance(timedelta(minutes=5))
    assert code_of(await caller.post("/v1/sessions:renew", body)) == "access.session-ended"


async def test_a_stolen_token_is_worth_nothing_with_another_key(on: Stage) -> None:
    caller = await on.sign_in("registrar@stage")
    caller.key = DeviceKey()
    assert await everywhere(caller) == {"access.proof-refused"}
    caller.token = None
    body = {"device_id": caller.device_id}
    assert code_of(await caller.post("/v1/sessions", body)) == "access.device-lost"
    renewal = body | {"session_id": caller.session_id}
    assert code_of(await caller.post("/v1/sessions:renew", renewal)) == "access.proof-refused"


@pytest.mark.parametrize(
    "wrong",
    [
        {"htm": "GET"},
        {"htu": f"{ORIGIN}/v1/scans"},
        {"htu": "http://motma.test"},
        {"ath": "x"},
        {"ath": None},
    ],
)
async def test_a_proof_of_another_request_is_refused(on: Stage, wrong: dict[str, Any]) -> None:
    caller = await on.sign_in("registrar@stage")
    answer = await caller.send("POST", "/v1/people:find", {"qid": "1"}, **wrong)
    assert code_of(answer) == "access.proof-refused"


async def test_a_proof_is_good_once(on: Stage, clock: SetClock) -> None:
    caller = await on.sign_in("registrar@stage")
    url = f"{ORIGIN}/v1/cases"
    proof = caller.key.proof("GET", url, token=caller.token, at=clock.now())
    headers = {"DPoP": proof, "Authorization": f"DPoP {caller.token}"}
    first = await on.client.get("/v1/cases", headers=headers)
    second = await on.client.get("/v1/cases", headers=headers)
    assert (first.status_code, code_of(second)) == (200, "access.proof-refused")
    clock.advance(timedelta(seconds=61))
    assert code_of(await on.client.get("/v1/cases", headers=headers)) == "access.proof-time"


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=1), timedelta(seconds=61)])
async def test_a_device_whose_clock_is_off_hears_the_right_time(on: Stage, off: timedelta) -> None:
    caller = await on.sign_in("registrar@stage")
    caller.clock = SetClock(NOW + off)
    answer = await caller.scan("x")
    assert (answer.status_code, code_of(answer)) == (401, "access.proof-time")
    assert datetime.fromisoformat(answer.json()["server_time"]) == NOW
    caller.clock = SetClock(datetime.fromisoformat(answer.json()["server_time"]))
    assert (await caller.scan("x")).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.x.y", "e30.nokey.AAAA", "." * 5000])
async def test_a_made_up_token_is_refused_and_not_repeated(on: Stage, token: str) -> None:
    caller = await on.sign_in("registrar@stage")
    url = f"{ORIGIN}/v1/cases"
    proof = caller.key.proof("GET", url, token=token, at=NOW)
    headers = {b"DPoP": proof.encode(), b"Authorization": f"DPoP {token}".encode()}
    answer = await on.client.get("/v1/cases", headers=headers)
    assert (answer.status_code, code_of(answer)) == (401, "access.token-refused")
    assert set(answer.json()) == {"type", "title", "status", "code"}


async def test_a_changed_token_is_refused(on: Stage) -> None:
    caller = await on.sign_in("guard@stage")
    assert caller.token is not None
    body, kid, tag = caller.token.split(".")
    for changed in (f"{body[:-2]}AA.{kid}.{tag}", f"{body}.{kid}.{tag[:-2]}AA"):
        caller.token = changed
        assert code_of(await caller.scan("x")) == "access.token-refused"


async def test_a_lost_device_dies_everywhere_at_the_next_request(on: Stage) -> None:
    caller = await on.sign_in("registrar@stage")
    operator = await on.sign_in("operator@stage")
    lost = await operator.post("/v1/devices:lose", {"device_id": caller.device_id})
    assert lost.json() == {"lost": True}
    assert await everywhere(caller) == {"access.device-lost"}
    caller.token = None
    again = {"device_id": caller.device_id, "login": "registrar@stage", "pin": "258036"}
    assert code_of(await caller.post("/v1/sessions", again)) == "access.device-lost"


@pytest.mark.parametrize("status", ["suspended", "left"])
async def test_a_reader_who_may_no_longer_work_is_out_everywhere(on: Stage, status: str) -> None:
    caller = await on.sign_in("registrar@stage")
    async with on.platform.transaction() as db:
        await service.set_reader_status(
            db, on.platform.means, login="registrar@stage", status=status
        )
    assert await everywhere(caller) == {"access.session-ended"}


async def test_a_closed_organisation_is_out_everywhere_until_it_opens(on: Stage) -> None:
    caller = await on.sign_in("registrar@stage")
    for status, heard in (("closed", {"access.session-ended"}), ("active", None)):
        async with on.platform.transaction() as db:
            await service.set_organisation_status(
                db, on.platform.means, organisation_id=on.organisation, status=status
            )
        if heard is not None:
            assert await everywhere(caller) == heard
    assert (await caller.scan("x")).status_code == 200


async def test_a_session_that_was_ended_is_out_everywhere(on: Stage) -> None:
    caller = await on.sign_in("registrar@stage")
    assert (await caller.send("DELETE", "/v1/sessions/current")).status_code == 204
    assert await everywhere(caller) == {"access.session-ended"}
    caller.token = None
    body = {"device_id": caller.device_id, "session_id": caller.session_id}
    assert code_of(await caller.post("/v1/sessions:renew", body)) == "access.session-ended"


async def test_a_person_loses_an_own_wallet_and_nobody_elses(on: Stage) -> None:
    one = await on.person()
    other = await on.person(number="001190000002", phones=())
    first, second = await on.wallet(one.person_id), await on.wallet(one.person_id)
    stranger = await on.wallet(other.person_id)
    devices = (await first.send("GET", "/v1/me/devices")).json()
    assert {d["device_id"] for d in devices} == {first.device_id, second.device_id}

    refused = await stranger.post("/v1/me/devices:lose", {"device_id": second.device_id})
    assert (refused.status_code, code_of(refused)) == (404, "identity.unknown")
    done = await first.post("/v1/me/devices:lose", {"device_id": second.device_id})
    assert done.status_code == 204
    assert code_of(await second.send("GET", "/v1/me/code")) == "access.device-lost"
    notices = (await first.send("GET", "/v1/me/notices")).json()
    assert "access.device-lost" in {n["kind"] for n in notices}
