"""Passkeys: who adds them, whom they sign in, and every answer that does not hold."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from tests.integration.accounts.authenticator import (
    PRESENT,
    SYNCED,
    VERIFIED,
    Authenticator,
    add,
    begin,
    finish,
    sign_in,
)
from tests.integration.accounts.phoning import Phones, bind
from tests.staging import Caller, Stage

from motma.kernel.clock import SetClock

REFUSED = "accounts.passkey-refused"


async def added(on: Stage, **person: Any) -> tuple[Caller, Authenticator, str]:
    """Somebody's wallet, their authenticator with a passkey, and their QID."""
    somebody = await on.person(**({"phones": ()} | person))
    wallet, authenticator = await on.wallet(somebody.person_id), Authenticator()
    assert (await add(wallet, authenticator)).status_code == 201
    return wallet, authenticator, somebody.qid


async def test_a_passkey_enrols_one_more_device_of_the_same_person(on: Stage) -> None:
    wallet, authenticator, qid = await added(on)
    answer, new = await sign_in(on, authenticator)
    assert answer.status_code == 201
    assert qid in (await new.send("GET", "/v1/me/code")).json()["signed"]
    devices = (await wallet.send("GET", "/v1/me/devices")).json()
    assert {each["enrolled_by"] for each in devices} == {"code", "passkey"}
    notices = {n["kind"] for n in (await wallet.send("GET", "/v1/me/notices")).json()}
    assert {"access.passkey-added", "access.device-enrolled"} <= notices


async def test_an_authenticator_is_told_a_random_handle_and_the_label_and_nothing_else(
    on: Stage,
) -> None:
    person = await on.person()
    wallet = await on.wallet(person.person_id)
    asked = (await wallet.post("/v1/me/passkeys:begin", {"label": "Máy cũ"})).json()
    options = asked["public_key"]
    assert options["user"]["name"] == options["user"]["displayName"] == "Một Mã · Máy cũ"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    for told in ("Nghiệm", person.qid, str(person.person_id), "001190000001"):
        assert told not in str(options)
    signing = (await begin(on))["public_key"]
    assert signing["allowCredentials"] == []
    assert (signing["rpId"], options["rp"]["id"]) == ("localhost", "localhost")


async def test_passkeys_are_listed_as_their_person_named_them(on: Stage, clock: SetClock) -> None:
    person = await on.person(phones=())
    wallet = await on.wallet(person.person_id)
    await add(wallet, Authenticator(flags=PRESENT | VERIFIED | SYNCED), "Điện thoại")
    clock.advance(timedelta(seconds=1))
    await add(wallet, Authenticator(), "Khoá")
    mine = (await wallet.send("GET", "/v1/me/passkeys")).json()
    assert mine["on"]
    assert [(p["label"], p["synced"]) for p in mine["passkeys"]] == [
        ("Điện thoại", True),
        ("Khoá", False),
    ]
    async with on.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(DISTINCT handle) FROM passkey") == 1


#: What an authenticator, or the page before it, may say that is not so.
DISHONEST: Final[tuple[dict[str, Any], ...]] = (
    {"origin": "http://localhost.example:8000"},
    {"origin": "https://motma.test"},
    {"origin": "null"},
    {"rp_id": "motma.test"},
    {"flags": PRESENT},  # nobody was verified
    {"flags": VERIFIED},  # nobody was there
    {"cross_origin": True},  # in a frame of another page
)


async def test_what_is_not_from_our_page_by_a_verified_person_is_refused(on: Stage) -> None:
    wallet, authenticator, _ = await added(on)
    for said in DISHONEST:
        signed, _ = await sign_in(on, replace(authenticator, **said))
        assert (signed.status_code, signed.json()["code"]) == (409, REFUSED), said
        made = await add(wallet, Authenticator(**said))
        assert (made.status_code, made.json()["code"]) == (409, REFUSED), said
    assert len((await wallet.send("GET", "/v1/me/passkeys")).json()["passkeys"]) == 1
    assert (await sign_in(on, authenticator))[0].status_code == 201


