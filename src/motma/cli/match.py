"""`motma match`: whose each record of a file is, among the people of another; no database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer.models import OptionInfo

from motma.cli.running import decline, out, told
from motma.identity.matching.batch import service
from motma.identity.matching.batch.spark import service as spark
from motma.identity.matching.batch.spark.session import HERE
from motma.identity.matching.deciding import Match
from motma.identity.matching.weights import shipped
from motma.kernel.clock import SystemClock, civil_day
from motma.kernel.errors import Declined

_STAGES: Final = ("people", "records", "matching")


class Backend(StrEnum):
    """Where the work is done."""

    NUMPY = "numpy"
    SPARK = "spark"


def _csv(text: str) -> OptionInfo:
    option: OptionInfo = typer.Option(help=f"CSV: {text}", exists=True, dir_okay=False)
    return option


#: Square brackets are escaped, or the help would take them for markup.
_BACKEND: Final = typer.Option(
    help="Where the work is done: in this process and its children, or on Spark with the same "
    "result (pip install 'motma\\[spark]', and Java 17).",
    envvar="MOTMA_MATCH_BACKEND",
)
_MASTER: Final = typer.Option(
    help="Spark's master; all machines must see the files under the same path.",
    envvar="MOTMA_SPARK_MASTER",
)
_PEOPLE: Final = _csv(
    "person_id, full_name, birth_date, sex, document_number, bhyt, phone, commune_code and, if "
    "known, commune_as_of."
)
_DOCUMENTS: Final = _csv(
    "person_id,document_number of documents that people have besides "
    "(a CMND before the CCCD); a person may have several lines."
)


def match(
    people: Annotated[Path, _PEOPLE],
    records: Annotated[Path, _csv("the same columns, with record_id for person_id.")],
    output: Annotated[Path, typer.Option("-o", "--out", help="CSV of links to write.")],
    documents: Annotated[Path | None, _DOCUMENTS] = None,
    explain: Annotated[
        str | None, typer.Option(help="Show what each feature added for this RECORD_ID.")
    ] = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take dates and sexes that can't be read as unknown.")
    ] = False,
    backend: Annotated[Backend, _BACKEND] = Backend.NUMPY,
    spark_master: Annotated[str, _MASTER] = HERE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Find the person of every record: link, review or none, with up to three candidates.

    Files are UTF-8 with a header; an empty field is unknown; birth dates are YYYY, YYYY-MM or
    YYYY-MM-DD. The answer has record_id,decision,person_id,probability,candidates.
    Documents count like the one in the person's row: as keys and as evidence.

    For example:

    motma match --people P.csv --records R.csv --out links.csv

    motma match --people P.csv --records R.csv --documents D.csv --out links.csv --explain R17

    motma match --people P.csv --records R.csv --out links.csv --backend spark
    """  # fmt: skip
    files = _Files(people, records, documents, output, lenient)
    try:
        if backend is Backend.NUMPY:
            _match_here(files, explain=explain, as_json=as_json)
        elif explain is None:
            _match_on_spark(files, spark_master, as_json=as_json)
        else:
            raise typer.BadParameter("--explain works with --backend numpy only")
    except Declined as declined:
        decline(declined)


@dataclass(frozen=True, slots=True)
class _Files:
    """What is matched, and where the links go."""

    people: Path
    records: Path
    documents: Path | None
    output: Path
    lenient: bool


def _match_here(files: _Files, *, explain: str | None, as_json: bool) -> None:
    """Read, match and write, with a bar for each; then tell."""
    model = shipped()
    with _bar(_STAGES) as told_rows:
        read = service.read(
            files.people, files.records, documents=files.documents, today=_today(),
            lenient=files.lenient, told=told_rows,
        )  # fmt: skip
        done = service.match(model, read, told=told_rows)
        service.write(files.output, done)
    result = service.summary(model, done)
    explained = service.explain(model, done, explain) if explain is not None else None
    _tell(result, files.output, explain, explained, as_json=as_json)


def _match_on_spark(files: _Files, master: str, *, as_json: bool) -> None:
    """The same on Spark; a bar shows its tasks, whose number it finds out as it goes."""
    model = shipped()
    with _bar((*_STAGES, "tasks")) as told_rows:
        done = spark.match(
            model, files.people, files.records, documents=files.documents, output=files.output,
            today=_today(), lenient=files.lenient, master=master, told=told_rows,
        )  # fmt: skip
    _tell(spark.summary(model, done), files.output, None, None, as_json=as_json)


def _today() -> date:
    return civil_day(SystemClock().now())


def _tell(
    result: dict[str, object],
    output: Path,
    record_id: str | None,
    explained: Match[str] | None,
    *,
    as_json: bool,
) -> None:
    """The summary, and the explanation that was asked for."""
    result = {**result, "out": output.name}
    text = "{records} records, {people} people: {link} linked ({by_exact_keys} by exact keys), "
    lines = [(text + "{review} for review, {none} none").format(**result)]
    if result["unreadable_values"]:
        lines.append(f"{result['unreadable_values']} values could not be read: taken as unknown")
    if explained is not None:
        said, parts = _explained(record_id, explained)
        result["explained"], lines = said, [*lines, *parts]
    out(result, as_json=as_json, text="\n".join(lines))


def _explained(record_id: str | None, match: Match[str]) -> tuple[dict[str, object], list[str]]:
    """One decision as JSON and as lines: each feature, its level and its bits."""
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


@contextmanager
def _bar(stages: tuple[str, ...]) -> Iterator[Callable[[str, int], None]]:
    """A bar for each stage; what comes out hears how many rows more are done.

    As many are to be matched as records were read.
    """
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeElapsedColumn(), console=told, transient=True) as bar:
        tasks = {name: bar.add_task(name, total=None) for name in stages}

        def heard(stage: str, rows: int) -> None:
            bar.advance(tasks[stage], rows)
            if stage == "records":
                bar.update(tasks["matching"], total=bar.tasks[tasks["records"]].completed)

        yield heard
