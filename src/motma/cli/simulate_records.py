"""`motma simulate records`: a register, damaged records about its people, and the truth beside."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import Progress

from motma.cli.running import told
from motma.simulate.rates import PRESETS
from motma.simulate.records import Known, Linked, Record, Truth, simulate

#: File → the columns of its lines.
FILES: Final = {
    "P.csv": Known._fields,
    "R.csv": Record._fields,
    "truth.csv": Truth._fields,
    "documents.csv": Linked._fields,
}


def records(
    preset: Annotated[
        str, typer.Option("--preset", help=f"Rates and seed: {', '.join(PRESETS)}.")
    ] = "national-2021",
    people: Annotated[int, typer.Option("--people", min=1, help="How many people.")] = 10_000,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Another seed than the preset's own.")
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder for P.csv, R.csv, truth.csv.")
    ] = Path(),
) -> None:
    """Write people and records about them, damaged as in 2021, ready for `motma match`.

    Example: motma simulate records --preset national-2021 --people 1000000 -o national
    """
    if preset not in PRESETS:
        raise typer.BadParameter(f"one of {', '.join(PRESETS)}", param_hint="--preset")
    output.mkdir(parents=True, exist_ok=True)
    written = 0
    with _writers(output) as lines, Progress(console=told, transient=True) as progress:
        task = progress.add_task("people", total=people)
        for batch in simulate(PRESETS[preset], people, seed):
            for each, rows in zip(
                lines, (batch.people, batch.records, batch.truth, batch.linked), strict=True
            ):
                each.writerows(rows)
            written += len(batch.records)
            progress.advance(task, len(batch.people))
    typer.echo(f"{people} synthetic people, {written} records in {output.name or '.'}", err=True)


@contextmanager
def _writers(folder: Path) -> Iterator[Sequence[Any]]:
    """A CSV writer for each file, its header written."""
    with ExitStack() as files:
        writers = []
        for name, columns in FILES.items():
            file = files.enter_context((folder / name).open("w", encoding="utf-8", newline=""))
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writers.append(writer)
        yield writers
