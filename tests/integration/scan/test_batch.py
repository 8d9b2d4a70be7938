"""What a gate that was offline sends later: kept once, in any order, and nobody is told who."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from tests.integration.scan.test_scan import printed
from tests.staging import EPOCH, Caller, Stage, stage

from motma.identity import ending
from motma.kernel.clock import SetClock
from motma.kernel.ids import uuid7


def queued(guard: Caller, code: str, at: datetime, **more: object) -> dict[str, object]:
    assert guard.place is not None
    return {
        "scan_id": str(uuid7(at)),
        "code": code,
        "checkpoint": str(guard.place.place_id),
        "purpose": "entry",
        "at": at.isoformat(),
    } | more


async def test_a_batch_is_idempotent_and_its_order_does_not_matter(on_stage: Stage) -> None:
    person = await on_stage.person()
    text = await printed(on_stage, person.qid)
    guard = await on_stage.sign_in("guard@stage")
    now = on_stage.platform.clock.now()
    scans = [queued(guard, text, now - timedelta(minutes=n)) for n in range(20)]
    Random(1).shuffle(scans)

    first = (await guard.post("/v1/scans:batch", {"scans": scans})).json()["results"]
    again = (await guard.post("/v1/scans:batch", {"scans": scans[::-1]})).json()["results"]

    assert [r["scan_id"] for r in first] == [s["scan_id"] for s in scans]
    assert {r["status"] for r in first} == {"accepted"}
    assert {r["status"] for r in again} == {"duplicate"}
    assert "THU" not in str(first)
    assert "who" not in first[0]
    async with on_stage.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM event WHERE kind = 'scan.read'") == 20


async def test_each_of_a_batch_has_its_own_result(on_stage: Stage) -> None:
    guard = await on_stage.sign_in("guard@stage")
    now = on_stage.platform.clock.now()
    good = queued(guard, "hello", now)
    reused = good | {"code": "other"}
    too_old = queued(guard, "hello", now - timedelta(days=40))
    elsewhere = queued(guard, "hello", now, checkpoint=str(UUID(int=5)))
    wrong_purpose = queued(guard, "hello", now, purpose="care")

    answer = await guard.post(
        "/v1/scans:batch", {"scans": [good, reused, too_old, elsewhere, wrong_purpose]}
    )

    assert [(r["status"], r["code"]) for r in answer.json()["results"]] == [
        ("accepted", None),
        ("refused", "scan.id-reused"),
        ("refused", "scan.time"),
        ("refused", "access.forbidden"),
        ("refused", "access.forbidden"),
    ]


async def test_a_scan_before_the_revocation_stays_and_says_revoked_since(on_stage: Stage) -> None:
    person = await on_stage.person()
    text = await printed(on_stage, person.qid)
    guard = await on_stage.sign_in("guard@stage")
    before = on_stage.platform.clock.now()
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
    after = on_stage.platform.clock.now()

    scans = [queued(guard, text, before), queued(guard, text, after)]
    results = (await guard.post("/v1/scans:batch", {"scans": scans})).json()["results"]

    assert [(r["decision_at"], r["decision_now"]) for r in results] == [
        ("known", "revoked"),
        ("revoked", "revoked"),
    ]
    # an earlier moment in a single scan must not widen what is told
    single = (await guard.scan(text, at=before.isoformat())).json()
    assert (single["outcome"], single["who"]) == ("revoked", None)


async def test_a_batch_does_not_tell_which_unsigned_people_exist(on_stage: Stage) -> None:
    await on_stage.person()
    guard = await on_stage.sign_in("guard@stage")
    now = on_stage.platform.clock.now()
    card = "001190000001||Thử Thị Nghiệm|03021990|Nữ|Thôn 1, Xã Thử|01012022"
    scans = [queued(guard, card, now)] + [
        queued(guard, card.replace("001190000001", f"0011900{n:05d}"), now) for n in range(2, 90)
    ]

    results = (await guard.post("/v1/scans:batch", {"scans": scans})).json()["results"]

    assert {(r["status"], r["decision_at"], r["decision_now"]) for r in results} == {
        ("accepted", None, None)
    }


async def test_more_than_a_thousand_are_refused_whole(on_stage: Stage) -> None:
    guard = await on_stage.sign_in("guard@stage")
    now = on_stage.platform.clock.now()
    scans = [queued(guard, "x", now) for _ in range(1001)]
    answer = await guard.post("/v1/scans:batch", {"scans": scans})
    assert (answer.status_code, answer.json()["code"]) == (400, "scan.batch-too-long")
    async with on_stage.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM event WHERE kind = 'scan.read'") == 0


async def test_a_scan_older_than_a_day_is_judged_as_of_its_receipt(
    database: str, tmp_path: Path
) -> None:
    clock = SetClock(EPOCH)
    async with stage(database, tmp_path / "home", clock=clock) as on_stage:
        person = await on_stage.person()
        text = await printed(on_stage, person.qid)
        guard = await on_stage.sign_in("guard@stage")
        scanned_at = clock.now()
        clock.advance(timedelta(hours=1))
        async with on_stage.platform.transaction() as db:
            await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
        clock.advance(timedelta(hours=24))
        await on_stage.begin(guard, "guard@stage")
        scans = [queued(guard, text, scanned_at)]
        results = (await guard.post("/v1/scans:batch", {"scans": scans})).json()["results"]
    assert [(r["decision_at"], r["decision_now"]) for r in results] == [("revoked", "revoked")]


async def test_a_person_read_very_often_is_told_and_never_refused(on_stage: Stage) -> None:
    person = await on_stage.person()
    text = await printed(on_stage, person.qid)
    guard = await on_stage.sign_in("guard@stage")
    outcomes = {(await guard.scan(text)).json()["outcome"] for _ in range(63)}
    assert outcomes == {"known"}
    async with on_stage.platform.pool.acquire() as db:
        alarms = await db.fetchval("SELECT count(*) FROM event WHERE kind = 'scan.person-alarm'")
    assert alarms == 1


async def test_unsigned_texts_have_a_tighter_limit(on_stage: Stage) -> None:
    guard = await on_stage.sign_in("guard@stage")
    answers = [await guard.scan("001190000001|THU|1990-02-03|0|1|") for _ in range(61)]
    assert answers[0].status_code == 200
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "access.too-many")
    assert int(answers[-1].headers["retry-after"]) <= 60
