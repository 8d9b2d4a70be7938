"""One proven document, one person; what is only declared blocks and attaches to nobody."""

import asyncio
from typing import Any

import pytest
from tests.staging import Stage, person_claim

from motma.identity import service
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.service import ConflictOpened, Registered

CCCD = "001190000001"


async def register(
    stage: Stage, assurance: Assurance = Assurance.SEEN, **changes: object
) -> Registered | ConflictOpened:
    async with stage.platform.transaction() as db:
        return await service.register(
            db, stage.platform.means, person_claim(**changes), source="test", assurance=assurance
        )


async def count(stage: Stage, table: str) -> int:
    async with stage.platform.pool.acquire() as db:
        found: int = await db.fetchval(f"SELECT count(*) FROM {table}")
    return found


def shown(kind: str, number: str, *, seen: bool = True) -> ShownDocument:
    return ShownDocument(kind=kind, number=number, seen=seen)


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"full_name": "THU THI NGHIEM"},
        {"full_name": "thử thị nghiệm"},
        {"birth": "1990"},
        {"birth": "1990-02"},
        {"number": "001 190 000 001"},
        {"documents": (shown("cccd", CCCD), shown("cccd", CCCD, seen=False))},
        {"documents": (shown("cccd", CCCD, seen=False), shown("cccd", CCCD))},
    ],
)
async def test_the_same_document_and_an_agreeing_person_give_the_same_qid(
    on_stage: Stage, again: dict[str, Any]
) -> None:
    first, second = await register(on_stage), await register(on_stage, **again)

    assert isinstance(first, Registered)
    assert isinstance(second, Registered)
    assert (second.qid, second.created) == (first.qid, False)
    assert await count(on_stage, "person") == 1


async def test_a_document_listed_twice_is_one_document(on_stage: Stage) -> None:
    twice = (shown("cccd", CCCD, seen=False), shown("cccd", "001.190.000.001"))
    done = await register(on_stage, documents=twice)
    assert isinstance(done, Registered)
    async with on_stage.platform.pool.acquire() as db:
        person = await service.find(db, on_stage.platform.means, done.qid)
    assert [(d.number, d.assurance) for d in person.profile.documents] == [(CCCD, 1)]


