"""Grouping: what arrives while a statement is under way shares the next one.

An idle platform works on a scan at once, a busy one on many together; where small groups cost more
than a short wait, rounds with company keep a pace. One bad row must not fail its group, so a group
that fails is worked on one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Final, Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")

#: More in one statement would only make everybody in it wait longer.
LARGEST: Final = 256


class Grouped(Generic[Asked, Given]):
    """Turns a function over many into one that callers await each for themselves."""

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Awaitable[Sequence[Given]]],
        *,
        pace_s: float = 0.0,
    ) -> None:
        """`pace_s`: seconds from the start of a round of several to the next."""
        self._work = work
        self._pace_s = pace_s
        self._waiting: list[tuple[Asked, asyncio.Future[Given]]] = []
        self._working: asyncio.Task[None] | None = None

    async def do(self, asked: Asked) -> Given:
        """This one's result, or the error that working on it alone raised."""
        done: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, done))
        if self._working is None:
            self._working = asyncio.create_task(self._rounds())
        return await done

    async def _rounds(self) -> None:
        try:
            while self._waiting:
                began = monotonic()
                group, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
                await self._round(group)
                rest = began + self._pace_s - monotonic()
                alone = len(group) == 1 and not self._waiting
                if rest > 0 and not alone and len(self._waiting) < LARGEST:
                    await asyncio.sleep(rest)
        finally:
            self._working = None

    async def _round(self, group: list[tuple[Asked, asyncio.Future[Given]]]) -> None:
        try:
            results = await self._work([asked for asked, _ in group])
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, and only they
            if len(group) > 1:
                for one in group:
                    await self._round([one])
            elif not group[0][1].done():
                group[0][1].set_exception(error)
            return
        for (_, done), result in zip(group, results, strict=True):
            if not done.done():
                done.set_result(result)
