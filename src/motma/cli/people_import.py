"""`motma people import`: a file of people as it comes, with progress, a report and resumption."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from motma.bootstrap import Platform, open_platform
from motma.identity.importing import columns, files, service
from motma.identity.importing.service import Order
from motma.identity.model import Assurance
from motma.kernel.errors import Malformed

_ASSURANCE: Final = {
    "source": Assurance.CONFIRMED,
    "seen": Assurance.SEEN,
    "declared": Assurance.DECLARED,
}
#: Waits and statements of a chunk may take longer than those of a gate.
_SESSION: Final = (
    "SET lock_timeout = '60s'; SET statement_timeout = '300s'; "
    "SET idle_in_transaction_session_timeout = '300s'; SET temp_buffers = '64MB'"
)


def import_people(
    file: Annotated[
        Path | None, typer.Argument(help="CSV or XLSX, as it comes.", exists=True, dir_okay=False)
    ] = None,
    source: Annotated[str, typer.Option(help="Who the file is from; kept with each value.")] = "",
    assurance: Annotated[
        str, typer.Option(help="source (a national source), seen (by a registrar) or declared.")
    ] = "source",
    chosen: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=HEADER, e.g. full_name='Tên BN'.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, write nothing.")] = False,  # noqa: FBT002 - a flag
    template: Annotated[bool, typer.Option("--template", help="Print a CSV to fill in.")] = False,  # noqa: FBT002 - a flag
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,  # noqa: FBT002 - a flag
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
    order = Order(
        path=file,
        source=source or file.name,
        assurance=_ASSURANCE[assurance],
        chosen=_pairs(chosen or []),
    )
    done = asyncio.run(_run(order, dry_run=dry_run))
    _say(order, done, as_json=as_json)


async def _run(order: Order, *, dry_run: bool) -> service.Progress:
    total = await asyncio.to_thread(_count, order.path)
    async with open_platform(pool_size=2) as platform:
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
            return await service.run(db, platform.means, order, keys=keys, told=told)
        finally:
            await db.execute("RESET ALL")  # the pool runs no reset of its own


def _count(path: Path) -> int:
    """Rows without the header, for the bar."""
    return max(0, sum(1 for _ in files.rows(path)) - 1)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
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


def _say(order: Order, done: service.Progress, *, as_json: bool) -> None:
    report = order.report_path.name
    if as_json:
        Console().print_json(
            data={
                "rows": done.rows,
                "created": done.created,
                "known": done.known,
                "failed": done.failed,
                "report": report,
            }
        )
        return
    typer.echo(f"{done.rows} rows: {done.created} new, {done.known} known, {done.failed} refused")
    typer.echo(f"findings: {report}")
