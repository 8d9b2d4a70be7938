"""A desk is told whose document it holds before anything is written; lost wallets end there."""

from typing import Any

from tests.staging import CAST, Caller, Stage

from motma.identity import ending

NUMBER = "001190000001"
CARD = f"{NUMBER}|012345678|Thử Thị Nghiệm|03021990|Nữ|Số 1, Phường Ba Đình, Hà Nội|01012022"
LOOKS = "/v1/people:recognise"


async def recognised(caller: Caller, code: str) -> dict[str, Any]:
    answer = await caller.post(LOOKS, {"code": code})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_card_of_nobody_is_new_and_becomes_a_claim_that_registers(on_stage: Stage) -> None:
    registrar = await on_stage.sign_in("registrar@stage")
    found = await recognised(registrar, CARD)
    assert (found["family"], found["verdict"], found["people"]) == ("cccd", "new", [])
    assert [each["kind"] for each in found["said"]["documents"]] == ["cccd", "cmnd"]
    made = await registrar.post("/v1/people", found["said"])
    assert made.json()["created"]
    again = await recognised(registrar, CARD)
    assert again["verdict"] == "known"
    assert [each["qid"] for each in again["people"]] == [made.json()["qid"]]


#: What is shown → what is said, while one person holds NUMBER.
VERDICTS = {
    CARD: "known",
    NUMBER: "known",
    "001 190 000 001": "known",
    "001190000019": "new",
    CARD.replace("Nghiệm", "Khác"): "differs",
    CARD.replace(NUMBER, "001190000019"): "alike",
    "123456789012345678": "unknown",
    "https://example.org/": "unreadable",
    "001190000001|x": "unreadable",
    "": "unreadable",
}


async def test_the_verdict_says_what_registering_would_do(on_stage: Stage) -> None:
    person = await on_stage.person()
    registrar = await on_stage.sign_in("registrar@stage")
    for card, verdict in VERDICTS.items():
        found = await recognised(registrar, card)
        assert found["verdict"] == verdict, card
        shown = [each["qid"] for each in found["people"]]
        assert shown == ([person.qid] if verdict in {"known", "differs", "alike"} else []), card
    # a second person, who proved the old number on the card
    old = {"kind": "cmnd", "number": "012345678", "seen": True}
    claim = {"full_name": "Thử Văn Cũ", "birth": "1970", "documents": [old]}
    assert (await registrar.post("/v1/people", claim)).status_code == 200
    found = await recognised(registrar, CARD)
    assert found["verdict"] == "several"
    assert len(found["people"]) == 2


async def test_a_code_of_ours_finds_its_person_and_says_when_it_ended(on_stage: Stage) -> None:
    person = await on_stage.person()
    registrar = await on_stage.sign_in("registrar@stage")
    code = (await registrar.post("/v1/people:code", {"qid": person.qid})).json()["text"]
    assert (await recognised(registrar, code))["verdict"] == "known"
    async with on_stage.platform.transaction() as db:
        fresh = await ending.replace(db, on_stage.platform.means, person.qid, reason="leaked")
    found = await recognised(registrar, code)
    assert found["verdict"] == "ended"
    assert found["people"][0]["qid"] == fresh


async def test_nobody_but_a_registrar_may_ask_and_whoever_is_shown_sees_it(
    on_stage: Stage,
) -> None:
    person = await on_stage.person()
    wallet = await on_stage.wallet(person.person_id)
    for login, (role, _, _) in CAST.items():
        if role != "registrar":
            caller = await on_stage.sign_in(login)
            assert (await caller.post(LOOKS, {"code": NUMBER})).status_code == 403
    assert (await wallet.send("GET", "/v1/me/reads")).json() == []
    await recognised(await on_stage.sign_in("registrar@stage"), CARD)
    reads = (await wallet.send("GET", "/v1/me/reads")).json()
    assert [each["role"] for each in reads] == ["registrar"]


async def test_a_merged_code_is_listed_with_the_person_it_leads_to(on_stage: Stage) -> None:
    person = await on_stage.person()
    double = await on_stage.person(number="001190000027", full_name="Thử Thị Nghiệm Hai")
    registrar = await on_stage.sign_in("registrar@stage")
    merging = {"qid": double.qid, "into": person.qid, "reason": "một người"}
    assert (await registrar.post("/v1/people:merge", merging)).status_code < 300
    found = (await registrar.post("/v1/people:find", {"qid": double.qid})).json()
    states = {each["qid"]: each["state"] for each in found["qids"]}
    assert states == {person.qid: "active", double.qid: "merged"}


async def test_a_desk_finds_the_dependants_of_a_guardian_and_they_see_it(on_stage: Stage) -> None:
    guardian = await on_stage.person()
    child = await on_stage.person(number="001216000011", full_name="Thử Em Bé", birth="2016-05-01")
    registrar = await on_stage.sign_in("registrar@stage")
    asked = {"qid": guardian.qid}
    assert (await registrar.post("/v1/people:dependants", asked)).json() == []
    tie = {"dependant": child.qid, "guardian": guardian.qid, "evidence": "giấy khai sinh"}
    assert (await registrar.post("/v1/people:guardian", tie)).status_code == 200
    wallet = await on_stage.wallet(child.person_id)
    (found,) = (await registrar.post("/v1/people:dependants", asked)).json()
    assert (found["person"]["qid"], found["person"]["full_name"]) == (child.qid, "Thử Em Bé")
    assert found["confirmed"] is False
    assert [each["role"] for each in (await wallet.send("GET", "/v1/me/reads")).json()] == [
        "registrar"
    ]


async def test_a_lost_phone_ends_at_the_desk_and_only_that_persons(on_stage: Stage) -> None:
    person = await on_stage.person()
    other = await on_stage.person(number="001190000027", full_name="Thử Người Khác")
    wallet = await on_stage.wallet(person.person_id)
    registrar = await on_stage.sign_in("registrar@stage")
    listed = (await registrar.post("/v1/people:wallets", {"qid": person.qid})).json()
    assert [each["device_id"] for each in listed] == [wallet.device_id]
    of_other = {"qid": other.qid, "device_id": wallet.device_id}
    assert (await registrar.post("/v1/people:end-wallet", of_other)).status_code == 404
    assert (await wallet.send("GET", "/v1/me/code")).status_code == 200
    own = {"qid": person.qid, "device_id": wallet.device_id}
    assert (await registrar.post("/v1/people:end-wallet", own)).status_code == 204
    assert (await wallet.send("GET", "/v1/me/code")).status_code == 401


async def test_a_commune_is_found_without_diacritics_todays_first(on_stage: Stage) -> None:
    registrar = await on_stage.sign_in("registrar@stage")
    found = (await registrar.post("/v1/communes:find", {"text": "ba dinh ha noi"})).json()
    assert found[0] == {
        "code": "00004",
        "as_of": "2025-07-01",
        "name": "Phường Ba Đình, Thành phố Hà Nội",
    }
    assert (await registrar.post("/v1/communes:find", {"text": " "})).json() == []
