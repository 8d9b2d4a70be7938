"""`motma print commune`: a folder of PDFs for thousands, with progress; run again, it goes on."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import out, run, told
from motma.kernel.errors import Malformed
from motma.printing import bulk, commune, model
from motma.printing.bulk import Done, Order
from motma.printing.errors import NobodyToPrint
from motma.printing.model import Layout

#: As a shell says that a command was ended by Ctrl-C.
_INTERRUPTED: Final = 130
#: Refused rows that are told one by one; `--json` has them all.
_TOLD: Final = 20

SheetLayout = Literal["card", "a4-1", "a4-8", "a4-10"]


def print_commune(
    folder: Annotated[
        Path, typer.Option("-o", "--out", help="A folder of its own: made, mode 0700.")
    ],
    code: Annotated[
        str | None, typer.Argument(metavar="COMMUNE", help="Five digits, or 22366@2025-07-01.")
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option("--list", help="Instead: a file with one QID a line.", exists=True),
    ] = None,
    layout: Annotated[
        SheetLayout, typer.Option(help="a4-10, a4-8, a4-1, or card for a card printer.")
    ] = "a4-10",
    activation: Annotated[
        bool, typer.Option("--activation", help="A slip with an activation code for each too.")
    ] = False,
    sheets: Annotated[
        int, typer.Option(min=1, max=100, help="Sheets of A4 in one file.")
    ] = bulk.SHEETS_A_PART,
    presses: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that set pages; one a core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the cards of a commune, or of a list, into a folder; run it again to go on.

    Killed at any moment, the same command prints what is missing: each person stands on one page.
    Example: motma print commune 22366 -o cards-22366
    """
    if (code is None) == (listed is None):
        raise typer.BadParameter("say which COMMUNE, or --list FILE")

    async def work(platform: Platform) -> Done:
        qids = await _qids(platform, code, listed, folder)
        order = Order(
            qids=qids,
            layout=Layout(layout),
            folder=folder,
            host=model.host_of(platform.settings.public_url),
            demo=platform.demo,
            activation=activation,
            sheets_a_part=sheets,
            presses=presses or min(os.cpu_count() or 1, 8),
        )
        return await _shown(platform, order)

    try:
        done = run(work)
    except KeyboardInterrupt:
        told.print("stopped; run the same command again to go on")
        raise typer.Exit(_INTERRUPTED) from None
    _tell(done, folder, as_json=as_json)


async def _qids(
    platform: Platform, code: str | None, listed: Path | None, folder: Path
) -> list[str]:
    """Whose cards: of a file, or of everybody in a commune."""
    if listed is None:
        return await commune.settled(platform.pool, platform.means, code=code or "", folder=folder)
    return await asyncio.to_thread(_read, listed)


def _read(listed: Path) -> list[str]:
    """The QIDs of a file, apart by white space."""
    try:
        qids = listed.read_text("utf-8-sig").split()
    except (OSError, UnicodeDecodeError):
        raise Malformed("printing.list-not-readable", "list") from None
    if not qids:
        raise NobodyToPrint
    return qids


async def _shown(platform: Platform, order: Order) -> Done:
    """The work, with a progress bar on standard error."""
    columns = (TextColumn("cards"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=told) as bar:
        task = bar.add_task("cards", total=len(order.qids))
        return await bulk.run(
            platform.pool,
            platform.means,
            order,
            told=lambda rows: bar.update(task, completed=rows),
        )


def _tell(done: Done, folder: Path, *, as_json: bool) -> None:
    """What was printed, and which rows of the list got no card."""
    lines = [f"{folder.name}: {done.cards:,} cards in {len(done.files)} files"]
    lines += [f"  row {each.row}: {each.code}" for each in done.refused[:_TOLD]]
    if len(done.refused) > _TOLD:
        lines.append(f"  and {len(done.refused) - _TOLD:,} rows more, all with --json")
    result = {"files": done.files, "cards": done.cards, "refused": done.refused}
    out(result, as_json=as_json, text="\n".join(lines))
