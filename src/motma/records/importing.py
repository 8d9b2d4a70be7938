"""Bulk import of records: NDJSON, CSV or XLSX, chunk by chunk, resumed where it ended.

One bad row stops nothing: it becomes a finding with its row and a permanent code. A chunk and its
progress are one transaction, so a job that was killed goes on behind its last chunk, and nothing
comes twice.
"""

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from motma.access.means import Means
from motma.access.model import line as one_line
from motma.identity.importing import files
from motma.identity.importing.rows import Finding
from motma.kernel.errors import Malformed
from motma.records import jobs, plain, service
from motma.records.errors import RunningElsewhere
from motma.records.jobs import Job, Way
from motma.records.model import Delivery
from motma.storage.pool import Connection

#: Most rows of one transaction; of deliveries it has at most `service.MOST`.
CHUNK_ROWS: Final = 200
#: A longer line is no record, even with a Bundle's worth of resources.
LONGEST_LINE: Final = 4 << 20

_ATTEMPTS: Final = 5
_SUFFIXES: Final = {".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ndjson"}

Format = Literal["ndjson", "table"]
Told = Callable[[Job], None]
#: Row number as people count, and what it delivers or why it can't be read.
Numbered = tuple[int, list[Delivery | Malformed]]
Rows = Generator[Numbered, None, None]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to import: a file on disk, or the bytes of an upload; the same again is the same job."""

    source: str
    format: Format
    path: Path | None = None
    data: bytes = b""
    owner: UUID = UUID(int=0)
    chunk_rows: int = CHUNK_ROWS
    again: str = ""  # anything else than before: read a file that was read whole once more

    @classmethod
    def of_file(cls, path: Path, source: str, *, again: str = "") -> "Order":
        """Of a file whose name tells its format."""
        kind: Format = "ndjson" if path.suffix.lower() in _SUFFIXES else "table"
        return cls(source=source, format=kind, path=path, again=again)

    def content(self) -> str:
        """The key of the job: content, source and format."""
        hashed = files.digest(self.path) if self.path else hashlib.sha256(self.data).digest()
        return f"{hashed.hex()}|{self.source}|{self.format}|{self.owner}|{self.again}"


async def run(db: Connection, means: Means, order: Order, *, told: Told = lambda _: None) -> Job:
    """Import, or go on; `told` hears of each committed chunk. `db` is not in a transaction."""
    job = await begin(db, means, order)
    return await go_on(db, means, order, job, told=told)


async def begin(db: Connection, means: Means, order: Order) -> Job:
    """The job of this order, new or as far as it came; a file that can't be read leaves none."""
    one_line(order.source, field="source", least=1, most=100)
    with closing(_read(order)) as rows:
        next(rows, None)
    way = Way(source=order.source, format=order.format)
    return await jobs.start(db, means, order.content(), way, owner=order.owner)


async def go_on(
    db: Connection, means: Means, order: Order, job: Job, *, told: Told = lambda _: None
) -> Job:
    """The rows behind the last committed chunk; one process at a time works on a job."""
    told(job)
    if job.finished:
        return job
    if not await jobs.claim(db, job.job_id):
        raise RunningElsewhere
    try:
        job = await jobs.find(db, means, job.job_id)
        with closing(_read(order)) as rows:
            ahead = islice(rows, job.rows, None)
            for chunk in _chunks(ahead, order.chunk_rows):
                job = await _chunk(db, means, order, job, chunk)
                told(job)
        return await jobs.finish(db, means, job)
    finally:
        await jobs.release(db, job.job_id)


def check(order: Order) -> Iterator[Finding]:
    """A dry run: every row is read, nothing is looked up or written."""
    with closing(_read(order)) as rows:
        for number, items in rows:
            yield from (_finding(number, item) for item in items if isinstance(item, Malformed))


def _chunks(rows: Iterator[Numbered], most_rows: int) -> Iterator[list[Numbered]]:
    """Rows of one transaction each: a row may be a Bundle, and each delivery takes locks."""
    chunk: list[Numbered] = []
    held = 0
    for row in rows:
        if chunk and (len(chunk) == most_rows or held + len(row[1]) > service.MOST):
            yield chunk
            chunk, held = [], 0
        chunk.append(row)
        held += len(row[1])
    if chunk:
        yield chunk


async def _chunk(
    db: Connection, means: Means, order: Order, job: Job, chunk: Sequence[Numbered]
) -> Job:
    """One chunk, one transaction; again when two writers waited for each other in a circle."""
    for attempt in range(_ATTEMPTS):
        try:
            async with db.transaction():
                return await _chunk_once(db, means, order, job, chunk)
        except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the loop returns or raises")


async def _chunk_once(
    db: Connection, means: Means, order: Order, job: Job, chunk: Sequence[Numbered]
) -> Job:
    findings = []
    good: list[tuple[int, Delivery]] = []
    for number, items in chunk:
        for item in items:
            if isinstance(item, Malformed):
                findings.append(_finding(number, item))
            else:
                good.append((number, item))
    step = jobs.Step(rows=len(chunk))
    deliveries = [delivery for _, delivery in good]
    results = await service.receive(db, means, order.source, deliveries, job=job.job_id)
    for (number, _), result in zip(good, results, strict=True):
        step = step.counting(result)
        findings += _told(number, result)
    failed = {found.row for found in findings if found.severity == "error"}
    step = msgspec.structs.replace(step, failed=len(failed))
    return await jobs.advance(db, means, job, step, findings)


def _told(number: int, result: service.Received) -> list[Finding]:
    """What is to be said of a row that was judged."""
    if result.problem is not None:
        return [Finding(number, result.field or "", "error", result.problem)]
    return [Finding(number, "version", "warning", result.warning)] if result.warning else []


def _finding(number: int, bad: Malformed) -> Finding:
    return Finding(number, bad.field or "", "error", bad.reason)


def _read(order: Order) -> Rows:
    return _lines(order) if order.format == "ndjson" else _table(order)


def _lines(order: Order) -> Rows:
    """Each line by its number; empty ones deliver nothing."""
    if order.path is None:
        for number, line in enumerate(order.data.splitlines(), start=1):
            yield number, _line(line)
        return
    with order.path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
            yield number, _line(line)


def _line(line: bytes) -> list[Delivery | Malformed]:
    if len(line) > LONGEST_LINE:
        return [Malformed("records.line-too-long")]
    try:
        return plain.read_line(line) if line.strip() else []  # a Bundle: at most `service.MOST`
    except Malformed as bad:
        return [bad]
    except (ValueError, RecursionError):  # a number or a depth that Python refuses
        return [Malformed("records.json")]


def _table(order: Order) -> Rows:
    """Each row by the number that a spreadsheet shows: the header is row 1."""
    with closing(files.rows(order.path) if order.path else files.rows_of(order.data)) as rows:
        header = next(rows, None)
        if header is None:
            raise Malformed("import.no-header")
        places = plain.locate(header)
        plain.require(places)
        for number, row in enumerate(rows, start=2):
            if row is files.UNREADABLE:
                yield number, [Malformed("import.unreadable-row")]
            elif any(cell.strip() for cell in row):
                yield number, [plain.read_row(places, [_cell(cell) for cell in row])]
            else:
                yield number, []


def _cell(text: str) -> str:
    """The text without the apostrophe by which a spreadsheet keeps its zeros."""
    return text.strip().lstrip("'")
