"""Records over HTTP: who may deliver, who reads, and what an upload comes to."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from tests.integration.records.conftest import NOON, dose
from tests.staging import Caller, Stage, stage

from motma.kernel.clock import SetClock
from motma.records import importing, jobs, queries
from motma.records.codes import shipped
from motma.records.fhir import writing
from motma.records.importing import Order
from motma.records.model import About, Delivery
from motma.storage.pool import Connection, connect
from motma.web import records_jobs


def plain(item: Delivery) -> dict[str, Any]:
    """As it goes over the wire."""
    return dict(msgspec.to_builtins(item))


async def upload(caller: Caller, data: bytes, kind: str) -> Any:
    """POST bytes with token and proof."""
    path = "/v1/records/jobs"
    url = f"http://motma.test{path}"
    proof = caller.key.proof("POST", url, token=caller.token, at=caller.clock.now())
    headers = {"DPoP": proof, "Authorization": f"DPoP {caller.token}", "Content-Type": kind}
    return await caller.client.post(path, content=data, headers=headers)


async def finished(caller: Caller, job_id: str) -> dict[str, Any]:
    """The job once every row was read."""
    for _ in range(200):
        answer = await caller.send("GET", f"/v1/records/jobs/{job_id}")
        if answer.json()["state"] != "running":
            return dict(answer.json())
        await asyncio.sleep(0.05)
    raise AssertionError("the job does not end")


async def test_a_delivered_dose_reaches_the_wallet_with_its_source(
    database: str, tmp_path: Path
) -> None:
    async with stage(database, tmp_path / "home", clock=SetClock(NOON)) as on_stage:
        person = await on_stage.person()
        nurse = await on_stage.sign_in("nurse@stage")
        answer = await nurse.post("/v1/records", {"items": [plain(dose(lot="LOT-42"))]})
        assert answer.status_code == 200, answer.text
        assert answer.json()[0]["attached"] is True

        wallet = await on_stage.wallet(person.person_id)
        [mine] = (await wallet.post("/v1/me/records", {})).json()
        assert mine["what"]["lot"] == "LOT-42"
        assert mine["provenance"]["source"] == f"organisation {on_stage.organisation}"
        assert mine["provenance"]["source_name"] == "Stage"
        assert "about" not in mine
        assert "person_id" not in mine
        steps = await wallet.post("/v1/me/records:history", {"record_id": mine["record_id"]})
        assert {step["kind"] for step in steps.json()} == {"version", "attached"}
        bundle = (await wallet.post("/v1/me/records:fhir", {})).json()
        assert bundle["entry"][0]["resource"]["lotNumber"] == "LOT-42"
        notices = [n["kind"] for n in (await wallet.send("GET", "/v1/me/reads")).json()]
        assert "records.received" not in notices, "a delivery is no read"


async def test_a_record_of_somebody_else_is_as_unknown_as_none(
    database: str, tmp_path: Path
) -> None:
    async with stage(database, tmp_path / "home", clock=SetClock(NOON)) as on_stage:
        await on_stage.person()
        other = await on_stage.person(
            number="001085000002", full_name="Thử Văn Hai", birth="1985-05-05", sex="male"
        )
        nurse = await on_stage.sign_in("nurse@stage")
        [done] = (await nurse.post("/v1/records", {"items": [plain(dose())]})).json()
        wallet = await on_stage.wallet(other.person_id)
        answers = [
            await wallet.post("/v1/me/records:history", {"record_id": record_id})
            for record_id in (done["record_id"], "00000000-0000-0000-0000-000000000001")
        ]
        assert [(a.status_code, a.json()["code"]) for a in answers] == [
            (404, "records.unknown")
        ] * 2
        assert (await wallet.post("/v1/me/records", {})).json() == []


async def test_an_earlier_version_about_somebody_else_is_not_read(
    database: str, tmp_path: Path
) -> None:
    clock = SetClock(NOON)
    async with stage(database, tmp_path / "home", clock=clock) as on_stage:
        await on_stage.person()
        number, name, born = "001085000002", "Thử Văn Hai", "1985-05-05"
        other = await on_stage.person(number=number, full_name=name, birth=born, sex="male")
        nurse = await on_stage.sign_in("nurse@stage")
        await nurse.post("/v1/records", {"items": [plain(dose(lot="HERS"))]})
        clock.advance(timedelta(minutes=1))
        about = About(full_name=name, birth=born, document_number=number)
        moved = plain(dose(version=2, about=about, lot="HIS"))
        [done] = (await nurse.post("/v1/records", {"items": [moved]})).json()
        wallet = await on_stage.wallet(other.person_id)
        answer = await wallet.post("/v1/me/records:history", {"record_id": done["record_id"]})
        assert [step["kind"] for step in answer.json()] == ["version", "attached"]
        assert "HIS" in answer.text
        assert "HERS" not in answer.text


async def test_only_medical_staff_and_registrars_deliver_and_only_the_latter_decide(
    database: str, tmp_path: Path
) -> None:
    async with stage(database, tmp_path / "home", clock=SetClock(NOON)) as on_stage:
        await on_stage.person()
        nurse = await on_stage.sign_in("nurse@stage")
        [done] = (await nurse.post("/v1/records", {"items": [plain(dose())]})).json()
        retraction = {"record_id": done["record_id"], "reason": "never given"}
        told: dict[str, list[int]] = {}
        for login in ("guard@stage", "operator@stage", "tracer@stage", "registrar@stage"):
            caller = await on_stage.sign_in(login)
            told[login] = [
                (await caller.post("/v1/records", {"items": []})).status_code,
                (await caller.post("/v1/records:retract", retraction)).status_code,
                (await caller.send("GET", "/v1/records/waiting")).status_code,
            ]
        assert told.pop("registrar@stage") == [200, 204, 200]
        assert set(map(tuple, told.values())) == {(403, 403, 403)}
        assert (await nurse.post("/v1/records:retract", retraction)).status_code == 403


async def test_fhir_comes_in_and_each_fault_has_its_path(database: str, tmp_path: Path) -> None:
    async with stage(database, tmp_path / "home", clock=SetClock(NOON)) as on_stage:
        await on_stage.person()
        nurse = await on_stage.sign_in("nurse@stage")
        bundle = writing.bundle([dose("a"), dose("b", on="2025-10-01")], shipped())
        bundle["entry"][1]["resource"]["status"] = "done"
        answer = await nurse.post("/v1/records:fhir", bundle)
        assert [(one["status"], one.get("problem"), one.get("field")) for one in answer.json()] == [
            ("received", None, None),
            ("refused", "fhir.binding", "Bundle.entry[1].resource.Immunization.status"),
        ]


async def test_an_upload_is_worked_on_told_about_and_taken_back(
    database: str, tmp_path: Path
) -> None:
    async with stage(database, tmp_path / "home", clock=SetClock(NOON)) as on_stage:
        person = await on_stage.person()
        registrar = await on_stage.sign_in("registrar@stage")
        good = [msgspec.json.encode(dose(str(n), on=f"2025-09-{n:02d}")) for n in range(1, 6)]
        answer = await upload(registrar, b"\n".join([*good, b"{"]), "application/x-ndjson")
        assert answer.status_code == 202, answer.text
        job_id = answer.json()["job_id"]
        done = await finished(registrar, job_id)
        assert (done["rows"], done["received"], done["attached"], done["failed"]) == (6, 5, 5, 1)
        findings = await registrar.send("GET", f"/v1/records/jobs/{job_id}/findings")
        assert findings.text.splitlines() == ["row,column,severity,code", "6,,error,records.json"]
        assert await uploads_left(on_stage) == 0

        undone = await registrar.post("/v1/records/jobs:undo", {"job_id": job_id})
        assert undone.json() == {"records": 5}
        wallet = await on_stage.wallet(person.person_id)
        assert (await wallet.post("/v1/me/records", {})).json() == []
        guard = await on_stage.sign_in("guard@stage")
        assert (await guard.send("GET", f"/v1/records/jobs/{job_id}")).status_code == 403


async def test_an_upload_whose_process_died_is_gone_on_with_by_the_next(
    database: str, tmp_path: Path
) -> None:
    clock, home = SetClock(NOON), tmp_path / "home"
    data = b"\n".join(msgspec.json.encode(dose(str(n))) for n in range(3))
    async with stage(database, home, clock=clock) as before:
        means = before.platform.means
        order = Order(source="a source", format="ndjson", data=data)
        async with before.platform.transaction() as db:
            job = await importing.begin(db, means, order)
            await jobs.upload(db, means, job, data)
    async with stage(database, home, clock=clock) as after:
        async with after.platform.pool.acquire() as db:
            for _ in range(200):
                job = await jobs.find(db, after.platform.means, job.job_id)
                if job.finished:
                    break
                await asyncio.sleep(0.05)
        assert (job.finished, job.rows, job.received) == (True, 3, 3)
        assert await uploads_left(after) == 0


async def test_uploads_wait_for_their_turn_and_leave_connections_to_gates(
    database: str, tmp_path: Path
) -> None:
    async with stage(database, tmp_path / "home", clock=SetClock(NOON)) as on_stage:
        nurse = await on_stage.sign_in("nurse@stage")
        same = msgspec.json.encode(dose("same"))
        files = [same + b"\n" * (n + 1) for n in range(records_jobs.MOST_AT_ONCE + 3)]
        [first] = (await nurse.post("/v1/records", {"items": [plain(dose("same"))]})).json()
        other = await connect(database)
        async with other.transaction():  # every upload needs the lock on this record
            await queries.lock_records(other, [UUID(first["record_id"])])
            answers = [await upload(nurse, data, "application/x-ndjson") for data in files]
            await asyncio.sleep(0.5)
            assert await waiting_for_locks(other) == records_jobs.MOST_AT_ONCE
        await other.close()
        for answer in answers:
            assert (await finished(nurse, answer.json()["job_id"]))["known"] == 1


async def waiting_for_locks(db: Connection) -> int:
    """Connections that wait for somebody else."""
    return int(
        await db.fetchval("""
        SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'
    """)
    )


async def test_an_upload_of_another_kind_is_refused(database: str, tmp_path: Path) -> None:
    async with stage(database, tmp_path / "home", clock=SetClock(NOON)) as on_stage:
        nurse = await on_stage.sign_in("nurse@stage")
        answer = await upload(nurse, b"PK\x03\x04", "application/zip")
        assert (answer.status_code, answer.json()["code"]) == (400, "request.content-type")
        answer = await upload(nurse, "Tên,Ngày tiêm\n".encode(), "text/csv")
        assert (answer.status_code, answer.json()["code"]) == (400, "records.column-missing")


async def uploads_left(on_stage: Stage) -> int:
    """Parts of uploads that are still kept."""
    async with on_stage.platform.pool.acquire() as db:
        return int(await db.fetchval("SELECT count(*) FROM local.record_upload"))
