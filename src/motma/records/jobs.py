"""Import jobs: how far each came, what was found in its rows, and its undo as a whole."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.identity.importing.rows import Finding
from motma.kernel.ids import uuid7
from motma.records import attaching, keeping, queries, rematching
from motma.records.errors import JobUnknown, NotFinished, NothingToUndo, RunningElsewhere
from motma.records.service import Received
from motma.storage.pool import Connection

#: How long a finished job is kept, and can be undone as a whole.
KEEP: Final = timedelta(days=31)
#: Records of one transaction of an undo: each takes a lock until it ends.
UNDO_RECORDS: Final = 500

_COLUMN: Final = "record_job.sealed"
_UPLOAD_COLUMN: Final = "record_upload.sealed"
_CONTENT_INDEX: Final = "record-job-content"
_PART_BYTES: Final = 256 * 1024


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Who sent a file and how it is read."""

    source: str
    format: str


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is; `rows` counts rows of the file without its header."""

    job_id: UUID
    source: str
    format: str
    rows: int
    received: int  # news: also versions that came late
    known: int
    attached: int
    failed: int
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    owner: UUID

    @property
    def finished(self) -> bool:
        """Whether every row was read."""
        return self.finished_at is not None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one chunk adds."""

    rows: int
    received: int = 0
    known: int = 0
    attached: int = 0
    failed: int = 0

    def counting(self, result: Received) -> "Step":
        """With one more result."""
        news = result.status == "received"
        return msgspec.structs.replace(
            self,
            received=self.received + news,
            known=self.known + (result.status == "known"),
            attached=self.attached + (news and result.attached),
        )


async def start(db: Connection, means: Means, content: str, way: Way, *, owner: UUID) -> Job:
    """The job of this content, new or found; the unique index guards against a twin."""
    indexes = means.vault.blinds(_CONTENT_INDEX, content)
    found = await db.fetchrow(queries.JOB_BY_CONTENT, indexes)
    if found is None:
        now = means.clock.now()
        job_id = uuid7(now, means.random)
        sealed = means.vault.seal(_COLUMN, job_id, msgspec.json.encode(way))
        await db.fetchval(queries.START_JOB, job_id, indexes[0], sealed, owner, now)
        found = await db.fetchrow(queries.JOB_BY_CONTENT, indexes)
    assert found is not None  # noqa: S101 - started above; only finished ones are forgotten
    return _job(means, found)


async def find(db: Connection, means: Means, job_id: UUID, *, owner: UUID | None = None) -> Job:
    """The job; JobUnknown also for one of somebody else."""
    row = await db.fetchrow(queries.JOB, job_id)
    if row is None or (owner is not None and row["owner_id"] != owner):
        raise JobUnknown
    return _job(means, row)


async def listed(db: Connection, means: Means, *, limit: int = 50) -> list[Job]:
    """The newest jobs."""
    return [_job(means, row) for row in await db.fetch(queries.JOBS, limit)]


async def claim(db: Connection, job_id: UUID) -> bool:
    """Whether nobody else works on the job; held by this connection until `release`."""
    return bool(await db.fetchval(queries.LOCK_JOB, job_id))


async def release(db: Connection, job_id: UUID) -> None:
    """Let another process go on with it."""
    if not db.is_closed():
        await db.fetchval(queries.FREE_JOB, job_id)


async def advance(
    db: Connection, means: Means, job: Job, step: Step, findings: Sequence[Finding]
) -> Job:
    """Count a chunk and keep its findings, in the chunk's transaction; RunningElsewhere if late."""
    counts = (step.rows, step.received, step.known, step.attached, step.failed)
    if await db.fetchval(queries.ADVANCE_JOB, job.job_id, job.rows, *counts) is None:
        raise RunningElsewhere
    columns = [list(column) for column in zip(*findings, strict=True)] or [[], [], [], []]
    await db.execute(queries.ADD_FINDINGS, job.job_id, *columns)
    details = {"job_id": str(job.job_id), "received": step.received, "known": step.known}
    await means.log(db, "records.imported", details)
    return await find(db, means, job.job_id)


