"""Records whose person is not certain: one look for all alike, decided by people, undone again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.staging import Stage, stage

from motma.identity.matching import queueing
from motma.identity.matching.deciding import Decision, Match
from motma.identity.matching.evidence import Evidence
from motma.identity.matching.finding import find
from motma.identity.matching.queueing import LEASE, Subject
from motma.kernel.clock import SetClock, SystemClock
from motma.records import service as records
from motma.records.model import About, Delivery, Dose

NAME, BORN = "Nguyễn Văn Hùng", "1990-02-03"
SAID = Evidence(full_name=NAME, birth=BORN, sex="male")


async def namesakes(stage: Stage) -> list[UUID]:
    """Two people of one name and birthday."""
    both = []
    for number, phone in (("001090000001", "0912345678"), ("001090000002", "0912345679")):
        done = await stage.person(full_name=NAME, sex="male", number=number, phones=(phone,))
        both.append(done.person_id)
    return both


async def match_of(stage: Stage, evidence: Evidence) -> Match[UUID]:
    async with stage.platform.transaction() as db:
        return await find(db, stage.platform.means, evidence)


async def offer(
    stage: Stage, evidence: Evidence = SAID, subject_id: UUID | None = None
) -> UUID | None:
    match = await match_of(stage, evidence)
    assert match.decision is Decision.REVIEW
    subject = Subject("record", subject_id or uuid4())
    async with stage.platform.transaction() as db:
        return await queueing.offer(db, stage.platform.means, subject, evidence, match)


async def waiting_record(stage: Stage, source_id: str = "r1") -> UUID:
    """A dose that says no more than name and birth date: receiving it puts it in the queue."""
    about = About(full_name=NAME, birth=BORN, sex="male")
    what = Dose(disease="840539006", product="EU/1/20/1528", on="2021-09-03", number=1, of=2)
    delivery = Delivery(id=source_id, about=about, what=what)
    async with stage.platform.transaction() as db:
        [done] = await records.receive(db, stage.platform.means, "registry", [delivery])
    assert (done.attached, done.problem) == (False, None)
    assert done.record_id is not None
    return done.record_id


async def owner(stage: Stage, record_id: UUID) -> UUID | None:
    async with stage.platform.transaction() as db:
        return (await records.find(db, stage.platform.means, record_id)).person_id


async def state(stage: Stage) -> tuple[int, int]:
    async with stage.platform.transaction() as db:
        row = await queueing.state(db)
    return row["reviews"], row["records"]


async def test_records_with_the_same_evidence_are_one_review(on_stage: Stage) -> None:
    await namesakes(on_stage)
    one = await offer(on_stage)
    other = await offer(on_stage, replace(SAID, full_name="NGUYEN  VAN HUNG"))
    assert one == other
    assert await state(on_stage) == (1, 2)


async def test_the_same_record_offered_again_changes_nothing(on_stage: Stage) -> None:
    await namesakes(on_stage)
    subject_id = uuid4()
    assert await offer(on_stage, subject_id=subject_id) == await offer(
        on_stage, subject_id=subject_id
    )
    assert await state(on_stage) == (1, 1)


async def test_a_record_whose_evidence_changed_leaves_its_review(on_stage: Stage) -> None:
    await namesakes(on_stage)
    subject_id = uuid4()
    before = await offer(on_stage, subject_id=subject_id)
    after = await offer(on_stage, replace(SAID, phone="0987654321"), subject_id)
    assert before != after
    assert await state(on_stage) == (1, 1)


async def test_what_was_withdrawn_waits_for_nobody(on_stage: Stage) -> None:
    await namesakes(on_stage)
    subject_id = uuid4()
    await offer(on_stage, subject_id=subject_id)
    async with on_stage.platform.transaction() as db:
        subject = Subject("record", subject_id)
        await queueing.withdraw(db, on_stage.platform.means, subject)
        await queueing.withdraw(db, on_stage.platform.means, subject)
    assert await state(on_stage) == (0, 0)


async def test_the_review_that_unlocks_most_comes_first(on_stage: Stage) -> None:
    await namesakes(on_stage)
    single = await offer(on_stage, replace(SAID, sex=""))
    for _ in range(3):
        several = await offer(on_stage)
    async with on_stage.platform.transaction() as db:
        rows = await queueing.waiting(db, on_stage.platform.means)
    assert [row["review_id"] for row in rows] == [several, single]
    assert rows[0]["usefulness"] == pytest.approx(3 * rows[0]["probability"])


async def test_two_registrars_never_look_at_one_review_until_the_lease_ends(
    database: str, tmp_path: Path
) -> None:
    clock = SetClock(SystemClock().now())
    async with stage(database, tmp_path / "home", clock=clock) as on_stage:
        await namesakes(on_stage)
        await offer(on_stage)
        means = on_stage.platform.means

        async def looks(by: int) -> UUID | None:
            async with on_stage.platform.transaction() as db:
                found = await queueing.next_for(db, means, by=UUID(int=by))
            return found.review_id if found is not None else None

        first = await looks(1)
        assert first is not None
        assert [await looks(2), await looks(1)] == [None, first]
        clock.advance(LEASE + timedelta(seconds=1))
        assert await looks(2) == first


async def test_a_review_somebody_looks_at_is_not_decided_by_another(on_stage: Stage) -> None:
    await namesakes(on_stage)
    await waiting_record(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    review = (await registrar.post("/v1/matching:next", None)).json()["review"]
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        await db.execute("UPDATE local.match_review SET leased_by = $1", UUID(int=9))
    body = {"review_id": review["review_id"], "decision": "none"}
    answer = await registrar.post("/v1/matching:decide", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "matching.review-taken")
    async with on_stage.platform.transaction() as db:
        review_id = UUID(review["review_id"])
        await queueing.decide(db, means, review_id, decision="none", by=UUID(int=9))


async def test_a_registrar_sees_both_sides_and_links_the_record(on_stage: Stage) -> None:
    both = await namesakes(on_stage)
    record_id = await waiting_record(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")

    shown = (await registrar.post("/v1/matching:next", None)).json()
    review = shown["review"]
    assert {side["person_id"] for side in review["candidates"]} == set(map(str, both))
    birth = next(one for one in review["candidates"][0]["differences"] if one["feature"] == "birth")
    assert (birth["said"], birth["known"], birth["level"]) == (BORN, BORN, "equal")

    body = {"review_id": review["review_id"], "decision": "link", "person_id": str(both[1])}
    assert (await registrar.post("/v1/matching:decide", body)).json() == {"records": 1}
    assert await owner(on_stage, record_id) == both[1]
    again = await registrar.post("/v1/matching:decide", body)
    assert (again.status_code, again.json()["code"]) == (404, "matching.review-unknown")


async def test_an_undone_link_leaves_the_record_nobodys_and_waiting(on_stage: Stage) -> None:
    both = await namesakes(on_stage)
    record_id = await waiting_record(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    review = (await registrar.post("/v1/matching:next", None)).json()["review"]
    body = {"review_id": review["review_id"], "decision": "link", "person_id": str(both[0])}
    await registrar.post("/v1/matching:decide", body)

    undo = {"review_id": review["review_id"]}
    assert (await registrar.post("/v1/matching:undo", undo)).json() == {"records": 1}

    assert await owner(on_stage, record_id) is None
    assert await state(on_stage) == (1, 1)
    assert (await registrar.post("/v1/matching:undo", undo)).status_code == 404
    fresh = (await registrar.post("/v1/matching:next", None)).json()["review"]
    right = {"review_id": fresh["review_id"], "decision": "link", "person_id": str(both[1])}
    await registrar.post("/v1/matching:decide", right)
    assert await owner(on_stage, record_id) == both[1]


async def test_undoing_a_link_takes_no_record_from_whoever_has_it_now(on_stage: Stage) -> None:
    both = await namesakes(on_stage)
    moved, stayed = await waiting_record(on_stage), await waiting_record(on_stage, "r2")
    registrar = await on_stage.sign_in("registrar@stage")
    review = (await registrar.post("/v1/matching:next", None)).json()["review"]
    body = {"review_id": review["review_id"], "decision": "link", "person_id": str(both[0])}
    assert (await registrar.post("/v1/matching:decide", body)).json() == {"records": 2}
    async with on_stage.platform.transaction() as db:
        means = on_stage.platform.means
        await records.attach(db, means, moved, both[1], how="registrar", by=uuid4())

    undone = await registrar.post("/v1/matching:undo", {"review_id": review["review_id"]})

    assert undone.json() == {"records": 1}
    assert (await owner(on_stage, moved), await owner(on_stage, stayed)) == (both[1], None)
    assert await state(on_stage) == (1, 1), "only what is nobody's waits again"


async def test_none_is_asked_again_only_when_somebody_new_comes_into_question(
    on_stage: Stage,
) -> None:
    await namesakes(on_stage)
    record_id = await waiting_record(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    review = (await registrar.post("/v1/matching:next", None)).json()["review"]
    body = {"review_id": review["review_id"], "decision": "none"}
    await registrar.post("/v1/matching:decide", body)

    assert await offer(on_stage, subject_id=record_id) is None
    await on_stage.person(full_name=NAME, sex="male", number="001090000003", phones=())
    assert await offer(on_stage, subject_id=record_id) is not None


async def test_a_passed_review_is_left_to_others(on_stage: Stage) -> None:
    await namesakes(on_stage)
    await waiting_record(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    review = (await registrar.post("/v1/matching:next", None)).json()["review"]
    body = {"review_id": review["review_id"], "decision": "skip"}
    assert (await registrar.post("/v1/matching:decide", body)).json() == {"records": 0}
    assert (await registrar.post("/v1/matching:next", None)).json()["review"] is None
    async with on_stage.platform.transaction() as db:
        found = await queueing.next_for(db, on_stage.platform.means, by=UUID(int=9))
    assert found is not None


@pytest.mark.parametrize("person", [None, str(UUID(int=5))])
async def test_only_a_candidate_is_linked(on_stage: Stage, person: str | None) -> None:
    await namesakes(on_stage)
    record_id = await waiting_record(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    review = (await registrar.post("/v1/matching:next", None)).json()["review"]
    body = {"review_id": review["review_id"], "decision": "link", "person_id": person}
    answer = await registrar.post("/v1/matching:decide", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "matching.not-a-candidate")
    assert await owner(on_stage, record_id) is None


async def test_whoever_came_into_question_sees_that_they_were_looked_at(on_stage: Stage) -> None:
    both = await namesakes(on_stage)
    await waiting_record(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    await registrar.post("/v1/matching:next", None)
    wallet = await on_stage.wallet(both[0])
    reads: list[dict[str, Any]] = (await wallet.send("GET", "/v1/me/reads")).json()
    assert [read["role"] for read in reads] == ["registrar"]


async def test_only_a_registrar_works_on_the_queue(on_stage: Stage) -> None:
    body = {"review_id": str(UUID(int=1)), "decision": "none"}
    for login in ("guard@stage", "operator@stage", "inspector@stage", "nurse@stage"):
        caller = await on_stage.sign_in(login)
        answers = [
            await caller.post("/v1/matching:next", None),
            await caller.post("/v1/matching:decide", body),
            await caller.post("/v1/matching:undo", {"review_id": body["review_id"]}),
        ]
        assert {answer.status_code for answer in answers} == {403}


async def test_what_was_decided_a_month_ago_is_forgotten(on_stage: Stage) -> None:
    await namesakes(on_stage)
    await waiting_record(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    review = (await registrar.post("/v1/matching:next", None)).json()["review"]
    body = {"review_id": review["review_id"], "decision": "none"}
    await registrar.post("/v1/matching:decide", body)
    now = on_stage.platform.clock.now()
    left = []
    for moment in (now, now + queueing.KEEP + timedelta(minutes=1)):
        async with on_stage.platform.transaction() as db:
            await queueing.forget(db, moment)
            left.append(
                await db.fetchval(
                    "SELECT (SELECT count(*) FROM local.match_review)"
                    " + (SELECT count(*) FROM local.match_subject)"
                )
            )
    assert left == [2, 0]


async def test_no_word_of_the_evidence_stands_in_the_database(on_stage: Stage) -> None:
    await namesakes(on_stage)
    await offer(on_stage)
    async with on_stage.platform.transaction() as db:
        review = await db.fetchrow("SELECT * FROM local.match_review")
        subject = await db.fetchrow("SELECT * FROM local.match_subject")
    assert review is not None
    assert subject is not None
    stored = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for value in (*review.values(), *subject.values())
    )
    for word in ("Nguy", "Hùng", "HUNG", BORN):
        assert word.encode() not in stored
