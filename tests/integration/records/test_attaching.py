"""Whose a record is: waiting for its person, decisions above evidence, merges and their undo."""

from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.integration.records.conftest import BY, HERS, Desk, dose
from tests.staging import person_claim

from motma.audit import service as audit
from motma.identity import ending
from motma.identity import service as identity
from motma.identity.matching import queueing
from motma.identity.model import ShownDocument
from motma.records import service
from motma.records.errors import NothingToUndo, RecordEnded
from motma.records.model import About
from motma.records.service import Received

#: The made-up adult by her phone and the year of her birth, with another given name beside it.
LITTLE = About(full_name="Thử Thị Nghi", birth="1990", phone="0912345678")


def id_of(one: Received) -> UUID:
    """The record of a delivery that was taken."""
    assert one.record_id is not None
    return one.record_id


async def test_a_record_waits_for_its_person_and_is_found_when_they_register(desk: Desk) -> None:
    [done] = await desk.receive(dose())
    assert not done.attached
    assert [w.record_id for w in await service.waiting(desk.db, desk.means)] == [done.record_id]
    person = await desk.register()
    assert await service.rematch(desk.db, desk.means, person) == 1
    assert await desk.days(person) == ["2025-09-03"]
    assert await service.waiting(desk.db, desk.means) == []
    assert await desk.db.fetchval("SELECT count(*) FROM health_waiting") == 0
    assert await service.rematch(desk.db, desk.means, person) == 0


async def test_records_follow_a_person_whose_data_change(desk: Desk) -> None:
    person = await desk.register(full_name="Trần Văn Tám", birth="1970", sex="unknown")
    late = About(
        full_name="Thử Thị Nghiệm", birth="1990-02-03", document_number="001190000002",
        phone="0912000000",
    )  # fmt: skip
    [done] = await desk.receive(dose(about=late))
    assert not done.attached
    shown = ShownDocument(kind="cccd", number="001190000002", seen=True)
    await identity.add_document(desk.db, desk.means, person, shown, source="desk")
    await identity.correct(desk.db, desk.means, person, person_claim(), source="desk")
    assert await service.follow(desk.db, desk.means, person) == 1
    facts = await service.facts(desk.db, desk.means, person)
    assert (facts.born, len(facts.doses)) == ("1990-02-03", 1)


async def test_a_record_waits_under_its_slips_too(desk: Desk) -> None:
    about = About(
        full_name="Thử Thị Nghiệm", birth="1990-02-03", document_number="001190000010",
        phone="0912345678",
    )  # fmt: skip
    await desk.receive(dose(about=about))
    person = await desk.register()
    assert await service.rematch(desk.db, desk.means, person) == 1


async def test_a_record_waits_only_under_what_its_latest_version_says(desk: Desk) -> None:
    await desk.receive(dose())
    other = About(full_name="Thử Văn Hai", birth="1985-05-05")
    await desk.receive(dose(version=2, about=other))
    person = await desk.register()
    assert await service.rematch(desk.db, desk.means, person) == 0
    await desk.receive(dose(version=3))
    assert await desk.days(person) == ["2025-09-03"]
    assert await desk.db.fetchval("SELECT count(*) FROM health_waiting") == 0


async def test_the_owner_of_a_shared_phone_meets_their_own_record_first(desk: Desk) -> None:
    """An organiser's phone stands on many records; whose keys agree most comes first."""
    phone = "0912345678"
    others = [dose(f"o{n}", about=About(phone=phone)) for n in range(20)]
    await desk.receive(*others, dose("own", about=replace(HERS, phone=phone)))
    person = await desk.register(phones=(phone,))
    assert await service.rematch(desk.db, desk.means, person, limit=1) == 1
    assert await desk.days(person) == ["2025-09-03"]


async def test_somebody_else_s_record_is_not_found(desk: Desk) -> None:
    await desk.receive(dose(about=About(full_name="Thử Văn Hai", birth="1985-05-05")))
    person = await desk.register()
    assert await service.rematch(desk.db, desk.means, person) == 0
    assert await service.records_of(desk.db, desk.means, person) == []


