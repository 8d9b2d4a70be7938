"""Only a scanner of ours, at work, with its own key, shows a code that is called genuine."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tests.staging import Caller, DeviceKey, Stage, b64

from motma.access import service
from motma.access.genuine.model import MOST_CHARACTERS
from motma.access.policy import current
from motma.kernel.clock import SetClock

NOW = datetime(2026, 3, 7, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def clock() -> SetClock:
    return SetClock(NOW)


async def statement(caller: Caller) -> str:
    """The platform's part for a guard at their gate."""
    assert caller.place is not None
    body = {"checkpoint": str(caller.place.place_id), "purpose": caller.purpose}
    answer = await caller.post("/v1/readers/code", body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["statement"])


def shown(said: str, key: DeviceKey, at: datetime) -> str:
    """The text as the page shows it: with the step, and the device's signature."""
    text = f"{said}.{int(at.timestamp()) // 30}"
    signed = key.private.sign(
        b"motma.reader-screen.v1\n" + text.encode(), ec.ECDSA(hashes.SHA256())
    )
    r, s = decode_dss_signature(signed)
    return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


async def checked(on: Stage, text: str) -> dict[str, Any]:
    """What a wallet hears that is not even signed in."""
    answer = await on.client.post("/v1/readers:check", json={"text": text})
    found: dict[str, Any] = answer.json()
    return found


async def test_a_guards_own_code_says_who_reads_where_and_what(on: Stage) -> None:
    guard = await on.sign_in("guard@stage")
    text = shown(await statement(guard), guard.key, NOW)
    assert len(text) <= MOST_CHARACTERS
    found = await checked(on, text)
    assert guard.place is not None
    assert (found["genuine"], found["reason"]) == (True, None)
    assert (found["place"], found["role"]) == (guard.place.name, "place")
    assert found["organisation"]
    assert set(found["sees"]) == current().view("place", "entry", "public-place").fields
    assert found["role_name"]["vi"]


async def test_it_is_good_for_its_step_and_one_around(on: Stage, clock: SetClock) -> None:
    guard = await on.sign_in("guard@stage")
    text = shown(await statement(guard), guard.key, NOW)
    clock.advance(timedelta(seconds=59))
    assert (await checked(on, text))["genuine"]
    clock.advance(timedelta(seconds=1))
    assert (await checked(on, text))["reason"] == "expired"


async def test_a_statement_ends_after_ten_minutes(on: Stage, clock: SetClock) -> None:
    guard = await on.sign_in("guard@stage")
    said = await statement(guard)
    clock.advance(timedelta(minutes=10))
    assert (await checked(on, shown(said, guard.key, clock.now())))["genuine"]
    clock.advance(timedelta(seconds=1))
    assert (await checked(on, shown(said, guard.key, clock.now())))["reason"] == "expired"


async def test_forged_changed_and_replayed_texts_are_not_genuine(on: Stage) -> None:
    guard, other = await on.sign_in("guard@stage"), await on.sign_in("officer@stage")
    said = await statement(guard)
    text = shown(said, guard.key, NOW)
    elsewhere = text.replace("http://motma.test/", "http://evil.test/")
    forged = {
        "another device's key": shown(said, other.key, NOW),
        "another site": elsewhere,
        "a changed letter of the statement": text[:60]
        + ("A" if text[60] != "A" else "B")
        + text[61:],
        "a later step with the old proof": text.replace(
            f".{int(NOW.timestamp()) // 30}.", f".{int(NOW.timestamp()) // 30 + 1}."
        ),
        "another's signature": said[:-86] + (await statement(other))[-86:] + text[len(said) :],
    }
    for how, one in forged.items():
        found = await checked(on, one)
        assert (found["genuine"], found["place"]) == (False, None), how
        assert found["reason"] in {"forged", "not-one", "unknown-key"}, how


async def test_any_other_text_is_not_one(on: Stage) -> None:
    for text in ("", "https://motma.test/r/1.", "x" * 5000, "1|2|3", "\u202e"):
        found = await checked(on, text)
        assert (found.pop("genuine"), found.pop("reason")) == (False, "not-one")
        assert set(found.values()) == {None}


async def test_a_lost_device_an_ended_shift_and_a_suspended_reader_are_refused(
    on: Stage,
) -> None:
    platform = on.platform
    lost, over = await on.sign_in("guard@stage"), await on.sign_in("officer@stage")
    gone = await on.sign_in("nurse@stage")
    texts = [shown(await statement(one), one.key, NOW) for one in (lost, over, gone)]
    assert [(await checked(on, text))["genuine"] for text in texts] == [True, True, True]
    async with platform.transaction() as db:
        await service.lose(db, platform.means, UUID(lost.device_id))
        await service.set_reader_status(db, platform.means, login="nurse@stage", status="suspended")
    assert (await over.send("DELETE", "/v1/sessions/current")).status_code == 204
    reasons = [(await checked(on, text))["reason"] for text in texts]
    assert reasons == ["device-lost", "shift-over", "shift-over"]


async def test_nobody_gets_a_statement_for_anothers_place_or_purpose(on: Stage) -> None:
    guard, nurse = await on.sign_in("guard@stage"), await on.sign_in("nurse@stage")
    assert guard.place is not None
    body = {"checkpoint": str(guard.place.place_id), "purpose": "care"}
    assert (await guard.post("/v1/readers/code", body)).status_code == 403
    assert nurse.place is not None
    wallet = await on.wallet((await on.person()).person_id)
    body = {"checkpoint": str(nurse.place.place_id), "purpose": "care"}
    assert (await wallet.post("/v1/readers/code", body)).status_code == 403
    assert (await on.client.post("/v1/readers/code", json=body)).status_code == 401
