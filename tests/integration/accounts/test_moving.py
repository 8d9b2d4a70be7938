"""Devices of a person: a living code made by the device itself, and a move to a new phone."""

import base64
from datetime import timedelta

from tests.staging import Stage

from motma.codec import living
from motma.kernel.clock import SetClock


async def test_a_code_made_from_the_devices_own_secret_is_living_at_the_gate(
    on: Stage, clock: SetClock
) -> None:
    person = await on.person()
    wallet = await on.wallet(person.person_id)
    guard = await on.sign_in("guard@stage")
    signed = (await wallet.send("GET", "/v1/me/code")).json()["signed"]
    given = (await wallet.send("GET", "/v1/me/living")).json()
    assert (given["step_s"], given["digits"]) == (30, 6)
    secret = base64.urlsafe_b64decode(given["secret"] + "=")
    text = living.attach(signed, name=given["name"], secret=secret, at=clock.now())
    scanned = (await guard.scan(text)).json()
    assert scanned["outcome"] == "known"
    assert "copied" not in str(scanned)
    clock.advance(timedelta(minutes=5))
    assert (await guard.scan(text)).json()["outcome"] == "copied"


async def test_a_new_phone_becomes_a_wallet_of_the_same_person_by_a_code_good_once(
    on: Stage,
) -> None:
    person = await on.person()
    old = await on.wallet(person.person_id)
    given = await old.post("/v1/me/devices:transfer", None)
    assert given.status_code == 201
    new = await on.begin(await on.enrolled(given.json()["code"]), None)
    mine = (await new.send("GET", "/v1/me/code")).json()
    assert person.qid in mine["signed"]
    again = await on.client.post(
        "/v1/devices",
        json={"code": given.json()["code"], "public_jwk": new.key.jwk, "label": ""},
    )
    assert again.json()["code"] == "access.code-refused"


async def test_a_code_for_a_new_phone_is_refused_after_five_minutes(
    on: Stage, clock: SetClock
) -> None:
    person = await on.person()
    old = await on.wallet(person.person_id)
    code = (await old.post("/v1/me/devices:transfer", None)).json()["code"]
    clock.advance(timedelta(minutes=5))
    late = await on.client.post(
        "/v1/devices", json={"code": code, "public_jwk": old.key.jwk, "label": ""}
    )
    assert late.json()["code"] == "access.code-refused"


async def test_a_secret_from_before_a_rotation_is_living_until_its_key_is_retired(
    on: Stage, clock: SetClock
) -> None:
    person = await on.person()
    wallet = await on.wallet(person.person_id)
    guard = await on.sign_in("guard@stage")
    held = (await wallet.send("GET", "/v1/me/living")).json()
    ring = on.platform.keyring
    fresh = ring.rotate("living")
    mine = (await wallet.send("GET", "/v1/me/code")).json()
    assert (mine["living_key"], held["key"] != fresh) == (fresh, True)
    secret = base64.urlsafe_b64decode(held["secret"] + "=")
    text = living.attach(mine["signed"], name=held["name"], secret=secret, at=clock.now())
    assert (await guard.scan(text)).json()["outcome"] == "known"
    assert (await guard.scan(mine["text"])).json()["outcome"] == "known"
    assert (await wallet.send("GET", "/v1/me/living")).json()["key"] == fresh
    ring.retire(held["key"])
    assert (await guard.scan(text)).json()["outcome"] == "copied"
    assert (await guard.scan(mine["text"])).json()["outcome"] == "known"
