"""Work that goes on round after round beside everything else, whatever one round meets."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress


async def rounds(
    work: Callable[[], Awaitable[bool]],
    stop: asyncio.Event,
    *,
    rest_s: float,
    failed: Callable[[Exception], object],
) -> None:
    """Call `work` until told to stop; it says whether there may be more to do at once.

    Otherwise, and after a round that raised, it rests. What was raised goes to `failed`, which
    tells it: a database that restarts, or a defect, ends nothing and is not silent.
    """
    while not stop.is_set():
        more = False
        try:
            more = await work()
        except Exception as error:  # noqa: BLE001 - handed on, whatever it is; the rounds go on
            failed(error)
        if not more:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), rest_s)
