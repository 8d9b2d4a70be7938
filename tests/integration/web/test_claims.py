"""Claims over HTTP: a person asks, files and follows; a registrar decides; nobody else."""

import base64
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from tests.staging import CAST, Caller, Stage

from motma.identity.service import Registered
from motma.kernel.clock import SetClock
from motma.records import service as records
from motma.records.model import About, Delivery, Dose

NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
SITE = "Trạm y tế phường Xóm Mới"
EXPECTED = {"type": "dose", "day": "2025-09-03", "site": SITE}
DOSE = Dose(disease="840539006", product="EU/1/20/1528", on="2025-09-03", place=SITE)
#: Of the person on the stage, but for the birth date.
ABOUT = About(full_name="Thử Thị Nghiệm", birth="1951-11-27", document_number="001190000001")


@pytest.fixture
async def clock() -> SetClock:
    return SetClock(NOON)


async def with_a_waiting_dose(on: Stage) -> tuple[Registered, Caller, str]:
    """A person on a wallet whose dose came with another birth date."""
    person = await on.person()
    delivery = Delivery(id="w1", about=ABOUT, what=DOSE)
    async with on.platform.transaction() as db:
        (got,) = await records.receive(db, on.platform.means, "registry", [delivery])
    return person, await on.wallet(person.person_id), str(got.record_id)


def photo() -> str:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def key(person: Registered, claim: Any) -> dict[str, str]:
    return {"person_id": str(person.person_id), "claim_id": claim["claim_id"]}


async def test_a_person_learns_why_claims_it_and_the_decision_reaches_them(on: Stage) -> None:
    person, wallet, record_id = await with_a_waiting_dose(on)
    why = (await wallet.post("/v1/me/records:why-not", EXPECTED)).json()
    assert (why["status"], why["kind"], why["record_id"]) == ("differs", "birth", None)
    assert "birth date" in why["text"]["en"]

    body = {"wish": "missing", "expected": EXPECTED, "note": "see photo", "photo": photo()}
    claim = (await wallet.post("/v1/me/claims", body)).json()
    assert (claim["state"], claim["due_on"], claim["with_photo"]) == ("open", "2026-01-07", True)

    desk = await on.sign_in("registrar@stage")
    (listed,) = (await desk.send("GET", "/v1/claims")).json()
    assert (listed["claim_id"], listed["overdue"]) == (claim["claim_id"], False)
    shown = (await desk.post("/v1/claims:show", key(person, claim))).json()
    assert shown["photo"] == body["photo"]
    assert [each["record"]["record_id"] for each in shown["records"]] == [record_id]

    accepted = {"effect": "attached", "record_id": record_id, "reason": "paper seen"}
    answer = await desk.post("/v1/claims:accept", key(person, claim) | accepted)
    assert answer.json()["state"] == "accepted", answer.text
    (mine,) = (await wallet.send("GET", "/v1/me/claims")).json()
    assert (mine["state"], mine["reason"]) == ("accepted", "paper seen")
    notices = (await wallet.send("GET", "/v1/me/notices")).json()
    kinds = {notice["kind"] for notice in notices}
    assert {"claims.asked", "claims.filed", "claims.accepted"} <= kinds
    reads = (await wallet.send("GET", "/v1/me/reads")).json()
    assert [read["role"] for read in reads] == ["registrar"]
    there = (await wallet.post("/v1/me/records:why-not", EXPECTED)).json()
    assert (there["status"], there["record_id"]) == ("there", record_id)


async def test_a_decision_can_be_refused_and_undone(on: Stage) -> None:
    person, wallet, _ = await with_a_waiting_dose(on)
    body = {"wish": "missing", "expected": EXPECTED}
    claim = (await wallet.post("/v1/me/claims", body)).json()
    desk = await on.sign_in("registrar@stage")
    refused = await desk.post("/v1/claims:refuse", key(person, claim) | {"reason": "no paper"})
    assert (refused.json()["state"], refused.json()["reason"]) == ("refused", "no paper")
    undone = await desk.post("/v1/claims:undo", key(person, claim) | {"reason": "it came"})
    assert undone.json()["state"] == "open"


async def test_questions_are_counted_for_the_person_whatever_the_device(on: Stage) -> None:
    person, wallet, _ = await with_a_waiting_dose(on)
    for _ in range(10):
        assert (await wallet.post("/v1/me/records:why-not", EXPECTED)).status_code == 200
    other = await on.wallet(person.person_id)
    assert (await other.post("/v1/me/records:why-not", EXPECTED)).status_code == 429


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x89PNG\r\n\x1a\n no picture at all", "qr.picture-damaged"),
        (b"%PDF-1.7 a document", "claims.photo-format"),
        (b"<svg onload='alert(1)'/>", "claims.photo-format"),
    ],
)
async def test_only_a_picture_that_can_be_decoded_is_kept(
    on: Stage, sent: bytes, code: str
) -> None:
    _, wallet, _ = await with_a_waiting_dose(on)
    body = {"wish": "missing", "expected": EXPECTED, "photo": base64.b64encode(sent).decode()}
    answer = await wallet.post("/v1/me/claims", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert (await wallet.send("GET", "/v1/me/claims")).json() == []


async def test_only_a_registrar_decides_and_only_the_person_files(on: Stage) -> None:
    person, wallet, record_id = await with_a_waiting_dose(on)
    body = {"wish": "missing", "expected": EXPECTED}
    claim = (await wallet.post("/v1/me/claims", body)).json()
    accepted = key(person, claim) | {
        "effect": "attached", "record_id": record_id, "reason": "mine",
    }  # fmt: skip
    stranger = await on.person(number="001190000002", full_name="Trần Văn Khác", phones=())
    for caller in [wallet, await on.wallet(stranger.person_id)]:
        assert (await caller.post("/v1/claims:accept", accepted)).status_code == 403
    for login in sorted(CAST.keys() - {"registrar@stage"}):
        reader = await on.sign_in(login)
        assert (await reader.send("GET", "/v1/claims")).status_code == 403
        assert (await reader.post("/v1/claims:show", key(person, claim))).status_code == 403
        assert (await reader.post("/v1/claims:accept", accepted)).status_code == 403
    theirs = await on.wallet(stranger.person_id)
    assert (await theirs.send("GET", "/v1/me/claims")).json() == []
    why = (await theirs.post("/v1/me/records:why-not", EXPECTED)).json()
    assert why["status"] == "nothing-to-tell"