async def finish(db: Connection, means: Means, job: Job) -> Job:
    """Every row was read; an upload is not needed any more."""
    async with db.transaction():
        await db.execute(queries.FINISH_JOB, job.job_id, means.clock.now())
        await db.execute(queries.DROP_UPLOAD, job.job_id)
    return await find(db, means, job.job_id)


async def findings(db: Connection, job_id: UUID) -> list[Finding]:
    """What was found in the rows, by row."""
    return [Finding(*row) for row in await db.fetch(queries.FINDINGS, job_id)]


async def upload(db: Connection, means: Means, job: Job, data: bytes) -> None:
    """Keep what was sent until it is read, sealed, in the transaction that starts the job."""
    for part, start_at in enumerate(range(0, len(data), _PART_BYTES)):
        piece = data[start_at : start_at + _PART_BYTES]
        sealed = means.vault.seal(_UPLOAD_COLUMN, job.job_id, part.to_bytes(4) + piece)
        await db.execute(queries.ADD_UPLOAD, job.job_id, part, sealed)


async def uploaded(db: Connection, means: Means, job: Job) -> bytes:
    """What was sent."""
    rows = await db.fetch(queries.UPLOAD, job.job_id)
    plain = (means.vault.open(_UPLOAD_COLUMN, job.job_id, row["sealed"]) for row in rows)
    return b"".join(piece[4:] for piece in plain)


async def unfinished_uploads(db: Connection) -> list[UUID]:
    """Jobs that wait to be worked on, or whose process died."""
    return [row["job_id"] for row in await db.fetch(queries.UNFINISHED_UPLOADS)]


async def undo(db: Connection, means: Means, job_id: UUID, *, by: UUID) -> int:
    """Take a whole import back, some hundred records a transaction; how many records it changed.

    Each record is as if these deliveries had never come: an earlier version counts again. `db` is
    not in a transaction; interrupted, the same call goes on.
    """
    job = await find(db, means, job_id)
    if not job.finished:
        raise NotFinished
    if job.undone_at is not None:
        raise NothingToUndo
    total = 0
    while changed := await _undo_some(db, means, job_id, by=by):
        total += changed
    async with db.transaction():
        await db.execute(queries.END_JOB, job_id, means.clock.now(), job_id.bytes)
        details = {"job_id": str(job_id), "records": total, "by": str(by)}
        await means.log(db, "records.import-undone", details)
    return total


async def _undo_some(db: Connection, means: Means, job_id: UUID, *, by: UUID) -> int:
    indexes = keeping.jobs_of(means, job_id)
    async with db.transaction():
        rows = await db.fetch(queries.VERSIONS_OF_JOB, indexes, UNDO_RECORDS)
        ids = [row["record_id"] for row in rows]
        await queries.lock_records(db, ids)
        before = await queries.records(db, ids)
        await db.execute(queries.UNDO_JOB, indexes, ids, means.clock.now(), by)
        standing = await keeping.project(db, means, ids)
        await attaching.settle(db, means, standing)
        for record_id in ids:
            details = {"record_id": str(record_id), "by": str(by)}
            person_id = before[record_id]["person_id"]
            await means.log(db, "records.undone", details, person_id=person_id)
    return len(ids)


async def forget(db: Connection, now: datetime) -> None:
    """Delete jobs that are past their keep-until, with their findings."""
    async with db.transaction():
        await db.execute(queries.FORGET_FINDINGS, now - KEEP)
        await db.execute(queries.FORGET_JOBS, now - KEEP)
        await rematching.forget(db, now)


def _job(means: Means, row: Record) -> Job:
    job_id = row["job_id"]
    way = msgspec.json.decode(means.vault.open(_COLUMN, job_id, row["sealed"]), type=Way)
    return Job(
        job_id=job_id,
        source=way.source,
        format=way.format,
        rows=row["rows_done"],
        received=row["received"],
        known=row["known"],
        attached=row["attached"],
        failed=row["failed"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        undone_at=row["undone_at"],
        owner=row["owner_id"],
    )
