"""Looking up: everything the register knows that a scan's decision needs, in one statement.

Scans that arrive while a look-up is under way share the next one, as appends do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.scan import queries
from motma.scan.grouping import Grouped
from motma.storage.pool import Pool

#: A look-up of three scans costs three times as much a scan as one of sixteen; a scan waits at most
#: this long for company, and its append then shares its group. Source: bench/README.md.
PACE_S: Final = 0.008


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to look up for one scan."""

    device_id: UUID
    session_id: UUID
    scan_id: UUID
    place_id: UUID
    qid: str | None
    blinds: Sequence[bytes]
    wallets: bool
    now: datetime


class Register:
    """Looks up many scans with one statement."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._grouped = Grouped(self._read, pace_s=PACE_S)

    async def look_up(self, wanted: Wanted) -> Record:
        """The row of one scan; each part of it is null where there is nothing."""
        return await self._grouped.do(wanted)

    async def _read(self, group: Sequence[Wanted]) -> list[Record]:
        numbered = [(n, b) for n, one in enumerate(group, 1) for b in one.blinds]
        async with self._pool.acquire() as db:
            return await db.fetch(
                queries.READ,
                [one.device_id for one in group],
                [one.session_id for one in group],
                [one.scan_id for one in group],
                [one.place_id for one in group],
                [one.qid for one in group],
                [one.wallets for one in group],
                [n for n, _ in numbered],
                [blind for _, blind in numbered],
                min(one.scan_id for one in group),
                max(one.scan_id for one in group),
                [one.now for one in group],
            )
