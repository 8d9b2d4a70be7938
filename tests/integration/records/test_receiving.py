"""Deliveries find their person, once and in any order; what was said stays."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.integration.records.conftest import BY, HERS, NOON, Desk, dose

from motma.kernel.errors import Malformed
from motma.records import service
from motma.records.errors import NothingToUndo, RecordEnded, RecordUnknown
from motma.records.model import NOBODY


async def test_a_dose_finds_its_person_and_becomes_a_fact(desk: Desk) -> None:
    person = await desk.register()
    [done] = await desk.receive(dose())
    assert (done.status, done.attached) == ("received", True)
    facts = await service.facts(desk.db, desk.means, person)
    assert [(d.on, d.number, d.of) for d in facts.doses] == [("2025-09-03", 1, 2)]
    assert facts.born == "1990-02-03"


async def test_the_same_delivery_again_changes_nothing(desk: Desk) -> None:
    await desk.register()
    await desk.receive(dose())
    before = await desk.db.fetch("SELECT * FROM health_record_version")
    [again] = await desk.receive(dose())
    assert again.status == "known"
    assert again.attached
    assert await desk.db.fetch("SELECT * FROM health_record_version") == before


async def test_a_higher_version_counts_whenever_it_comes(desk: Desk) -> None:
    person = await desk.register()
    await desk.receive(dose(version=2, on="2025-09-04"))
    [late] = await desk.receive(dose(version=1))
    assert late.status == "received"
    assert await desk.days(person) == ["2025-09-04"]


async def test_a_reused_version_is_told_and_order_still_decides_nothing(desk: Desk) -> None:
    person = await desk.register()
    await desk.receive(dose("a", on="2025-09-03"), dose("b", on="2025-09-04"))
    told = await desk.receive(dose("a", on="2025-09-04"), dose("b", on="2025-09-03"))
    assert [one.warning for one in told] == ["records.version-reused"] * 2
    assert await desk.days(person) == ["2025-09-04"]


async def test_one_bad_delivery_is_refused_alone(desk: Desk) -> None:
    await desk.register()
    told = await desk.receive(dose("a"), dose("b", product="snake oil"), dose("c", on="3/9/2025"))
    assert [(one.status, one.problem, one.field) for one in told] == [
        ("received", None, None),
        ("refused", "records.code-unknown", "product"),
        ("refused", "records.day", "on"),
    ]


async def test_a_source_retracts_and_its_person_still_sees_it(desk: Desk) -> None:
    person = await desk.register()
    await desk.receive(dose())
    await desk.receive(dose(version=2, status="entered-in-error", about=NOBODY))
    assert await desk.days(person) == []
    [shown] = await service.records_of(desk.db, desk.means, person)
    assert (shown.state, shown.provenance.version) == ("retracted", 2)


async def test_what_is_retracted_here_counts_again_after_its_undo(desk: Desk) -> None:
    person = await desk.register()
    [done] = await desk.receive(dose())
    assert done.record_id is not None
    await service.retract(desk.db, desk.means, done.record_id, by=BY, reason="another person's")
    assert await desk.days(person) == []
    with pytest.raises(RecordEnded):
        await service.retract(desk.db, desk.means, done.record_id, by=BY, reason="again")
    await service.undo_retraction(desk.db, desk.means, done.record_id, by=BY)
    assert await desk.days(person) == ["2025-09-03"]
    with pytest.raises(NothingToUndo):
        await service.undo_retraction(desk.db, desk.means, done.record_id, by=BY)


async def test_the_source_s_answer_to_a_retraction_counts(desk: Desk) -> None:
    person = await desk.register()
    [done] = await desk.receive(dose())
    assert done.record_id is not None
    await service.retract(desk.db, desk.means, done.record_id, by=BY, reason="wrong day")
    await desk.receive(dose())
    assert await desk.days(person) == [], "the same words are no answer"
    await desk.receive(dose(version=2, on="2025-09-05"))
    assert await desk.days(person) == ["2025-09-05"]


async def test_two_sources_report_one_dose_and_it_counts_once(desk: Desk) -> None:
    person = await desk.register()
    await desk.receive(dose("a"), source="registry")
    await desk.receive(dose("x", number=None, of=None), source="clinic")
    assert await desk.days(person) == ["2025-09-03"]
    assert len(await service.records_of(desk.db, desk.means, person)) == 2


async def test_facts_are_what_was_true_and_known_then(desk: Desk) -> None:
    person = await desk.register()
    await desk.receive(dose())
    desk.clock.advance(timedelta(days=1))
    [second] = await desk.receive(dose("d2", on="2025-12-01", number=2))
    desk.clock.advance(timedelta(days=1))
    assert second.record_id is not None
    await service.retract(desk.db, desk.means, second.record_id, by=BY, reason="never given")

    async def days(*, true_at: int = 0, known_at: int) -> list[str]:
        facts = await service.facts_of(
            desk.db, desk.means, person,
            true_at=NOON - timedelta(days=true_at), known_at=NOON + timedelta(days=known_at),
        )  # fmt: skip
        return [each.on for each in facts.doses]

    assert await days(known_at=-1) == []
    assert await days(known_at=0) == ["2025-09-03"]
    assert await days(known_at=1) == ["2025-09-03", "2025-12-01"]
    assert await days(known_at=1, true_at=60) == ["2025-09-03"]
    assert await days(known_at=2) == ["2025-09-03"]


async def test_a_source_has_a_name_and_a_call_an_end(desk: Desk) -> None:
    with pytest.raises(Malformed):
        await desk.receive(dose(), source="  ")
    with pytest.raises(Malformed):
        await desk.receive(*[dose(str(n)) for n in range(501)])


async def test_an_unknown_record_is_unknown(desk: Desk) -> None:
    with pytest.raises(RecordUnknown):
        await service.retract(desk.db, desk.means, UUID(int=1), by=BY, reason="none")


async def test_nothing_of_a_record_stands_in_the_database_in_clear(desk: Desk) -> None:
    await desk.register()
    await desk.receive(dose(lot="LOT-42"), source="a clinic")
    words = [b"LOT-42", b"clinic", HERS.full_name.encode(), b"1528", b'"dose"']
    for table in ("health_record", "health_record_version", "health_attachment", "person_facts"):
        rows = await desk.db.fetch(f"SELECT * FROM {table}")
        assert rows
        for row in rows:
            values = [v if isinstance(v, bytes) else str(v).encode() for v in row.values()]
            assert [w for w in words for value in values if w in value] == []
