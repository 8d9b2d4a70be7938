"""`motma simulate`: synthetic people in a file, to try things out with."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Final, TextIO

import typer
from rich.progress import Progress

from motma.cli.running import told
from motma.cli.simulate_records import records
from motma.cli.simulate_sources import sources
from motma.simulate.population import Row, people

app = typer.Typer(no_args_is_help=True, help="Make synthetic data. None of it is about anybody.")

#: Rows between two movements of the progress bar.
_STEP: Final = 5_000


app.command("records")(records)
app.command("sources")(sources)


@app.callback()
def simulate() -> None:
    """Make synthetic data. None of it is about anybody."""


@app.command()
def population(
    count: Annotated[int, typer.Option("--count", min=1, help="How many people.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same people.")] = 1,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="CSV file; standard output without it.")
    ] = None,
) -> None:
    """Write synthetic people as CSV, ready for `motma people import`."""
    rows = people(count, seed)
    if output is None:
        write(sys.stdout, rows)
        return
    with (
        output.open("w", encoding="utf-8", newline="") as file,
        Progress(console=told, transient=True) as progress,
    ):
        task = progress.add_task("people", total=count)
        write(file, rows, each=lambda done: progress.update(task, completed=done))
    typer.echo(f"{count} synthetic people in {output.name}", err=True)


def write(file: TextIO, rows: Iterable[Row], *, each: Callable[[int], object] = int) -> None:
    """The header and the rows; `each` hears how many are done."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(Row._fields)
    done = 0
    for batch in _batches(iter(rows)):
        writer.writerows(batch)
        done += len(batch)
        each(done)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _STEP)):
        yield batch