async def test_a_challenge_is_good_once_right_or_wrong(on: Stage) -> None:
    _, authenticator, _ = await added(on)
    asked = await begin(on)
    right = authenticator.sign(asked["public_key"])
    assert (await finish(on, asked, right))[0].status_code == 201
    assert (await finish(on, asked, right))[0].json()["code"] == REFUSED
    asked = await begin(on)
    right = authenticator.sign(asked["public_key"])
    wrong = Authenticator().sign(asked["public_key"])
    assert (await finish(on, asked, wrong))[0].json()["code"] == REFUSED
    assert (await finish(on, asked, right))[0].json()["code"] == REFUSED


async def test_a_challenge_is_over_after_five_minutes(on: Stage, clock: SetClock) -> None:
    _, authenticator, _ = await added(on)
    asked = await begin(on)
    clock.advance(timedelta(minutes=5))
    signed = authenticator.sign(asked["public_key"])
    assert (await finish(on, asked, signed))[0].json()["code"] == REFUSED


async def test_a_challenge_to_add_signs_nobody_in_and_the_other_way_round(on: Stage) -> None:
    wallet, authenticator, _ = await added(on)
    adding = (await wallet.post("/v1/me/passkeys:begin", {})).json()
    signed = authenticator.sign(adding["public_key"])
    assert (await finish(on, adding, signed))[0].json()["code"] == REFUSED
    signing = await begin(on)
    options = signing["public_key"] | {"user": {"id": authenticator.handle}}
    made = Authenticator().make(options | {"excludeCredentials": []})
    body = {"challenge_id": signing["challenge_id"], "credential": made}
    assert (await wallet.post("/v1/me/passkeys", body)).json()["code"] == REFUSED


async def test_another_persons_passkey_or_handle_signs_in_neither_of_them(on: Stage) -> None:
    _, hers, _ = await added(on, number="001190000041")
    _, his, _ = await added(on, number="001190000042", full_name="Thử Con")
    asked = await begin(on)
    swapped = his.sign(asked["public_key"])
    swapped["id"] = hers.sign(asked["public_key"])["id"]
    assert (await finish(on, asked, swapped))[0].json()["code"] == REFUSED
    asked = await begin(on)
    claimed = his.sign(asked["public_key"], userHandle=hers.handle)
    assert (await finish(on, asked, claimed))[0].json()["code"] == REFUSED
    asked = await begin(on)
    unnamed = his.sign(asked["public_key"])
    del unnamed["response"]["userHandle"]
    assert (await finish(on, asked, unnamed))[0].json()["code"] == REFUSED


async def test_a_challenge_to_add_is_the_devices_that_asked(on: Stage) -> None:
    person = await on.person(phones=())
    one, two = [await on.wallet(person.person_id) for _ in range(2)]
    asked = (await one.post("/v1/me/passkeys:begin", {})).json()
    made = Authenticator().make(asked["public_key"])
    body = {"challenge_id": asked["challenge_id"], "credential": made}
    assert (await two.post("/v1/me/passkeys", body)).json()["code"] == REFUSED
    assert (await one.post("/v1/me/passkeys", body)).status_code == 201


async def test_a_passkey_is_one_persons_alone(on: Stage) -> None:
    _, authenticator, _ = await added(on, number="001190000051")
    other = await on.person(phones=(), number="001190000052", full_name="Thử Con")
    answer = await add(await on.wallet(other.person_id), authenticator)
    assert answer.json()["code"] == REFUSED


async def test_unknown_removed_and_wrongly_signed_passkeys_are_answered_alike(on: Stage) -> None:
    wallet, authenticator, _ = await added(on)
    heard = [(await sign_in(on, Authenticator(handle="AAAA")))[0]]
    asked = await begin(on)
    other = Authenticator(credential_id=authenticator.credential_id, handle=authenticator.handle)
    heard.append((await finish(on, asked, other.sign(asked["public_key"])))[0])
    mine = (await wallet.send("GET", "/v1/me/passkeys")).json()["passkeys"]
    await wallet.post("/v1/me/passkeys:remove", {"passkey_id": mine[0]["passkey_id"]})
    heard.append((await sign_in(on, authenticator))[0])
    assert len({(each.status_code, each.text) for each in heard}) == 1
    assert heard[0].json()["code"] == REFUSED


async def test_a_counter_that_goes_back_signs_in_nobody_and_the_person_hears_of_it(
    on: Stage,
) -> None:
    wallet, authenticator, _ = await added(on)
    for counter, status in ((7, 201), (7, 409), (6, 409), (0, 409), (8, 201)):
        authenticator.counter = counter
        assert (await sign_in(on, authenticator))[0].status_code == status, counter
    notices = [n["kind"] for n in (await wallet.send("GET", "/v1/me/notices")).json()]
    assert notices.count("access.passkey-copied") == 3


