"""The owner of places hears how much is scanned there, each scan once, and of nobody whom."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.staging import Caller, Stage

from motma.access import counts
from motma.access import service as access
from motma.kernel.clock import SetClock
from motma.web.app import sequencer_of

NOW = datetime(2026, 3, 7, 5, tzinfo=UTC)
URL = "/v1/places/activity"


@pytest.fixture
async def clock() -> SetClock:
    return SetClock(NOW)


async def total(on: Stage) -> int:
    """All that was counted, from the table: what is told hides small numbers."""
    async with on.platform.pool.acquire() as db:
        rows = await db.fetch("SELECT place_id, day, hours FROM place_day")
    return sum(sum(counts._open(on.platform.means, row)) for row in rows)


async def counted(on: Stage, expected: int) -> None:
    """Wait until the log has placed, and upkeep counted, this many scans."""
    async with asyncio.timeout(60):
        while await total(on) < expected:
            await asyncio.sleep(0.1)


async def hours_of(inspector: Caller, query: str = "") -> dict[str, list[int | None]]:
    answer = await inspector.send("GET", URL + query)
    assert answer.status_code == 200, answer.text
    return {place["name"]: place["hours"] for place in answer.json()}


async def test_an_inspector_sees_busy_places_few_as_few_and_silent_ones(
    on: Stage, clock: SetClock
) -> None:
    person = await on.person()
    guard, inspector = await on.sign_in("guard@stage"), await on.sign_in("inspector@stage")
    for _ in range(counts.LEAST):
        await guard.scan("x")
    clock.advance(timedelta(minutes=60))
    guard = await on.begin(guard, "guard@stage")
    await guard.scan(person.qid)
    inspector = await on.begin(inspector, "inspector@stage")
    await counted(on, counts.LEAST + 1)

    answer = await inspector.send("GET", URL)

    places = {place["name"]: place for place in answer.json()}
    market, office = places["Stage public-place"], places["Stage office"]
    assert market["hours"] == [0] * 12 + [counts.LEAST, None] + [0] * 10
    assert market["last_scanned_on"] == "2026-03-07"
    assert (office["hours"], office["last_scanned_on"]) == ([0] * 24, None)
    assert person.qid not in answer.text
    yesterday = await hours_of(inspector, "?day=2026-03-06")
    assert {n for hours in yesterday.values() for n in hours} == {0}
    for day in ("2026-03-08", "2025-01-01", "x"):
        refused = await inspector.send("GET", f"{URL}?day={day}")
        assert refused.json()["code"] == "access.day"
    forbidden = await guard.send("GET", URL)
    assert forbidden.json()["code"] == "access.forbidden"


async def test_places_of_another_organisation_are_not_told(on: Stage) -> None:
    guard = await on.sign_in("guard@stage")
    await guard.scan("x")
    await counted(on, 1)
    async with on.platform.transaction() as db:
        other = await access.add_organisation(db, on.platform.means, "Other")
        told = await counts.of_day(
            db, on.platform.means, organisation_id=other, day=date(2026, 3, 7)
        )
    assert told == []


async def test_each_scan_is_counted_once_though_many_count_at_once(on: Stage) -> None:
    """As after a kill: counts and cursor move together, or neither does."""
    guard = await on.sign_in("guard@stage")
    for _ in range(7):
        await guard.scan("x")
    await sequencer_of(on.platform).once()

    async def count(*, cut: bool) -> None:
        db = await on.platform.pool.acquire()
        try:
            transaction = db.transaction()
            await transaction.start()
            await counts.count(db, on.platform.means)
            await (transaction.rollback() if cut else transaction.commit())
        finally:
            await on.platform.pool.release(db)

    await asyncio.gather(*(count(cut=bool(n % 2)) for n in range(8)))
    await counted(on, 7)
    await count(cut=False)
    assert await total(on) == 7


async def test_counts_are_forgotten_after_four_hundred_days(on: Stage, clock: SetClock) -> None:
    guard = await on.sign_in("guard@stage")
    await guard.scan("x")
    await counted(on, 1)
    for days, left in ((400, 1), (402, 0)):
        async with on.platform.transaction() as db:
            await access.forget(db, clock.now() + timedelta(days=days))
        assert await total(on) == left
