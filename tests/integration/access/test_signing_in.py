"""Enrolling with a code that works once; signing in by PIN; what a guesser hears."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.staging import PIN, Caller, DeviceKey, Stage

from motma.access import service
from motma.kernel.clock import SetClock
from motma.kernel.errors import Malformed

NOW = datetime(2026, 3, 7, 5, tzinfo=UTC)


@pytest.fixture
async def clock() -> SetClock:
    return SetClock(NOW)


async def new_code(on: Stage) -> str:
    async with on.platform.transaction() as db:
        code, _ = await service.new_code(db, on.platform.means, organisation_id=on.organisation)
    return code


async def enrol(on: Stage, code: str, **more: Any) -> httpx.Response:
    body = {"code": code, "public_jwk": DeviceKey().jwk, "label": "phone"}
    return await on.client.post("/v1/devices", json=body | more)


async def attempt(caller: Caller, login: str, pin: str) -> httpx.Response:
    caller.token = None
    body = {"device_id": caller.device_id, "login": login, "pin": pin}
    return await caller.post("/v1/sessions", body)


async def test_a_code_works_once_even_for_two_at_once(on: Stage) -> None:
    code = await new_code(on)
    answers = await asyncio.gather(*(enrol(on, code.lower().replace("-", " ")) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"access.code-refused"}


async def test_an_old_code_and_a_made_up_one_look_alike(on: Stage, clock: SetClock) -> None:
    code = await new_code(on)
    clock.advance(timedelta(hours=24))
    old, made_up = await enrol(on, code), await enrol(on, "2222-2222-2222")
    assert old.status_code == made_up.status_code == 409
    assert old.json() == made_up.json()


async def test_guessing_codes_is_throttled_and_says_for_how_long(on: Stage) -> None:
    heard = [(await enrol(on, f"2222-2222-{n:04d}")) for n in range(11)]
    assert {a.json()["code"] for a in heard[:10]} == {"access.code-refused"}
    assert (heard[10].status_code, heard[10].json()["code"]) == (429, "access.too-many")
    assert 0 < int(heard[10].headers["Retry-After"]) <= 900


async def test_what_is_no_key_and_no_label_uses_up_no_code(on: Stage) -> None:
    code = await new_code(on)
    for bad in (
        {"public_jwk": {"kty": "EC"}},
        {"public_jwk": DeviceKey().jwk | {"x": "AAAA"}},
        {"public_jwk": DeviceKey().jwk | {"crv": "P-384"}},
        {"label": "\x1b[2Jcleared"},
        {"label": "\x00"},
        {"label": "x" * 81},
    ):
        assert (await enrol(on, code, **bad)).status_code == 400
    assert (await enrol(on, code)).status_code == 201


async def test_an_unknown_log_in_a_wrong_pin_and_a_stranger_look_alike(on: Stage) -> None:
    await on.sign_in("guard@stage")
    suspended = await on.sign_in("nurse@stage")
    async with on.platform.transaction() as db:
        await service.set_reader_status(
            db, on.platform.means, login="nurse@stage", status="suspended"
        )
        elsewhere = await service.add_organisation(db, on.platform.means, "Elsewhere")
        await service.add_reader(
            db, on.platform.means, organisation_id=elsewhere,
            login="other@elsewhere", role="place", pin=PIN,
        )  # fmt: skip
    heard = []
    for login, pin in (
        ("guard@stage", "000001"),
        ("nobody@stage", PIN),
        ("\x00", PIN),
        ("other@elsewhere", PIN),
        ("nurse@stage", PIN),
    ):
        heard.append(await attempt(await on.device(), login, pin))
    assert {a.status_code for a in heard} == {401}
    assert len({a.text for a in heard}) == 1
    assert heard[0].json()["code"] == "access.sign-in-refused"
    assert (await suspended.scan("x")).status_code == 401


async def test_a_pin_can_be_guessed_five_times_and_no_more_even_at_once(on: Stage) -> None:
    await on.sign_in("guard@stage")
    devices = [await on.device() for _ in range(9)]
    answers = await asyncio.gather(*(attempt(d, "guard@stage", "000001") for d in devices))
    codes = [a.json()["code"] for a in answers]
    assert codes.count("access.sign-in-refused") == 5
    assert codes.count("access.too-many") == 4
    right = await attempt(await on.device(), "guard@stage", PIN)
    assert (right.status_code, right.json()["code"]) == (429, "access.too-many")


async def test_somebody_without_an_enrolled_device_locks_nobody_out(on: Stage) -> None:
    await on.sign_in("guard@stage")
    stranger = Caller(on.client, DeviceKey(), on.platform.clock)
    stranger.device_id = "00000000-0000-4000-8000-000000000001"
    for _ in range(6):
        refused = await attempt(stranger, "guard@stage", "000001")
        assert refused.json()["code"] == "access.device-lost"
    assert (await attempt(await on.device(), "guard@stage", PIN)).status_code == 201


async def test_a_hand_over_by_pin_ends_the_former_shift_on_that_phone(on: Stage) -> None:
    guard = await on.sign_in("guard@stage")
    await on.sign_in("officer@stage")
    before, session_id = guard.token, guard.session_id

    guard = await on.begin(guard, "officer@stage")
    assert guard.signed_in["reader"]["role"] == "checkpoint"
    assert (await guard.scan("x", purpose="entry")).status_code == 200

    guard.token = before
    assert (await guard.scan("x")).json()["code"] == "access.session-ended"
    guard.token = None
    body = {"device_id": guard.device_id, "session_id": session_id}
    renewed = await guard.post("/v1/sessions:renew", body)
    assert renewed.json()["code"] == "access.session-ended"


async def test_a_wallet_and_a_readers_device_are_not_exchanged(on: Stage) -> None:
    person = await on.person()
    await on.sign_in("guard@stage")
    wallet, device = await on.wallet(person.person_id), await on.device()
    as_reader = await attempt(wallet, "guard@stage", PIN)
    as_person = await device.post("/v1/sessions", {"device_id": device.device_id})
    for answer in (as_reader, as_person):
        assert answer.json()["code"] == "access.sign-in-refused"


@pytest.mark.parametrize(
    "pin", ["111111", "123456", "987654", "12345", "1234567890123", "１２３４５６"]
)
async def test_a_pin_that_anybody_would_guess_is_refused(on: Stage, pin: str) -> None:
    with pytest.raises(Malformed):
        async with on.platform.transaction() as db:
            await service.add_reader(
                db, on.platform.means, organisation_id=on.organisation,
                login="new@stage", role="place", pin=pin,
            )  # fmt: skip