async def test_a_removed_passkey_is_told_and_the_devices_it_signed_in_stay(on: Stage) -> None:
    phones = Phones(on)
    wallet, authenticator, _ = await added(on)
    await bind(wallet, phones)
    _, new = await sign_in(on, authenticator)
    mine = (await wallet.send("GET", "/v1/me/passkeys")).json()["passkeys"]
    body = {"passkey_id": mine[0]["passkey_id"]}
    assert (await wallet.post("/v1/me/passkeys:remove", body)).status_code == 204
    assert (await wallet.post("/v1/me/passkeys:remove", body)).status_code == 404
    assert (await new.send("GET", "/v1/me/code")).status_code == 200
    notices = {n["kind"] for n in (await new.send("GET", "/v1/me/notices")).json()}
    assert "access.passkey-removed" in notices
    texts = await phones.texts()
    assert [text for text in texts if "passkey" in text]


async def test_nobody_removes_anothers_passkey(on: Stage) -> None:
    wallet, authenticator, _ = await added(on, number="001190000061")
    other = await on.person(phones=(), number="001190000062", full_name="Thử Con")
    stranger = await on.wallet(other.person_id)
    mine = (await wallet.send("GET", "/v1/me/passkeys")).json()["passkeys"]
    body = {"passkey_id": mine[0]["passkey_id"]}
    answer = await stranger.post("/v1/me/passkeys:remove", body)
    assert answer.json()["code"] == "accounts.passkey-unknown"
    assert (await sign_in(on, authenticator))[0].status_code == 201


async def test_a_device_waits_a_day_only_if_its_passkey_is_younger_than_that(
    on: Stage, clock: SetClock
) -> None:
    wallet, authenticator, _ = await added(on)
    _, soon = await sign_in(on, authenticator)
    for path, body in (
        ("/v1/me/passkeys:begin", {}),
        ("/v1/me/account:delete", None),
        ("/v1/me/devices:lose", {"device_id": wallet.device_id}),
    ):
        assert (await soon.post(path, body)).json()["code"] == "accounts.cooling-down"
    clock.advance(timedelta(hours=24))
    _, later = await sign_in(on, authenticator)
    assert (await later.post("/v1/me/passkeys:begin", {})).status_code == 200


async def test_a_deleted_account_has_no_passkeys(on: Stage) -> None:
    wallet, authenticator, _ = await added(on)
    await wallet.post("/v1/me/passkeys:begin", {})
    done = (await wallet.post("/v1/me/account:delete", None)).json()
    assert done["passkeys_removed"] == 1
    assert (await sign_in(on, authenticator))[0].json()["code"] == REFUSED
    async with on.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM passkey") == 0
        left = "SELECT count(*) FROM passkey_challenge WHERE person_id IS NOT NULL"
        assert await db.fetchval(left) == 0


async def test_a_person_has_ten_passkeys_at_most(on: Stage) -> None:
    person = await on.person(phones=())
    wallet = await on.wallet(person.person_id)
    for _ in range(10):
        assert (await add(wallet, Authenticator())).status_code == 201
    full = await wallet.post("/v1/me/passkeys:begin", {})
    assert (full.json()["code"], full.json()["most"]) == ("accounts.passkeys-full", 10)


async def test_a_lost_device_takes_the_passkeys_of_its_last_day_with_it_and_no_others(
    on: Stage, clock: SetClock
) -> None:
    wallet, old, _ = await added(on)
    clock.advance(timedelta(hours=24))
    await on.begin(wallet, None)
    thiefs = Authenticator()
    assert (await add(wallet, thiefs)).status_code == 201
    _, new = await sign_in(on, old)
    assert (await add(new, Authenticator())).status_code == 201
    body = {"device_id": wallet.device_id}
    assert (await new.post("/v1/me/devices:lose", body)).status_code == 204
    assert (await sign_in(on, thiefs))[0].json()["code"] == REFUSED
    assert (await sign_in(on, old))[0].status_code == 201
    assert len((await new.send("GET", "/v1/me/passkeys")).json()["passkeys"]) == 2
    notices = [n["kind"] for n in (await new.send("GET", "/v1/me/notices")).json()]
    assert notices.count("access.passkey-removed") == 1
