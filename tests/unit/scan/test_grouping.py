"""Grouping: company when it is busy, no wait when it is idle, nobody fails for another."""

import asyncio
from collections.abc import Sequence

import pytest

from motma.scan.grouping import Grouped


class Lane:
    """Doubles numbers and remembers who was worked on together; refuses 13."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []

    async def work(self, group: Sequence[int]) -> list[int]:
        """Double them."""
        self.rounds.append(list(group))
        await asyncio.sleep(0)
        if 13 in group:
            raise ValueError("13")
        return [2 * number for number in group]


async def test_what_arrives_during_a_round_shares_the_next() -> None:
    lane = Lane()
    grouped = Grouped(lane.work)
    first = asyncio.create_task(grouped.do(1))
    while not lane.rounds:
        await asyncio.sleep(0)
    assert list(await asyncio.gather(first, grouped.do(2), grouped.do(3))) == [2, 4, 6]
    assert lane.rounds == [[1], [2, 3]]


async def test_one_that_fails_fails_alone() -> None:
    grouped = Grouped(Lane().work)
    results = await asyncio.gather(*map(grouped.do, (12, 13, 14)), return_exceptions=True)
    assert (results[0], results[2]) == (24, 28)
    assert isinstance(results[1], ValueError)


async def test_whoever_is_alone_never_waits_for_company() -> None:
    grouped = Grouped(Lane().work, pace_s=3600)
    assert [await asyncio.wait_for(grouped.do(n), 60) for n in (1, 2, 3)] == [2, 4, 6]


async def test_rounds_that_had_company_keep_a_pace() -> None:
    lane = Lane()
    grouped = Grouped(lane.work, pace_s=1)
    assert list(await asyncio.gather(grouped.do(1), grouped.do(2))) == [2, 4]
    third = asyncio.create_task(grouped.do(3))
    await asyncio.sleep(0.01)
    assert list(await asyncio.gather(third, grouped.do(4))) == [6, 8]
    assert lane.rounds == [[1, 2], [3, 4]]


@pytest.mark.parametrize("pace_s", [0.0, 0.001])
async def test_everybody_gets_their_own(pace_s: float) -> None:
    grouped = Grouped(Lane().work, pace_s=pace_s)
    numbers = [n for n in range(1000) if n != 13]
    assert await asyncio.gather(*map(grouped.do, numbers)) == [2 * n for n in numbers]
