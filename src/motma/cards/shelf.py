"""The published books as one process knows them: which speaks at a place, without a query."""

import asyncio
from datetime import UTC, date, datetime
from typing import Final

from motma.cards.books import service as published
from motma.kernel.clock import civil_day
from motma.rules.books.choosing import Speaking, speaking
from motma.rules.books.compiling import CompiledBook
from motma.storage.pool import Connection, Pool

_Place = tuple[str | None, date | None, str | None, date]


class Shelf:
    """Books in memory; whoever reads the database compares `changes` and refreshes.

    Choosing is remembered for each place and civil day, for books come into force at midnight.
    """

    def __init__(self) -> None:
        self.books: tuple[CompiledBook, ...] = ()
        self.changes = -1  # how many beginnings and ends of publications are known here
        self.read_at: datetime | None = None
        self._chosen: dict[_Place, Speaking] = {}
        self._catching_up = asyncio.Lock()

    async def catch_up(self, pool: Pool, seen: int, now: datetime) -> None:
        """Read what was published, once for all who saw it together: a gate needs the pool too."""
        async with self._catching_up:
            if seen != self.changes:
                async with pool.acquire() as db:
                    await self.keep_up(db, now)

    async def keep_up(self, db: Connection, now: datetime) -> None:
        """Take over what was published since; who comes meanwhile finds the old or the new."""
        # counted first: what is published while we read must not be taken for known
        changes = await published.changes(db)
        if changes == self.changes:
            return
        # whatever has not ended, for a publisher's clock may be ahead of ours
        self.books = await published.books_at(db, known_at=_LATEST)
        self._chosen = {}
        self.changes, self.read_at = changes, now

    def speaking_at(
        self, commune: str | None, commune_as_of: date | None, kind: str | None, at: datetime
    ) -> Speaking:
        """The book that speaks at a place of this kind in this commune, and those after it.

        Neutral where none does.
        """
        key = (commune, commune_as_of, kind, civil_day(at))
        found = self._chosen.get(key)
        if found is None:
            found = speaking(
                self.books,
                province=None,
                commune=commune,
                place_kind=kind,
                activity=None,
                at=at,
                units_as_of=commune_as_of,
            )
            # every civil day has its own keys: those of days gone by must make room
            if len(self._chosen) >= MOST_REMEMBERED:
                self._chosen = {}
            self._chosen[key] = found
        return found


_LATEST: Final = datetime.max.replace(tzinfo=UTC)
#: Places remembered; a nation has five million, one process serves few of them.
MOST_REMEMBERED: Final = 20_000
