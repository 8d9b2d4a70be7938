"""Run an import: read, prepare in worker processes, merge chunk by chunk, resume where it ended."""

import asyncio
import gc
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from motma.access.means import Means
from motma.identity.importing import columns, files, merging, preparing, queries
from motma.identity.importing.errors import RunningElsewhere
from motma.identity.importing.files import Row
from motma.identity.importing.preparing import Batch, Plan
from motma.identity.importing.report import Report
from motma.identity.importing.rows import Finding, Layout, Read, read
from motma.identity.importing.workers import Chunk, prepared
from motma.identity.model import Assurance
from motma.kernel.clock import Clock, civil_day
from motma.kernel.errors import Malformed
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

#: Rows of one transaction: large enough that its commit is nothing, small enough to hold.
CHUNK_ROWS: Final = 2_500
_ATTEMPTS: Final = 5
_SAMPLE_ROWS: Final = 50

Told = Callable[["Progress"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is; `rows` counts the file's rows without the header."""

    rows: int = 0
    created: int = 0
    known: int = 0
    failed: int = 0
    finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to import and how: the same order again is the same job."""

    path: Path
    source: str
    assurance: Assurance = Assurance.CONFIRMED
    chosen: Mapping[str, str]  # field → header, where the guess from the header is not enough
    chunk_rows: int = CHUNK_ROWS

    @property
    def report_path(self) -> Path:
        """Where findings go: beside the file."""
        return self.path.with_name(self.path.name + ".errors.csv")

    def content(self) -> bytes:
        """The key of the job: the file's content and the way to read it."""
        way = f"{self.source}|{int(self.assurance)}|{sorted(self.chosen.items())}"
        return hashlib.sha256(files.digest(self.path) + way.encode()).digest()


async def run(
    db: Connection, means: Means, order: Order, *, keys: Path, told: Told = lambda _: None
) -> Progress:
    """Import a file, or go on with it; `told` hears of each committed chunk.

    `db` is not in a transaction: each chunk is one. A file that was imported whole before is not
    read again.
    """
    with _few_collections(), closing(files.rows(order.path)) as rows:
        plan = _plan(order, rows, means.clock)  # before the job: a refused file leaves none
        job_id, done = await _job(db, means, order)
        told(done)
        if done.finished:
            return done
        await db.execute(queries.CREATE_STAGING)
        with Report(order.report_path, rows_done=done.rows) as report:
            job = _Job(db, means, plan, job_id, report)
            read_on = _chunks(
                islice(rows, done.rows, None), first=done.rows + 2, size=order.chunk_rows
            )
            chunks = _unsaid(db, means, plan, read_on)
            async for chunk, batch in prepared(chunks, plan, keys, means.clock):
                done = await job.merge(done, chunk, batch)
                told(done)
    await db.execute(queries.FINISH_JOB, job_id, means.clock.now())
    return replace(done, finished=True)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Rows make no cycles: looking for some in every chunk took a third of this process's time."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def _job(db: Connection, means: Means, order: Order) -> tuple[UUID, Progress]:
    """The job of this order, new or as far as it came."""
    content = await asyncio.to_thread(order.content)
    now = means.clock.now()
    new_job = uuid7(now, means.random)
    await db.execute(queries.START_JOB, new_job, order.source, content, now)
    job = await queries.find_job(db, content)
    if job is None:  # retention takes only finished ones
        raise RuntimeError("a job that was just started is gone")
    done = Progress(
        rows=job["rows_done"],
        created=job["created"],
        known=job["known"],
        failed=job["failed"],
        finished=job["finished_at"] is not None,
    )
    return job["job_id"], done


async def check(order: Order, clock: Clock, *, keys: Path, told: Told = lambda _: None) -> Progress:
    """A dry run: every row is read and judged, nothing is looked up or written but the report."""
    done = Progress()
    with closing(files.rows(order.path)) as rows, Report(order.report_path, rows_done=0) as report:
        plan = _plan(order, rows, clock)
        async for chunk, batch in prepared(
            _all(_chunks(rows, first=2, size=order.chunk_rows)), plan, keys, clock
        ):
            report.add(batch.findings)
            done = replace(
                done,
                rows=done.rows + len(chunk.rows),
                failed=done.failed + _refused(batch.findings),
            )
            told(done)
    return replace(done, finished=True)


def _plan(order: Order, rows: Iterator[Row], clock: Clock) -> Plan:
    """How to read the file, from its header."""
    header = next(rows, None)
    if header is None:
        raise Malformed("import.no-header")
    layout = Layout(
        places=columns.locate(header, order.chosen),
        proven=order.assurance > Assurance.DECLARED,
        today=civil_day(clock.now()),
    )
    return Plan(layout, order.source, order.assurance)


def _chunks(rows: Iterator[Row], *, first: int, size: int) -> Iterator[Chunk]:
    """Rows in chunks; `first` is the number of the first as a spreadsheet shows it."""
    while chunk := list(islice(rows, size)):
        yield Chunk(first, chunk)
        first += len(chunk)


async def _all(chunks: Iterator[Chunk]) -> AsyncIterator[Chunk]:
    """The chunks as they are."""
    for chunk in chunks:
        yield chunk


async def _unsaid(
    db: Connection, means: Means, plan: Plan, chunks: Iterator[Chunk]
) -> AsyncIterator[Chunk]:
    """The chunks without the rows that the same source said before: those need no judging.

    Looks at a few rows of a chunk first: a new file must not pay for being asked in vain. What
    is said twice within a few chunks is found when it is merged.
    """
    for chunk in chunks:
        said = await _said(db, means, plan, chunk.rows[:_SAMPLE_ROWS])
        if any(said):
            said += await _said(db, means, plan, chunk.rows[_SAMPLE_ROWS:])
            rows = [[] if known else row for row, known in zip(chunk.rows, said, strict=True)]
            yield Chunk(chunk.first, rows, known=sum(said))
        else:
            yield chunk


async def _said(db: Connection, means: Means, plan: Plan, rows: list[Row]) -> list[bool]:
    """Of each row, whether the same source said exactly this before."""
    indexes = [preparing.statements(means.vault, plan, row) for row in rows]
    known = await queries.said(db, [blind for of_row in indexes for blind in of_row])
    return [not known.keys().isdisjoint(of_row) for of_row in indexes]


@dataclass(frozen=True, slots=True)
class _Job:
    """A job under way."""

    db: Connection
    means: Means
    plan: Plan
    job_id: UUID
    report: Report

    async def merge(self, done: Progress, chunk: Chunk, batch: Batch) -> Progress:
        """One chunk, one transaction; again when two writers waited for each other in a circle."""
        for attempt in range(_ATTEMPTS):
            try:
                async with self.db.transaction():
                    return await self._merge_once(done, chunk, batch)
            except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the loop returns or raises")

    async def _merge_once(self, done: Progress, chunk: Chunk, batch: Batch) -> Progress:
        claims = _claims(chunk, self.plan, self.means.clock)
        merged = await merging.merge(self.db, self.means, self.plan, batch.prepared, claims)
        findings = [*batch.findings, *merged.findings]
        failed = _refused(findings)
        known = merged.known + chunk.known
        steps = (len(chunk.rows), merged.created, known, failed)
        advanced = await self.db.fetchval(queries.ADVANCE_JOB, self.job_id, done.rows, *steps)
        if advanced is None:
            raise RunningElsewhere
        details = {"job_id": str(self.job_id), "created": merged.created, "known": known}
        await self.means.log(self.db, "identity.imported", details)
        self.report.add(findings)
        return Progress(
            rows=done.rows + len(chunk.rows),
            created=done.created + merged.created,
            known=done.known + known,
            failed=done.failed + failed,
        )


def _claims(chunk: Chunk, plan: Plan, clock: Clock) -> Callable[[int], Read]:
    """Reads a row of the chunk once more: only few need their clear text after preparation."""

    def claim(row_no: int) -> Read:
        cells: Sequence[str] = chunk.rows[row_no - chunk.first] or ()
        said = read(
            cells, plan.layout, source=plan.source, assurance=plan.assurance, now=clock.now()
        )
        assert isinstance(said, Read)  # noqa: S101 - it was prepared, so it was accepted
        return said

    return claim


def _refused(findings: Iterable[Finding]) -> int:
    """How many rows have an error."""
    return len({found.row for found in findings if found.severity == "error"})