@pytest.mark.parametrize("other", [{"full_name": "Thử Văn Khác"}, {"birth": "1991-02-03"}])
async def test_a_disagreeing_registration_overwrites_nothing_and_opens_a_case(
    on_stage: Stage, other: dict[str, str]
) -> None:
    first = await register(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    document = {"kind": "cccd", "number": CCCD, "seen": True}
    claim = {"full_name": "Thử Thị Nghiệm", "birth": "1990-02-03", "documents": [document]}

    answer = await registrar.post("/v1/people", claim | other)

    assert answer.status_code == 409
    assert answer.json()["code"] == "identity.conflict"
    assert isinstance(first, Registered)
    kept = (await registrar.post("/v1/people:find", {"qid": first.qid})).json()
    assert kept["profile"]["full_name"]["value"] == "Thử Thị Nghiệm"
    assert kept["profile"]["birth"]["value"] == "1990-02-03"
    (case,) = (await registrar.send("GET", "/v1/cases")).json()
    assert case["case_id"] == answer.json()["case_id"]
    assert case["file"]["known"]["full_name"]["value"] == "Thử Thị Nghiệm"
    wanted = {"full_name": "Thử Thị Nghiệm", "birth": "1990-02-03"} | other
    assert {k: case["file"]["news"][k]["value"] for k in wanted} == wanted


async def test_twins_at_two_desks_become_one_person(on_stage: Stage) -> None:
    documents = (shown("cccd", CCCD), shown("passport", "B1234567"))
    done = await asyncio.gather(
        *(register(on_stage, documents=documents[:: 1 if n % 2 else -1]) for n in range(6))
    )
    assert len({one.qid for one in done if isinstance(one, Registered)}) == 1
    assert sum(one.created for one in done if isinstance(one, Registered)) == 1
    assert await count(on_stage, "person") == 1
    assert await count(on_stage, "document_index") == 2


async def test_two_people_who_claim_one_new_document_at_once_leave_no_half_person(
    on_stage: Stage,
) -> None:
    one, other = await asyncio.gather(
        register(on_stage),
        register(
            on_stage,
            full_name="Khác Hẳn",
            documents=(shown("cmnd", "123456789"), shown("cccd", CCCD)),
        ),
    )
    assert {type(one), type(other)} == {Registered, ConflictOpened}
    async with on_stage.platform.pool.acquire() as db:
        orphans = await db.fetchval(
            "SELECT count(*) FROM document_index WHERE person_id NOT IN "
            "(SELECT person_id FROM person)"
        )
    assert orphans == 0


async def test_what_is_only_declared_neither_blocks_nor_attaches_nor_learns(
    on_stage: Stage,
) -> None:
    declared = {
        "full_name": "Kẻ Chiếm",
        "birth": "1980-01-01",
        "documents": [{"kind": "cccd", "number": CCCD, "seen": True}],
    }
    before = await on_stage.client.post("/v1/registrations", json=declared)
    owner = await register(on_stage)
    after = await on_stage.client.post(
        "/v1/registrations", json=declared | {"full_name": "Thử Thị Nghiệm", "birth": "1990"}
    )

    assert isinstance(owner, Registered)
    assert owner.created
    for answer in (before, after):
        assert (answer.status_code, answer.json()) == (202, {"status": "received"})
    async with on_stage.platform.pool.acquire() as db:
        person = await service.find(db, on_stage.platform.means, owner.qid)
        proven = await db.fetchval("SELECT count(*) FROM document_index WHERE proven")
    assert (person.version, proven) == (1, 1)


async def test_the_same_declaration_again_makes_nobody_new_even_at_once(on_stage: Stage) -> None:
    declared = {
        "full_name": "Tự Khai",
        "birth": "1980-01-01",
        "documents": [{"kind": "cccd", "number": CCCD}],
    }
    bare = {"full_name": "Không Giấy Tờ", "birth": "1980"}
    posts = [on_stage.client.post("/v1/registrations", json=each) for each in (declared, bare) * 4]
    answers = await asyncio.gather(*posts)
    other_name = await on_stage.client.post(
        "/v1/registrations", json=declared | {"full_name": "Người Khác"}
    )
    other_phone = await on_stage.client.post(
        "/v1/registrations", json=bare | {"phones": ["0912345678"]}
    )

    assert {a.status_code for a in (*answers, other_name, other_phone)} == {202}
    assert await count(on_stage, "person") == 4


async def test_a_guardian_may_declare_a_child_and_nobody_poses_as_a_registrar(
    on_stage: Stage,
) -> None:
    registrar = await on_stage.sign_in("registrar@stage")
    said = {}
    for by in ("self", "guardian", "registrar"):
        claim = {"full_name": "Thử Con", "birth": "2020-01-02", "phones": ["0912345678"]}
        body = claim | {"declared_by": by, "address": f"Thôn {by}"}
        assert (await on_stage.client.post("/v1/registrations", json=body)).status_code == 202
    found = await registrar.post(
        "/v1/people:search",
        {"full_name": "Thử Con", "birth": "2020-01-02", "phone": "0912345678"},
    )
    for one in found.json():
        person = (await registrar.post("/v1/people:find", {"qid": one["qid"]})).json()["profile"]
        said[person["address"]["value"]] = person.get("declared_by", "self")
    assert said == {"Thôn self": "self", "Thôn guardian": "guardian", "Thôn registrar": "self"}


async def test_one_document_declared_by_many_is_proven_by_one(on_stage: Stage) -> None:
    for n in range(3):
        await register(on_stage, Assurance.DECLARED, full_name=f"Khai {'ABC'[n]}")
    owner = await register(on_stage)
    assert isinstance(owner, Registered)
    async with on_stage.platform.pool.acquire() as db:
        rows = await db.fetch("SELECT person_id, proven FROM document_index")
    assert len(rows) == 4
    assert [row["person_id"] for row in rows if row["proven"]] == [owner.person_id]


async def test_a_confirmed_name_stays_when_a_registrar_sees_another(on_stage: Stage) -> None:
    first = await register(on_stage, Assurance.CONFIRMED)
    assert isinstance(first, Registered)
    async with on_stage.platform.transaction() as db:
        changed = await service.correct(
            db,
            on_stage.platform.means,
            first.person_id,
            person_claim(full_name="Tên Khác", phones=()),
            source="test",
        )
    assert not isinstance(changed, ConflictOpened)
    assert changed.profile.full_name.value == "Thử Thị Nghiệm"
    assert changed.version == 1


async def test_a_newborn_keeps_the_qid_when_documents_come(on_stage: Stage) -> None:
    async with on_stage.platform.transaction() as db:
        newborn = await service.register(
            db,
            on_stage.platform.means,
            Claim(full_name="Sơ Sinh", birth="2026-11-01", declared_by="guardian"),
            source="test",
            assurance=Assurance.SEEN,
        )
    assert isinstance(newborn, Registered)
    registrar = await on_stage.sign_in("registrar@stage")
    document = {"kind": "birth-certificate", "number": "12/2026"}

    linked = await registrar.post("/v1/people:link", {"qid": newborn.qid, "document": document})

    again = await registrar.post(
        "/v1/people",
        {"full_name": "SO SINH", "birth": "2026-11", "documents": [document | {"seen": True}]},
    )
    assert linked.json()["qid"] == again.json()["qid"] == newborn.qid
    assert again.json()["created"] is False


async def test_a_cccd_linked_to_a_cmnd_leads_to_the_same_person(on_stage: Stage) -> None:
    first = await register(on_stage, documents=(shown("cmnd", "123456789"),))
    assert isinstance(first, Registered)
    registrar = await on_stage.sign_in("registrar@stage")
    link = {"qid": first.qid, "document": {"kind": "cccd", "number": CCCD}}
    assert (await registrar.post("/v1/people:link", link)).status_code == 200
    by_cccd = await register(on_stage)
    assert isinstance(by_cccd, Registered)
    assert by_cccd.qid == first.qid


@pytest.mark.parametrize("way", ["link", "correct"])
async def test_somebody_elses_document_opens_a_case_instead(on_stage: Stage, way: str) -> None:
    owner = await register(on_stage)
    other = await register(on_stage, number="001190000002")
    assert isinstance(owner, Registered)
    assert isinstance(other, Registered)
    registrar = await on_stage.sign_in("registrar@stage")
    document = {"kind": "cccd", "number": CCCD, "seen": True}
    claim = {"full_name": "Thử Thị Nghiệm", "birth": "1990-02-03", "documents": [document]}
    body = {"document": document} if way == "link" else {"claim": claim}

    answer = await registrar.post(f"/v1/people:{way}", {"qid": other.qid} | body)

    assert (answer.status_code, answer.json()["code"]) == (409, "identity.conflict")
    async with on_stage.platform.pool.acquire() as db:
        proven = await db.fetchval("SELECT count(*) FROM document_index WHERE proven")
    assert proven == 2


async def test_an_old_platforms_qid_is_kept_and_an_odd_one_becomes_a_scannable_alias(
    on_stage: Stage,
) -> None:
    odd, fitting = "VN-0042", "123456789012345678"
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        kept = await service.register(
            db, means, person_claim(), source="old", assurance=Assurance.SEEN, qid=fitting
        )
        aliased = await service.register(
            db,
            means,
            person_claim(number="001190000002"),
            source="old",
            assurance=Assurance.SEEN,
            qid=odd,
        )
        found = await service.find(db, means, odd)
    assert isinstance(kept, Registered)
    assert isinstance(aliased, Registered)
    assert kept.qid == fitting
    assert found.qid == aliased.qid != odd
    guard = await on_stage.sign_in("guard@stage")
    text = f"001190000002|THU THI NGHIEM|1990-02-03|0|{odd}|<2"
    assert (await guard.scan(text)).json()["outcome"] == "unsigned"
