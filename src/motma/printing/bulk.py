"""The bulk print of a list of people: PDFs in parts, in a folder, that goes on where it was killed.

A part is one transaction and one file. The events of its cards are committed first, then the file
is written beside and renamed, then the manifest says so. Killed in between, the part is made again
under the same name: no card stands in two files or in none, and the log tells of one print too many
rather than of one too few.
"""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.errors import PersonUnknown, QidEnded
from motma.printing import manifest, model, queries, tray
from motma.printing import service as printing
from motma.printing.errors import JobRunning
from motma.printing.manifest import Manifest, Part, Refused
from motma.printing.model import Card, Layout, Slip
from motma.printing.press import Press
from motma.printing.service import Printed
from motma.storage.pool import Pool

#: Sheets of A4 in one file, fronts and backs: a printer's tray, and half a second of a press.
SHEETS_A_PART: Final = 25
#: Cards that take as long as a sheet, where each has pages of its own.
_CARDS_FOR_A_SHEET: Final = 10

TITLE: Final = "Thẻ mã QR cá nhân"
#: A row whose person stands in the list before.
TWICE: Final = "printing.twice"

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to print: QIDs in the order of the pages, how they stand on them, and where to."""

    qids: Sequence[str]
    layout: Layout
    folder: Path
    host: str
    demo: bool
    activation: bool = False  # a slip with an activation code for each, behind a part's cards
    sheets_a_part: int = SHEETS_A_PART
    presses: int = field(default_factory=lambda: min(os.cpu_count() or 1, 8))

    @property
    def cards_a_part(self) -> int:
        """How many cards stand in one file."""
        each = self.layout.cards_a_sheet
        return self.sheets_a_part * (_CARDS_FOR_A_SHEET if each == 1 else each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a job came to."""

    files: tuple[str, ...]
    cards: int
    refused: tuple[Refused, ...]


async def run(pool: Pool, means: Means, order: Order, told: Told = lambda _rows: None) -> Done:
    """Print what is not printed yet; `told` hears how many rows of the list are done."""
    tray.folder(order.folder)
    with _alone(order.folder):
        async with pool.acquire() as db:
            owners = await queries.whose(db, order.qids)
        job = _Job(pool, means, order, told, _chunks(order), _firsts(order.qids, owners))
        return await job.run()


@dataclass(slots=True)
class _Job:
    """One run over a folder."""

    pool: Pool
    means: Means
    order: Order
    told: Told
    chunks: dict[int, list[tuple[int, str]]]  # part → rows of the list, numbered from 1
    firsts: frozenset[int]  # rows whose person does not stand in the list before
    done: Manifest = field(init=False)
    rows_done: int = 0

    async def run(self) -> Done:
        """Make the parts that are missing, several at a time, each on a press of its own."""
        self.done = manifest.started(self.order.folder, _wanted(self.order))
        missing = [n for n in self.chunks if not self.done.whole(self.order.folder, n)]
        self._tell(sum(len(rows) for n, rows in self.chunks.items() if n not in missing))
        presses: asyncio.Queue[Press] = asyncio.Queue()
        with ExitStack() as stack:
            for _ in range(min(self.order.presses, len(missing))):
                presses.put_nowait(stack.enter_context(Press()))
            waiting = iter(missing)  # one part more is prepared than presses can set
            workers = [self._work(waiting, presses) for _ in range(presses.qsize() + 1)]
            await _together(workers)
        return self._outcome()

    async def _work(self, waiting: Iterator[int], presses: asyncio.Queue[Press]) -> None:
        for number in waiting:
            await self._make(number, presses)
            self._tell(len(self.chunks[number]))

    async def _make(self, number: int, presses: asyncio.Queue[Press]) -> None:
        """One part: events, file, manifest, in this order."""
        made_at = self.means.clock.now()
        cards, slips, refused = await self._signed(self.chunks[number])
        name, pdf = "", b""
        if cards:
            name = f"part-{number:0{len(str(len(self.chunks)))}d}.pdf"
            press = await presses.get()
            try:
                pdf = await asyncio.to_thread(
                    press.print, self._document(number, cards, slips), made_at=made_at
                )
            finally:
                presses.put_nowait(press)
            await asyncio.to_thread(tray.put, self.order.folder / name, pdf)
        digest = hashlib.sha256(pdf).hexdigest()
        part = Part(file=name, sha256=digest, cards=len(cards), refused=tuple(refused))
        self.done = self.done.with_part(number, part)
        manifest.keep(self.order.folder, self.done)

    async def _signed(
        self, rows: list[tuple[int, str]]
    ) -> tuple[list[Card], list[Slip], list[Refused]]:
        """The cards and slips of some rows, their events committed; and who gets none."""
        cards: list[Card] = []
        slips: list[Slip] = []
        refused: list[Refused] = []
        printed = Printed(layout=self.order.layout, by="command")
        async with self.pool.acquire() as db, db.transaction():
            for row, qid in rows:
                if row not in self.firsts:
                    refused.append(Refused(row, TWICE))
                    continue
                try:
                    person = await identity.find(db, self.means, qid)
                    cards.append(await printing.card(db, self.means, person, printed))
                    if self.order.activation:
                        slips.append(await printing.slip(db, self.means, person))
                except (PersonUnknown, QidEnded) as why:
                    refused.append(Refused(row, why.code))
        return cards, slips, refused

    def _document(
        self, number: int, cards: Sequence[Card], slips: Sequence[Slip]
    ) -> dict[str, Any]:
        foot = f"phần / part {number}/{len(self.chunks)}"
        pages = [model.cards_part(self.order.layout, cards, foot=foot)]
        if slips:
            pages.append(model.slips_part(slips))
        return model.document(TITLE, pages, host=self.order.host, demo=self.order.demo)

    def _tell(self, rows: int) -> None:
        self.rows_done += rows
        self.told(self.rows_done)

    def _outcome(self) -> Done:
        parts = [self.done.parts[number] for number in sorted(self.done.parts)]
        return Done(
            files=tuple(part.file for part in parts if part.file),
            cards=sum(part.cards for part in parts),
            refused=tuple(each for part in parts for each in part.refused),
        )


def _chunks(order: Order) -> dict[int, list[tuple[int, str]]]:
    """Rows of the list by part; both are numbered from 1."""
    rows, size = list(enumerate(order.qids, 1)), order.cards_a_part
    return {i // size + 1: rows[i : i + size] for i in range(0, len(rows), size)}


def _firsts(qids: Sequence[str], owners: Mapping[str, UUID]) -> frozenset[int]:
    """Rows at which somebody stands for the first time: twice in a list is one card."""
    seen: dict[UUID | str, int] = {}
    for row, qid in enumerate(qids, 1):
        seen.setdefault(owners.get(qid, qid), row)
    return frozenset(seen.values())


def _wanted(order: Order) -> Manifest:
    """The manifest of a job that has done nothing yet."""
    return Manifest(
        layout=str(order.layout),
        activation=order.activation,
        cards_a_part=order.cards_a_part,
        list_sha256=manifest.hash_of(order.qids),
        rows=len(order.qids),
    )


async def _together(workers: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All of them; the first that fails ends the others, and is what the caller hears."""
    try:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else prints into the folder; the lock dies with its process."""
    handle = os.open(folder / manifest.LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise JobRunning from None
    finally:
        os.close(handle)
