"""`motma people import`: a file of people as it comes, with progress, a report and resumption."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from motma.bootstrap import Platform
from motma.cli.running import decline, out, run
from motma.cli.running import told as console
from motma.identity.importing import columns, files, service
from motma.identity.importing.service import Order
from motma.identity.model import Assurance
from motma.kernel.errors import Malformed
from motma.records import following

_ASSURANCE: Final = {
    "source": Assurance.CONFIRMED,
    "seen": Assurance.SEEN,
    "declared": Assurance.DECLARED,
}
#: As a shell says that a command was ended by Ctrl-C.
_INTERRUPTED: Final = 130
#: Waits and statements of a chunk may take longer than those of a gate.
_SESSION: Final = (
    "SET lock_timeout = '60s'; SET statement_timeout = '300s'; "
    "SET idle_in_transaction_session_timeout = '300s'; SET temp_buffers = '64MB'"
)


def import_people(
    file: Annotated[
        Path | None, typer.Argument(help="CSV or XLSX, as it comes.", exists=True, dir_okay=False)
    ] = None,
    source: Annotated[str, typer.Option(help="Whose file it is; kept with each value.")] = "import",
    assurance: Annotated[
        str, typer.Option(help="source (a national source), seen (by a registrar) or declared.")
    ] = "source",
    chosen: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=HEADER, e.g. full_name='Tên BN'.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, write nothing.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Print a CSV to fill in.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Import people from a CSV or XLSX file; run it again to go on after any interruption.

    Rows that can't be imported are listed in FILE.errors.csv by row number and code.
    """
    if template:
        typer.echo(columns.template(), nl=False)
        return
    if file is None:
        raise typer.BadParameter("say which FILE, or --template")
    if assurance not in _ASSURANCE:
        raise typer.BadParameter("one of: source, seen, declared", param_hint="--assurance")

    try:
        order = Order(
            path=file, source=source, assurance=_ASSURANCE[assurance], chosen=_pairs(chosen or [])
        )
    except Malformed as malformed:
        decline(malformed)
    try:
        done = run(lambda platform: _shown(platform, order, dry_run=dry_run))
    except KeyboardInterrupt:
        console.print("stopped between two chunks; run the same command again to go on")
        raise typer.Exit(_INTERRUPTED) from None
    _tell(order, done, dry_run=dry_run, as_json=as_json)


def _tell(order: Order, done: service.Progress, *, dry_run: bool, as_json: bool) -> None:
    report = order.report_path.name
    result = {
        "rows": done.rows,
        "created": done.created,
        "known": done.known,
        "refused": done.failed,
        "report": report,
    }
    text = f"{done.rows} rows: {done.created} new, {done.known} known, {done.failed} refused"
    if dry_run:
        text = f"{done.rows} rows checked: {done.failed} would be refused; nothing was written"
    out(result, as_json=as_json, text=f"{text}\nfindings: {report}")


async def _shown(platform: Platform, order: Order, *, dry_run: bool) -> service.Progress:
    """The work, with a progress bar on standard error."""
    total = await asyncio.to_thread(_count, order.path)
    with _bar() as bar:
        task = bar.add_task("rows", total=total)
        return await _work(
            platform,
            order,
            dry_run=dry_run,
            told=lambda done: bar.update(task, completed=done.rows),
        )


async def _work(
    platform: Platform, order: Order, *, dry_run: bool, told: service.Told
) -> service.Progress:
    keys = platform.settings.keys_dir
    if dry_run:
        return await service.check(order, platform.clock, keys=keys, told=told)
    async with platform.pool.acquire() as db:
        await db.execute(_SESSION)
        try:
            done = await service.run(db, platform.means, order, keys=keys, told=told)
        finally:
            await db.execute("RESET ALL")  # the pool runs no reset of its own
    await following.rematch_all(platform.pool, platform.means)  # whoever waited for them
    return done


def _count(path: Path) -> int:
    """Rows without the header, for the bar."""
    return max(0, sum(1 for _ in files.rows(path)) - 1)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _pairs(texts: list[str]) -> dict[str, str]:
    """`--map FIELD=HEADER` as a mapping."""
    pairs = {}
    for text in texts:
        field, equals, header = text.partition("=")
        if not equals:
            raise Malformed("import.map", "map")
        pairs[field] = header
    return pairs
