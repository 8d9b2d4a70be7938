"""`motma match`: whose each record of a file is, among the people of another; no database."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from motma.cli.running import decline, out, told
from motma.identity.matching.batch import service
from motma.identity.matching.batch.service import Matched
from motma.identity.matching.weights import Model, shipped
from motma.kernel.clock import SystemClock, civil_day
from motma.kernel.errors import Malformed


def match(
    people: Annotated[
        Path,
        typer.Option(
            help="CSV: person_id,full_name,birth_date,sex,document_number,bhyt,phone,"
            "commune_code[,commune_as_of].",
            exists=True,
            dir_okay=False,
        ),
    ],
    records: Annotated[
        Path,
        typer.Option(
            help="CSV: the same columns, with record_id for person_id.", exists=True, dir_okay=False
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--out", help="CSV of links to write.")],
    documents: Annotated[
        Path | None,
        typer.Option(
            help="CSV: person_id,document_number of documents that people have besides "
            "(a CMND before the CCCD); a person may have several lines.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    explain: Annotated[
        str | None, typer.Option(help="Show what each feature added for this RECORD_ID.")
    ] = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take dates and sexes that can't be read as unknown.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Find the person of every record: link, review or none, with up to three candidates.

    Files are UTF-8 with a header; an empty field is unknown; birth dates are YYYY, YYYY-MM or
    YYYY-MM-DD. The answer has record_id,decision,person_id,probability,candidates.
    Documents count like the one in the person's row: as keys and as evidence.

    Example: motma match --people P.csv --records R.csv --out links.csv
    """  # fmt: skip
    model = shipped()
    try:
        done = _match(model, people, records, documents=documents, output=output, lenient=lenient)
        _tell(model, done, output, explain=explain, as_json=as_json)
    except Malformed as malformed:
        decline(malformed)


def _match(
    model: Model,
    people: Path,
    records: Path,
    *,
    documents: Path | None,
    output: Path,
    lenient: bool,
) -> Matched:
    """Read, match and write, with a bar for each."""
    today = civil_day(SystemClock().now())
    with _bar() as bar:
        tasks = {name: bar.add_task(name, total=None) for name in _STAGES}

        def heard(stage: str, rows: int) -> None:
            bar.advance(tasks[stage], rows)

        files = service.read(
            people, records, documents=documents, today=today, lenient=lenient, told=heard
        )
        bar.update(tasks["matching"], total=len(files.records))
        done = service.match(model, files, told=heard)
        service.write(output, done)
    return done


_STAGES: Final = ("people", "records", "matching")


def _tell(model: Model, done: Matched, output: Path, *, explain: str | None, as_json: bool) -> None:
    """The summary, and the explanation that was asked for."""
    result = {**service.summary(model, done), "out": output.name}
    text = "{records} records, {people} people: {link} linked ({by_exact_keys} by exact keys), "
    lines = [(text + "{review} for review, {none} none").format(**result)]
    if result["unreadable_values"]:
        lines.append(f"{result['unreadable_values']} values could not be read: taken as unknown")
    if explain is not None:
        said, parts = _explained(model, done, explain)
        result["explained"], lines = said, [*lines, *parts]
    out(result, as_json=as_json, text="\n".join(lines))


def _explained(model: Model, done: Matched, record_id: str) -> tuple[dict[str, object], list[str]]:
    """One decision as JSON and as lines: each feature, its level and its bits."""
    match = service.explain(model, done, record_id)
    said: dict[str, object] = {
        "record_id": record_id,
        "decision": match.decision,
        "probability": match.probability,
        "candidates": match.candidates,
        "parts": [part._asdict() for part in match.parts],
    }
    lines = [f"{record_id}: {match.decision}, probability {match.probability:.6f}"]
    lines += [f"  {part.feature:<10}{part.level:<14}{part.bits:+7.2f} bits" for part in match.parts]
    return said, lines


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=told, transient=True,
    )  # fmt: skip
