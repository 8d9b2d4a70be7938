"""A registrar decides a case: one person, two people, or nothing; everybody concerned sees it."""

import pytest
from tests.staging import Caller, Stage

from motma.identity.service import Registered

CCCD = "001190000001"


async def conflict(stage: Stage) -> tuple[Registered, Caller, dict[str, str]]:
    """An owner, a registrar and a case in which the owner's name differs."""
    owner = await stage.person()
    registrar = await stage.sign_in("registrar@stage")
    document = {"kind": "cccd", "number": CCCD, "seen": True}
    claim = {"full_name": "Thử Thị Khác", "birth": "1990-02-03", "documents": [document]}
    assert (await registrar.post("/v1/people", claim)).status_code == 409
    (case,) = (await registrar.send("GET", "/v1/cases")).json()
    return owner, registrar, {name: case[name] for name in ("person_id", "case_id")}


async def name_of(registrar: Caller, qid: str) -> str:
    found = await registrar.post("/v1/people:find", {"qid": qid})
    name: str = found.json()["profile"]["full_name"]["value"]
    return name


async def test_the_same_person_gets_the_newer_version(on_stage: Stage) -> None:
    owner, registrar, case = await conflict(on_stage)
    done = await registrar.post("/v1/cases:decide", case | {"decision": "same-person"})
    assert done.json() == {"qid": owner.qid}
    assert await name_of(registrar, owner.qid) == "Thử Thị Khác"


async def test_different_people_get_a_qid_each_and_the_document_stays(on_stage: Stage) -> None:
    owner, registrar, case = await conflict(on_stage)
    done = await registrar.post("/v1/cases:decide", case | {"decision": "different-people"})
    assert done.json()["qid"] != owner.qid
    assert await name_of(registrar, owner.qid) == "Thử Thị Nghiệm"
    other = (await registrar.post("/v1/people:find", done.json())).json()
    assert other["profile"]["full_name"]["value"] == "Thử Thị Khác"
    assert "documents" not in other["profile"]


@pytest.mark.parametrize("decision", ["same-person", "different-people", "reject"])
async def test_a_case_is_decided_once_and_its_person_sees_it(
    on_stage: Stage, decision: str
) -> None:
    owner, registrar, case = await conflict(on_stage)
    first = await registrar.post("/v1/cases:decide", case | {"decision": decision})
    second = await registrar.post("/v1/cases:decide", case | {"decision": "same-person"})
    assert (first.status_code, second.json()["code"]) == (200, "identity.unknown")
    assert (await registrar.send("GET", "/v1/cases")).json() == []
    wallet = await on_stage.wallet(owner.person_id)
    notices = (await wallet.send("GET", "/v1/me/notices")).json()
    told = {n["kind"]: n["details"] for n in notices}
    assert told["identity.case-decided"] == {"decision": decision}
    assert "identity.conflict" in told


async def test_two_who_share_a_document_are_merged_when_they_are_one(on_stage: Stage) -> None:
    owner = await on_stage.person()
    other = await on_stage.person(number="001190000002", phones=())
    registrar = await on_stage.sign_in("registrar@stage")
    link = {"qid": other.qid, "document": {"kind": "cccd", "number": CCCD}}
    assert (await registrar.post("/v1/people:link", link)).status_code == 409
    (case,) = (await registrar.send("GET", "/v1/cases")).json()

    body = {name: case[name] for name in ("person_id", "case_id")}
    done = await registrar.post("/v1/cases:decide", body | {"decision": "same-person"})

    assert done.json() == {"qid": owner.qid}
    found = (await registrar.post("/v1/people:find", {"qid": other.qid})).json()
    assert found["qid"] == owner.qid


async def test_only_a_registrar_hears_of_cases(on_stage: Stage) -> None:
    await conflict(on_stage)
    for login in ("guard@stage", "operator@stage", "inspector@stage", "nurse@stage"):
        caller = await on_stage.sign_in(login)
        assert (await caller.send("GET", "/v1/cases")).json()["code"] == "access.forbidden"


async def test_a_search_finds_by_phone_commune_or_guardian_and_leaves_a_read(
    on_stage: Stage,
) -> None:
    mother = await on_stage.person(commune_code="00004")
    child = await on_stage.person(full_name="Thử Con", birth="2020-05", documents=(), phones=())
    registrar = await on_stage.sign_in("registrar@stage")
    bond = {"dependant": child.qid, "guardian": mother.qid, "evidence": "book"}
    await registrar.post("/v1/people:guardian", bond)
    wallet = await on_stage.wallet(mother.person_id)
    await wallet.post("/v1/me/dependants:confirm", {"dependant_id": str(child.person_id)})

    async def found(**wanted: str) -> list[str]:
        answer = await registrar.post("/v1/people:search", wanted)
        return [one["qid"] for one in answer.json()]

    name = {"full_name": "thu thi nghiem", "birth": "1990"}
    assert await found(**name, phone="0912345678") == [mother.qid]
    assert await found(**name, commune="00004@2025-07-01") == [mother.qid]
    assert await found(**name) == []
    assert await found(full_name="Khác", birth="1990", phone="0912345678") == []
    assert await found(full_name="Thu Con", birth="2020", guardian=mother.qid) == [child.qid]
    reads = (await wallet.send("GET", "/v1/me/reads")).json()
    assert [(r["role"], r["organisation"]) for r in reads] == [("registrar", "Stage")] * 2
    assert "phones" in reads[0]["saw"]


async def test_a_correction_that_changes_nothing_is_still_a_read(on_stage: Stage) -> None:
    person = await on_stage.person()
    registrar = await on_stage.sign_in("registrar@stage")
    claim = {"full_name": "Thử Thị Nghiệm", "birth": "1990"}
    shown = await registrar.post("/v1/people:correct", {"qid": person.qid, "claim": claim})
    assert shown.json()["version"] == 1
    wallet = await on_stage.wallet(person.person_id)
    (read,) = (await wallet.send("GET", "/v1/me/reads")).json()
    assert (read["kind"], read["role"]) == ("identity.read", "registrar")
