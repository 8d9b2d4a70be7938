"""Rounds go on after a failure, at once while there is more to do, and end when told."""

import asyncio

from motma.kernel.rounds import rounds


async def test_a_failed_round_is_told_and_the_next_one_comes() -> None:
    stop, seen = asyncio.Event(), 0
    told: list[Exception] = []

    async def work() -> bool:
        nonlocal seen
        seen += 1
        if seen == 1:
            raise ConnectionError
        if seen == 4:
            stop.set()
        return seen < 4

    await asyncio.wait_for(rounds(work, stop, rest_s=0.001, failed=told.append), 10)
    assert seen == 4
    assert [type(each) for each in told] == [ConnectionError]


async def test_a_rest_ends_when_told_to_stop() -> None:
    stop = asyncio.Event()

    async def nothing() -> bool:
        asyncio.get_running_loop().call_soon(stop.set)
        return False

    await asyncio.wait_for(rounds(nothing, stop, rest_s=3600, failed=print), 10)
