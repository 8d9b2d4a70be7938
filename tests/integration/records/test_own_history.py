"""What a person reads of a record that was somebody else's before: nothing of that time."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.integration.records.conftest import BY, HERS, Desk, dose

from motma.kernel.clock import SystemClock
from motma.records import service
from motma.records.model import About, Delivery, Dose

HIS = About(full_name="Thử Văn Hai", birth="1985-05-05", document_number="001085000002")


async def days_read(desk: Desk, record_id: UUID, person_id: UUID) -> list[str]:
    """The days that stand in the history as this person reads it."""
    steps = await service.history_of(desk.db, desk.means, record_id, people={person_id})
    assert {step.person_id for step in steps} <= {None, person_id}
    return [step.what.on for step in steps if isinstance(step.what, Dose)]


async def sent(desk: Desk, *items: Delivery) -> UUID:
    """Deliveries of one record, an hour apart."""
    record_id = None
    for item in items:
        [done] = await desk.receive(item)
        record_id = done.record_id
        desk.clock.advance(timedelta(hours=1))
    assert record_id is not None
    return record_id


async def two(desk: Desk) -> tuple[UUID, UUID]:
    hers = await desk.register()
    his = await desk.register(
        full_name=HIS.full_name, birth=HIS.birth, number=HIS.document_number, sex="male"
    )
    return hers, his


async def test_versions_about_somebody_else_are_not_read(desk: Desk) -> None:
    _, his = await two(desk)
    record_id = await sent(
        desk,
        dose(version=1, on="2025-09-01"),
        dose(version=3, on="2025-09-03", about=HIS),
        dose(version=2, on="2025-09-02"),  # comes late, and never counted while it was his
        dose(version=4, on="2025-09-04", about=HIS),
    )
    assert await days_read(desk, record_id, his) == ["2025-09-03", "2025-09-04"]


async def test_the_version_by_which_a_record_leaves_is_not_read(desk: Desk) -> None:
    """Also where the clock goes on between a version and the attachment that follows it."""
    means = replace(desk.means, clock=SystemClock())
    running = Desk(desk.db, means, desk.clock)
    hers, his = await two(running)
    record_id = await sent(
        running,
        dose(version=1, on="2025-09-01"),
        dose(version=2, on="2025-09-02", about=HIS),
        dose(version=3, on="2025-09-03"),
    )
    assert await days_read(running, record_id, hers) == ["2025-09-01", "2025-09-03"]
    assert await days_read(running, record_id, his) == ["2025-09-02"]


async def test_what_stood_when_a_decision_gave_it_is_read_and_what_came_before_is_not(
    desk: Desk,
) -> None:
    _, his = await two(desk)
    record_id = await sent(desk, dose(version=1, on="2025-09-01"), dose(version=2, on="2025-09-02"))
    await service.attach(desk.db, desk.means, record_id, his, how="registrar", by=BY)
    desk.clock.advance(timedelta(hours=1))
    await sent(desk, dose(version=3, on="2025-09-03"))
    assert await days_read(desk, record_id, his) == ["2025-09-02", "2025-09-03"]


async def test_all_versions_of_a_record_that_was_never_anybody_else_s_are_read(desk: Desk) -> None:
    hers, _ = await two(desk)
    record_id = await sent(
        desk,
        dose(version=1, on="2025-09-01", about=HERS),
        dose(version=2, on="2025-09-02"),
    )
    assert await days_read(desk, record_id, hers) == ["2025-09-01", "2025-09-02"]