async def test_what_only_a_person_can_decide_is_put_before_a_registrar(desk: Desk) -> None:
    person = await desk.register()
    [done] = await desk.receive(dose(about=LITTLE))
    assert not done.attached
    review = await queueing.next_for(desk.db, desk.means, by=BY)
    assert review is not None
    assert person in review.file.candidates
    await service.attach(desk.db, desk.means, id_of(done), person, how="registrar", by=BY)
    assert await queueing.next_for(desk.db, desk.means, by=UUID(int=8)) is None
    assert await desk.days(person) == ["2025-09-03"]


async def test_a_decision_is_not_moved_by_a_later_version(desk: Desk) -> None:
    await desk.register()
    other = await desk.register(full_name="Thử Văn Hai", birth="1985-05-05", number="001085000002")
    [done] = await desk.receive(dose())
    await service.attach(desk.db, desk.means, id_of(done), other, how="registrar", by=BY)
    await desk.receive(dose(version=2, on="2025-09-09"))
    assert await desk.days(other) == ["2025-09-09"]


async def test_what_was_detached_stays_apart_until_somebody_attaches_it(desk: Desk) -> None:
    person = await desk.register()
    [done] = await desk.receive(dose())
    await service.detach(desk.db, desk.means, id_of(done), by=BY, reason="a namesake's")
    assert await desk.days(person) == []
    await desk.receive(dose(version=2))
    assert await service.rematch(desk.db, desk.means, person) == 0
    assert await desk.days(person) == []
    with pytest.raises(NothingToUndo):
        await service.detach(desk.db, desk.means, id_of(done), by=BY, reason="again")
    await service.attach(desk.db, desk.means, id_of(done), person, how="claim", by=BY)
    assert await desk.days(person) == ["2025-09-03"]
    kinds = [step.kind for step in await service.history_of(desk.db, desk.means, id_of(done))]
    assert sorted(kinds) == ["attached", "attached", "detached", "version", "version"]


async def test_merged_people_have_both_their_records_and_apart_each_their_own(desk: Desk) -> None:
    one = await desk.register()
    two = await desk.register(full_name="Thử Văn Hai", birth="1985-05-05", number="001085000002")
    theirs = About(full_name="Thử Văn Hai", birth="1985-05-05", document_number="001085000002")
    await desk.receive(dose("a", on="2025-09-01"))
    await desk.receive(dose("b", on="2025-09-02", about=theirs))
    gone = await identity.resolve(desk.db, desk.means, two)
    kept = await identity.resolve(desk.db, desk.means, one)
    await ending.merge(desk.db, desk.means, qid=gone.qid, into=kept.qid, reason="one person", by=BY)
    await service.rebuild(desk.db, desk.means, two)
    assert await desk.days(one) == await desk.days(two) == ["2025-09-01", "2025-09-02"]
    await desk.receive(dose("b", version=2, on="2025-09-03", about=theirs))
    assert await desk.days(one) == ["2025-09-01", "2025-09-03"]
    await desk.receive(dose("c", on="2025-09-04", about=theirs))

    await ending.undo_merge(desk.db, desk.means, gone.qid, by=BY)
    for each in (one, two):
        await service.reconsider(desk.db, desk.means, each)

    assert await desk.days(one) == ["2025-09-01"]
    assert await desk.days(two) == ["2025-09-03", "2025-09-04"]


async def test_an_undone_record_can_not_be_attached(desk: Desk) -> None:
    person = await desk.register()
    [done] = await desk.receive(dose())
    await desk.db.execute("UPDATE health_record SET state = 'undone'")
    with pytest.raises(RecordEnded):
        await service.attach(desk.db, desk.means, id_of(done), person, how="claim", by=BY)


async def test_every_step_is_an_event_of_its_person(desk: Desk) -> None:
    person = await desk.register()
    [done] = await desk.receive(dose())
    await service.retract(desk.db, desk.means, id_of(done), by=BY, reason="never given")
    await service.undo_retraction(desk.db, desk.means, id_of(done), by=BY)
    await service.detach(desk.db, desk.means, id_of(done), by=BY, reason="a namesake's")
    page = await audit.reads_of(desk.db, desk.means.vault, desk.clock, [person])
    kinds = {entry.event.kind for entry in page.entries}
    assert kinds >= {
        "records.received",
        "records.attached",
        "records.retracted",
        "records.retraction-undone",
        "records.detached",
    }
