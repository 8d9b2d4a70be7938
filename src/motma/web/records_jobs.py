"""Bulk upload of records: kept sealed, worked on beside the requests, resumed, asked about.

An upload is committed with its job before the answer; whoever asks about a job whose process died
lets this one go on with it.
"""

import asyncio
import csv
import io
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from motma.bootstrap import Platform
from motma.identity.importing.rows import Finding
from motma.kernel.errors import Declined, Malformed
from motma.records import importing, jobs
from motma.records.importing import Format, Order
from motma.records.jobs import Job
from motma.web.calls import organisation_of, platform_of, reader_of, require_role
from motma.web.operations import Operation, read_body
from motma.web.records import DELIVERERS, source_of

#: Largest upload, bytes: some ten thousand records. Larger files: `motma records import`.
MOST_BYTES: Final = 16 << 20
#: Rows of one transaction: an upload shares the database with gates.
CHUNK_ROWS: Final = 100
FORMATS: Final[dict[str, Format]] = {
    "text/csv": "table",
    "application/x-ndjson": "ndjson",
    "application/fhir+ndjson": "ndjson",
}

#: Jobs of this process that work at once, each on a connection that no gate has meanwhile.
MOST_AT_ONCE: Final = 2

_log = structlog.get_logger("motma.web")
#: Jobs under way in this process; asyncio itself keeps no hold on a task.
_under_way: Final[dict[UUID, asyncio.Task[None]]] = {}
#: A semaphore belongs to an event loop; a process that serves has one.
_turns: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]] = WeakKeyDictionary()


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is; `rows` counts rows without a header."""

    job_id: UUID
    state: str  # running, finished or undone
    rows: int
    received: int
    known: int
    attached: int
    failed: int
    started_at: datetime
    finished_at: datetime | None


class ByJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job."""

    job_id: UUID


class Undone(msgspec.Struct, frozen=True):
    """How many records an undo changed."""

    records: int


async def upload_records(request: Request, _body: None) -> Progress:
    """Send NDJSON (ours or FHIR) or CSV as the body; the same again is the same job."""
    session = await require_role(request, *DELIVERERS)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORMATS:
        raise Malformed("request.content-type")
    data = await read_body(request, MOST_BYTES)
    owner, platform = organisation_of(session), platform_of(request)
    order = Order(source=source_of(session), format=FORMATS[kind], data=data, owner=owner)
    async with platform.transaction() as db:
        job = await importing.begin(db, platform.means, order)
        if not job.finished:
            await jobs.upload(db, platform.means, job, data)
    nudge(platform, job)
    return _progress(job)


async def job_progress(request: Request, _body: None) -> Progress:
    """How far a job of my organisation is."""
    platform, job = await _own(request)
    nudge(platform, job)
    return _progress(job)


async def job_findings(request: Request, _body: None) -> Response:
    """What was found in its rows, as CSV: row, column, severity and a permanent code."""
    platform, job = await _own(request)
    async with platform.pool.acquire() as db:
        found = await jobs.findings(db, job.job_id)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Finding._fields)
    writer.writerows(found)
    name = f'attachment; filename="{job.job_id}.errors.csv"'
    headers = {"Content-Disposition": name}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def undo_job(request: Request, body: ByJob) -> Undone:
    """Take a whole upload back: every record is as if it had never come."""
    session = await require_role(request, "registrar")
    owner, platform = organisation_of(session), platform_of(request)
    async with platform.pool.acquire() as db:
        await jobs.find(db, platform.means, body.job_id, owner=owner)
        changed = await jobs.undo(db, platform.means, body.job_id, by=reader_of(session))
    return Undone(changed)


def nudge(platform: Platform, job: Job) -> None:
    """Let this process work on an unfinished job in its turn, unless it does already."""
    if job.finished or job.job_id in _under_way:
        return
    task = asyncio.create_task(_in_turn(platform, job.job_id))
    _under_way[job.job_id] = task
    task.add_done_callback(lambda _: _under_way.pop(job.job_id, None))


async def stop() -> None:
    """Stop between two chunks; whoever starts next goes on behind the last one."""
    tasks = list(_under_way.values())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def resume(platform: Platform) -> None:
    """Go on with uploads whose process died; called when this one starts."""
    async with platform.pool.acquire() as db:
        waiting = await jobs.unfinished_uploads(db)
        found = [await jobs.find(db, platform.means, job_id) for job_id in waiting]
    for job in found:
        nudge(platform, job)


async def _in_turn(platform: Platform, job_id: UUID) -> None:
    loop = asyncio.get_running_loop()
    async with _turns.setdefault(loop, asyncio.Semaphore(MOST_AT_ONCE)):
        await _work(platform, job_id)


async def _work(platform: Platform, job_id: UUID) -> None:
    """To the end of the job; what stops it is told, and a later nudge goes on."""
    try:
        async with platform.pool.acquire() as db:
            job = await jobs.find(db, platform.means, job_id)
            data = await jobs.uploaded(db, platform.means, job)
            order = Order(
                source=job.source,
                format="table" if job.format == "table" else "ndjson",
                data=data,
                owner=job.owner,
                chunk_rows=CHUNK_ROWS,
            )
            with suppress(Declined):  # another process works on it
                await importing.go_on(db, platform.means, order, job)
    except Exception as error:  # noqa: BLE001 - a task has nobody else to tell
        _log.warning("an import stopped", job_id=str(job_id), error=type(error).__name__)


async def _own(request: Request) -> tuple[Platform, Job]:
    session = await require_role(request, *DELIVERERS)
    platform = platform_of(request)
    try:
        job_id = UUID(request.path_params["job_id"])
    except ValueError:
        raise Malformed("request.id", "job_id") from None
    async with platform.pool.acquire() as db:
        job = await jobs.find(db, platform.means, job_id, owner=organisation_of(session))
    return platform, job


def _progress(job: Job) -> Progress:
    state = "undone" if job.undone_at else "finished" if job.finished else "running"
    return Progress(
        job_id=job.job_id,
        state=state,
        rows=job.rows,
        received=job.received,
        known=job.known,
        attached=job.attached,
        failed=job.failed,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


OPERATIONS = [
    Operation(method="POST", path="/v1/records/jobs", handler=upload_records, answer=Progress,
              auth="reader", most_bytes=MOST_BYTES, status=202, summary="Upload records",
              tag="records"),
    Operation(method="POST", path="/v1/records/jobs:undo", handler=undo_job, body=ByJob,
              answer=Undone, auth="reader", summary="Undo an upload", tag="records"),
    Operation(method="GET", path="/v1/records/jobs/{job_id}", handler=job_progress,
              answer=Progress, auth="reader", summary="How far an upload is", tag="records"),
    Operation(method="GET", path="/v1/records/jobs/{job_id}/findings", handler=job_findings,
              auth="reader", media_type="text/csv", summary="Findings of an upload",
              tag="records"),
]  # fmt: skip
