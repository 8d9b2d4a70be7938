"""Guardians see a dependant's card and records, never where the dependant was."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.staging import Caller, Stage

from motma.kernel.clock import SetClock
from motma.records import service
from motma.records.model import About, Delivery, Dose, Recovery, Test, What

NOON = datetime(2026, 3, 7, 5, tzinfo=UTC)
CHILD = About(full_name="Thử Con", birth="2015-03-10", document_number="001215000009")
SITE, LAB, HOSPITAL, NURSE = "Trạm y tế Xóm Mới", "Phòng xét nghiệm Bảy", "Bệnh viện X", "Y tá A"
WAYS = ("card", "records")


@pytest.fixture
async def clock() -> SetClock:
    return SetClock(NOON)


async def delivered(on: Stage) -> None:
    """A dose by a register and by a clinic, a test by a laboratory, a recovery by a hospital."""
    covid = "840539006"
    dose = Dose(
        disease=covid, product="EU/1/20/1528", on="2026-01-03", number=1, of=2, place=SITE,
        performer=NURSE,
    )  # fmt: skip
    test = Test(
        disease=covid, kind="naat", at="2026-02-01T08:00:00+07:00", result="negative", lab=LAB
    )
    recovery = Recovery(
        disease=covid, first_positive="2025-08-01", issuer=HOSPITAL, certificate="X-17"
    )
    sent: dict[str, What] = {
        "immunisation": dose,
        f"organisation {on.organisation}": dose,
        f"client {UUID(int=9)}": test,
        "labs": recovery,
    }
    async with on.platform.transaction() as db:
        for source, what in sent.items():
            item = Delivery(id=f"at-{SITE}", about=CHILD, what=what)
            (got,) = await service.receive(db, on.platform.means, source, [item])
            assert got.attached


async def family(on: Stage) -> tuple[Caller, str]:
    """A mother's wallet, and the id of the child that she confirmed."""
    registrar = await on.sign_in("registrar@stage")
    mother = await on.person()
    child = await on.person(
        full_name=CHILD.full_name, birth=CHILD.birth, number=CHILD.document_number, phones=()
    )
    await delivered(on)
    body = {"dependant": child.qid, "guardian": mother.qid, "evidence": "birth certificate 12"}
    assert (await registrar.post("/v1/people:guardian", body)).status_code == 200
    wallet = await on.wallet(mother.person_id)
    return wallet, str(child.person_id)


async def test_a_guardian_sees_card_and_records_once_confirmed_and_no_place(
    on: Stage, clock: SetClock
) -> None:
    wallet, child = await family(on)
    body = {"dependant_id": child}
    for way in WAYS:
        refused = await wallet.post(f"/v1/me/dependants:{way}", body)
        assert (refused.status_code, refused.json()["code"]) == (404, "identity.unknown")
    await wallet.post("/v1/me/dependants:confirm", body)

    card = (await wallet.post("/v1/me/dependants:card", body)).json()
    assert card["colour"]
    assert card["reasons"]
    answer = await wallet.post("/v1/me/dependants:records", body)
    seen = answer.json()
    assert len(seen["records"]) == 4
    assert {one["what"]["type"] for one in seen["records"]} == {"dose", "test", "recovery"}
    sources = {one["provenance"]["source"] for one in seen["records"]}
    assert sources == {"immunisation", "organisation", "client", "labs"}
    assert "freshness" in seen
    for place in (LAB, HOSPITAL, NURSE, "X-17", str(on.organisation)):
        assert place not in answer.text
    named = [one["provenance"]["source_id"] for one in seen["records"]]
    assert sorted(filter(None, named)) == [f"at-{SITE}"] * 2  # of registers, which are no places
    assert all("place" not in one["what"] for one in seen["records"])

    clock.moment = datetime(2033, 3, 9, 17, tzinfo=UTC)  # 10 March in Vietnam: eighteen
    wallet = await on.begin(wallet, None)
    for way in WAYS:
        over = await wallet.post(f"/v1/me/dependants:{way}", body)
        assert over.json()["code"] == "identity.unknown"


async def test_the_dependant_reads_that_the_guardian_looked(on: Stage) -> None:
    wallet, child = await family(on)
    body = {"dependant_id": child}
    await wallet.post("/v1/me/dependants:confirm", body)
    for way in WAYS:
        assert (await wallet.post(f"/v1/me/dependants:{way}", body)).status_code == 200
    own = await on.wallet(UUID(child))
    reads = (await own.send("GET", "/v1/me/reads")).json()
    told = sorted((one["role"], one["purpose"], one["saw"]) for one in reads)
    assert told == [
        ("guardian", "guardianship", ["card", "card_reasons"]),
        ("guardian", "guardianship", ["records"]),
    ]
    assert reads[0]["place"] is None


async def test_nobody_else_gets_at_a_dependants_card_or_records(on: Stage) -> None:
    _, child = await family(on)
    stranger = await on.person(full_name="Thử Văn Lạ", number="001190000019", phones=())
    wallet, guard = await on.wallet(stranger.person_id), await on.sign_in("guard@stage")
    for way in WAYS:
        path, body = f"/v1/me/dependants:{way}", {"dependant_id": child}
        answer = await wallet.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "identity.unknown")
        assert (await guard.post(path, body)).status_code == 403
        assert (await on.client.post(path, json=body)).status_code == 401
