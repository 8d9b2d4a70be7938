"""Signing in by phone: who gets in, who does not, and what strangers can tell apart."""

from datetime import datetime, timedelta

import pytest
from tests.integration.accounts.phoning import PHONE, Phones, begin, bind, finish
from tests.staging import Stage

from motma.access.accounts.model import PER_NETWORK
from motma.kernel.clock import SetClock


@pytest.fixture
def phones(on: Stage) -> Phones:
    """Whoever reads the messages."""
    return Phones(on)


async def test_a_bound_phone_and_its_code_enrol_one_more_device_of_the_same_person(
    on: Stage, phones: Phones
) -> None:
    person = await on.person(phones=())
    old = await on.wallet(person.person_id)
    assert (await bind(old, phones)).json()["phone"]["number"] == "+84987654321"
    begun = await begin(on)
    answer, new = await finish(on, begun, await phones.code())
    assert answer.status_code == 201
    assert person.qid in (await new.send("GET", "/v1/me/code")).json()["signed"]
    mine = (await old.send("GET", "/v1/me/devices")).json()
    assert {d["enrolled_by"] for d in mine} == {"code", "phone"}
    notices = (await old.send("GET", "/v1/me/notices")).json()
    assert "access.device-enrolled" in {n["kind"] for n in notices}
    assert "may moi" in (await phones.texts())[-1]


async def test_unknown_unbound_and_bound_numbers_are_answered_alike_and_only_one_gets_a_code(
    on: Stage, phones: Phones
) -> None:
    person = await on.person(phones=("0912000001",))  # in the register, bound to nothing
    await bind(await on.wallet(person.person_id), phones)
    heard = len(await phones.sent())
    shapes = set()
    for phone in (PHONE, "0912000001", "0912000002"):
        begun = await begin(on, phone)
        assert begun.keys() == {"sign_in_id", "code_expected_at", "expires_at"}
        shapes.add((begun["code_expected_at"], begun["expires_at"]))
    assert len(shapes) == 1
    assert [m["to"] for m in (await phones.sent())[heard:]] == ["+84987654321"]


async def test_a_code_is_tried_five_times_and_not_a_sixth(on: Stage, phones: Phones) -> None:
    person = await on.person(phones=())
    await bind(await on.wallet(person.person_id), phones)
    begun = await begin(on)
    code = await phones.code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        assert (await finish(on, begun, wrong))[0].json()["code"] == "accounts.code-refused"
    assert (await finish(on, begun, code))[0].json()["code"] == "accounts.code-refused"


async def test_a_code_is_good_once_and_not_after_its_end(
    on: Stage, phones: Phones, clock: SetClock
) -> None:
    person = await on.person(phones=())
    await bind(await on.wallet(person.person_id), phones)
    begun = await begin(on)
    code = await phones.code()
    assert (await finish(on, begun, code))[0].status_code == 201
    assert (await finish(on, begun, code))[0].json()["code"] == "accounts.code-refused"
    late = await begin(on)
    code = await phones.code()
    ends = datetime.fromisoformat(late["expires_at"])
    assert ends - clock.now() <= timedelta(minutes=5, seconds=10)
    clock.moment = ends
    assert (await finish(on, late, code))[0].json()["code"] == "accounts.code-refused"


async def test_a_code_for_one_sign_in_opens_no_other(on: Stage, phones: Phones) -> None:
    person = await on.person(phones=())
    await bind(await on.wallet(person.person_id), phones)
    first = await begin(on)
    of_first = await phones.code()
    second = await begin(on)
    assert (await finish(on, second, of_first))[0].json()["code"] == "accounts.code-refused"
    assert (await finish(on, first, of_first))[0].status_code == 201


async def test_a_code_to_sign_in_binds_no_phone_and_the_other_way_round(
    on: Stage, phones: Phones
) -> None:
    person = await on.person(phones=())
    wallet = await on.wallet(person.person_id)
    begun = (await wallet.post("/v1/me/phone", {"phone": PHONE})).json()
    code = await phones.code()
    assert (await finish(on, begun, code))[0].json()["code"] == "accounts.code-refused"
    await bind(wallet, phones)
    signing = await begin(on)
    code = await phones.code()
    stolen = await wallet.post("/v1/me/phone:confirm", {"code": code})
    assert stolen.json()["code"] == "accounts.code-refused"
    assert (await finish(on, signing, code))[0].status_code == 201


async def test_a_number_gets_three_codes_in_a_quarter_of_an_hour_whoever_asks(
    on: Stage,
) -> None:
    for phone in (PHONE, "0912000003"):
        for _ in range(3):
            await begin(on, phone)
        answer = await on.client.post("/v1/sign-ins", json={"phone": phone})
        assert (answer.status_code, answer.json()["code"]) == (429, "access.too-many")
    async with on.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM sign_in") == 6


