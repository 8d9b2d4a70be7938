"""Whatever order deliveries come in, and however often, the outcome is the same."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.records.conftest import HERS, Desk, desk, dose

from motma.records import service
from motma.records.model import NOBODY, About, Delivery

__all__ = ["desk"]

THEIRS = About(full_name="Thử Văn Hai", birth="1985-05-05", document_number="001085000002")


def _delivery(number: int, version: int, on: int, about: About, *, taken_back: bool) -> Delivery:
    status = "entered-in-error" if taken_back else "final"
    return dose(f"d{number}", version=version, on=f"2025-09-{on:02d}", about=about, status=status)


deliveries = st.builds(
    _delivery,
    st.sampled_from([1, 1, 1, 2]),  # few of each, so that deliveries meet
    st.integers(1, 2),
    st.integers(1, 2),
    st.sampled_from([HERS, THEIRS, NOBODY]),
    taken_back=st.booleans(),
)


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[list[Delivery]], list[list[Delivery]]]:
    """The same deliveries twice: as they are, and shuffled with repeats, both cut into calls."""
    sent = draw(st.lists(deliveries, min_size=3, max_size=6))
    repeats = draw(st.lists(st.sampled_from(sent), max_size=3))
    # backwards is what differs most; shuffles find the rest
    mixed = draw(st.just(sent[::-1]) | st.permutations(sent)) + repeats
    return _cut(draw, sent), _cut(draw, mixed)


def _cut(draw: st.DrawFn, sent: list[Delivery]) -> list[list[Delivery]]:
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(sent) - 1)), max_size=3)))
    return [sent[a:b] for a, b in itertools.pairwise([0, *cuts, len(sent)])]


async def _outcome(desk: Desk, calls: list[list[Delivery]]) -> object:
    """What the records, their people and the facts are after these calls; then all undone."""
    attempt = desk.db.transaction()
    await attempt.start()
    try:
        people = [
            await desk.register(),
            await desk.register(full_name="Thử Văn Hai", birth="1985-05-05", number="001085000002"),
        ]
        for items in calls:
            await desk.receive(*items)
        rows = await desk.db.fetch(
            "SELECT record_id, version, state, person_id FROM health_record ORDER BY record_id"
        )
        whose = {None: "nobody"} | dict(zip(people, ("hers", "theirs"), strict=True))
        return (
            [(r["record_id"], r["version"], r["state"], whose[r["person_id"]]) for r in rows],
            [
                [shown.what for shown in await service.records_of(desk.db, desk.means, person)]
                for person in people
            ],
            [await service.facts(desk.db, desk.means, person) for person in people],
        )
    finally:
        await attempt.rollback()


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(arrivals())
async def test_neither_order_nor_repeats_change_the_outcome(
    desk: Desk, drawn: tuple[list[list[Delivery]], list[list[Delivery]]]
) -> None:
    straight, mixed = drawn
    assert await _outcome(desk, mixed) == await _outcome(desk, straight)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_record_follows_the_evidence_of_its_latest_version(
    desk: Desk, order: tuple[int, ...]
) -> None:
    hers = await desk.register()
    theirs = await desk.register(full_name="Thử Văn Hai", birth="1985-05-05", number="001085000002")
    sent = [
        dose(version=1, about=HERS),
        dose(version=2, about=THEIRS),
        dose(version=3, about=NOBODY, status="entered-in-error"),
    ]
    for at in order:
        await desk.receive(sent[at])
    assert await service.records_of(desk.db, desk.means, hers) == []
    [shown] = await service.records_of(desk.db, desk.means, theirs)
    assert shown.state == "retracted"
