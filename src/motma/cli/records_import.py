"""`motma records import` and what belongs to it: progress, findings, jobs, undo, matching again."""

import csv
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.records import BY, app
from motma.cli.running import out, run
from motma.cli.running import told as console
from motma.identity.importing.rows import Finding
from motma.records import importing, jobs, plain, rematching
from motma.records.importing import Order
from motma.records.jobs import Job

__all__ = ["app"]  # with the commands below

#: As a shell says that a command was ended by Ctrl-C.
_INTERRUPTED = 130


@app.command("import")
def import_records(
    file: Annotated[
        Path | None,
        typer.Argument(help="NDJSON (ours or FHIR R4B), CSV or XLSX.", exists=True, dir_okay=False),
    ] = None,
    source: Annotated[str, typer.Option(help="Whose file it is; part of each record's id.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Also if it was read before.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read, write nothing.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Print the CSV header.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import records; run it again to go on after any interruption.

    Rows that can't be imported are listed in FILE.errors.csv by row number and code.

    Example: motma records import doses.ndjson --source "Registry of doses"
    """
    if template:
        csv.writer(sys.stdout, lineterminator="\n").writerow(plain.COLUMNS)
        return
    if file is None:
        raise typer.BadParameter("say which FILE, or --template")
    if not source:
        raise typer.BadParameter("say whose file it is", param_hint="--source")
    order = Order.of_file(file, source)
    if dry_run:
        found = list(importing.check(order))
        _report(file, found)
        text = f"{len({one.row for one in found})} rows would be refused; nothing was written"
        out({"refused": len({one.row for one in found})}, as_json=as_json, text=text)
        return
    try:
        job, found = run(lambda platform: _import(platform, file, source, again=again))
    except KeyboardInterrupt:
        console.print("stopped between two chunks; run the same command again to go on")
        raise typer.Exit(_INTERRUPTED) from None
    _report(file, found)
    out(job, as_json=as_json, text=f"{_line(job)}\nfindings: {file.name}.errors.csv")


@app.command("jobs")
def list_jobs(as_json: AsJson = False) -> None:
    """List the newest imports, with how far each came.

    Example: motma records jobs --json
    """

    async def work(platform: Platform) -> list[Job]:
        async with platform.pool.acquire() as db:
            return await jobs.listed(db, platform.means)

    found = run(work)
    text = "\n".join(f"{job.job_id}  {_line(job)}" for job in found)
    out(found, as_json=as_json, text=text or "no imports")


@app.command("undo-import")
def undo_import(job: UUID, as_json: AsJson = False) -> None:
    """Take a whole import back: every record is as if it had never come.

    Example: motma records undo-import 0192b0c4-1f00-7000-8000-000000000000
    """

    async def work(platform: Platform) -> int:
        async with platform.pool.acquire() as db:
            return await jobs.undo(db, platform.means, job, by=BY)

    changed = run(work)
    out({"records": changed}, as_json=as_json, text=f"{changed} records taken back")


@app.command()
def rematch(
    anew: Annotated[
        bool, typer.Option("--anew", help="From the first, though a run was not finished.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Match every waiting record again: after people were imported, or with newer weights.

    A run that was interrupted goes on where it was. Example: motma records rematch
    """

    async def work(platform: Platform) -> rematching.Run:
        with _bar() as bar:
            task = bar.add_task("waiting records", total=None)
            before: list[int] = []

            def told(done: rematching.Run) -> None:
                before.append(done.looked)
                bar.update(task, total=done.waiting, completed=done.looked - before[0])

            return await rematching.run(platform.pool, platform.means, anew=anew, told=told)

    done = run(work)
    text = f"{done.matched} of {done.looked} waiting records found their person"
    out({"looked_at": done.looked, "matched": done.matched}, as_json=as_json, text=text)


async def _import(
    platform: Platform, file: Path, source: str, *, again: bool
) -> tuple[Job, list[Finding]]:
    """The work, with a progress bar on standard error."""
    nonce = platform.clock.now().isoformat() if again else ""
    order = Order.of_file(file, source, again=nonce)
    with _bar() as bar, file.open("rb") as counted:
        task = bar.add_task("rows", total=sum(1 for _ in counted))
        async with platform.pool.acquire() as db:
            job = await importing.run(
                db,
                platform.means,
                order,
                told=lambda done: bar.update(task, completed=done.rows),
            )
            return job, await jobs.findings(db, job.job_id)


def _report(file: Path, findings: list[Finding]) -> None:
    """Row numbers, our own field names and permanent codes; nothing of the file's content."""
    with file.with_name(f"{file.name}.errors.csv").open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(Finding._fields)
        writer.writerows(findings)


def _line(job: Job) -> str:
    state = "undone" if job.undone_at else "" if job.finished else "under way"
    counts = (
        f"{job.rows} rows: {job.received} new ({job.attached} found their person), "
        f"{job.known} known, {job.failed} refused"
    )
    return f"{counts} {state}".rstrip()


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