async def test_in_a_household_nobody_takes_anothers_account(
    on: Stage, phones: Phones, clock: SetClock
) -> None:
    mother = await on.person(phones=(), number="001190000011")
    son = await on.person(phones=(), number="001190000012", full_name="Thử Con", birth="2000")
    hers, his = await on.wallet(mother.person_id), await on.wallet(son.person_id)
    assert (await bind(hers, phones)).status_code == 200
    # the same phone lies on the table: without a PIN it is bound to nobody else
    assert (await bind(his, phones)).json()["code"] == "accounts.phone-shared"
    again = {"code": await phones.code(), "pin": "384756"}
    assert (await his.post("/v1/me/phone:confirm", again)).status_code == 200
    # his PIN opens his account, and hers sleeps until she has one
    begun = await begin(on)
    code = await phones.code()
    assert (await finish(on, begun, code))[0].json()["code"] == "accounts.pin-needed"
    _, new = await finish(on, begun, code, pin="384756")
    assert son.qid in (await new.send("GET", "/v1/me/code")).json()["signed"]
    clock.advance(timedelta(minutes=15))
    begun = await begin(on)
    refused, _ = await finish(on, begun, await phones.code(), pin="111222")
    assert refused.json()["code"] == "accounts.pin-refused"
    await on.begin(hers, None)
    notices = (await hers.send("GET", "/v1/me/notices")).json()
    assert "access.phone-shared" in {n["kind"] for n in notices}


async def test_a_number_that_the_register_names_for_a_family_needs_a_pin(
    on: Stage, phones: Phones
) -> None:
    mother = await on.person(phones=(PHONE,), number="001190000021")
    await on.person(phones=(PHONE,), documents=(), full_name="Thử Con", birth="2019")
    wallet = await on.wallet(mother.person_id)
    assert (await bind(wallet, phones)).json()["code"] == "accounts.phone-shared"
    again = {"code": await phones.code(), "pin": "384756"}
    assert (await wallet.post("/v1/me/phone:confirm", again)).status_code == 200


async def test_a_number_that_became_shared_signs_in_nobody_without_a_pin(
    on: Stage, phones: Phones
) -> None:
    mother = await on.person(phones=(), number="001190000031")
    await bind(await on.wallet(mother.person_id), phones)
    await on.person(phones=(PHONE,), number="001190000032", full_name="Thử Người Lạ")
    begun = await begin(on)
    answer, _ = await finish(on, begun, await phones.code())
    assert answer.json()["code"] == "accounts.phone-shared"


async def test_a_number_that_nobody_confirmed_for_half_a_year_signs_in_nobody(
    on: Stage, phones: Phones, clock: SetClock
) -> None:
    person = await on.person(phones=())
    await bind(await on.wallet(person.person_id), phones)
    clock.advance(timedelta(days=180))
    heard = len(await phones.texts())
    await begin(on)
    assert len(await phones.texts()) == heard


async def test_a_network_asks_for_codes_of_so_many_numbers_and_for_no_more(on: Stage) -> None:
    for number in range(PER_NETWORK.count):
        await begin(on, f"09123{number:05d}")
    answer = await on.client.post("/v1/sign-ins", json={"phone": "0912399999"})
    assert (answer.status_code, answer.json()["code"]) == (429, "access.too-many")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_device_that_came_by_phone_changes_nothing_for_a_day_unless_vouched_for(
    on: Stage, phones: Phones
) -> None:
    person = await on.person(phones=())
    old = await on.wallet(person.person_id)
    await bind(old, phones)
    _, new = await finish(on, await begin(on), await phones.code())
    for path, body in (
        ("/v1/me/devices:transfer", None),
        ("/v1/me/devices:lose", {"device_id": old.device_id}),
        ("/v1/me/devices:vouch", {"device_id": new.device_id}),
        ("/v1/me/phone", {"phone": "0912000009"}),
        ("/v1/me/phone:remove", None),
    ):
        answer = await new.post(path, body)
        assert answer.json()["code"] == "accounts.cooling-down", path
        assert answer.json()["until"].startswith("2026-03-03T05:00:")
    vouched = await old.post("/v1/me/devices:vouch", {"device_id": new.device_id})
    assert vouched.status_code == 204
    assert (await new.post("/v1/me/devices:transfer", None)).status_code == 201


async def test_after_a_day_a_device_that_came_by_phone_may_do_everything(
    on: Stage, phones: Phones, clock: SetClock
) -> None:
    person = await on.person(phones=())
    await bind(await on.wallet(person.person_id), phones)
    _, new = await finish(on, await begin(on), await phones.code())
    clock.advance(timedelta(hours=24))
    await on.begin(new, None)
    assert (await new.post("/v1/me/devices:transfer", None)).status_code == 201


async def test_a_newer_slip_from_the_registrar_ends_the_one_left_on_the_table(on: Stage) -> None:
    registrar = await on.sign_in("registrar@stage")
    person = await on.person(phones=())
    codes = [
        (await registrar.post("/v1/people:activate", {"qid": person.qid})).json()["code"]
        for _ in range(2)
    ]
    jwk = registrar.key.jwk
    old = await on.client.post("/v1/devices", json={"code": codes[0], "public_jwk": jwk})
    assert old.json()["code"] == "access.code-refused"
    new = await on.client.post("/v1/devices", json={"code": codes[1], "public_jwk": jwk})
    assert new.status_code == 201
