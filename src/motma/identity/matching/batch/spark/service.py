"""`motma match --backend spark`: the same files, decisions and links, worked out on Spark."""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from motma.identity.matching.batch import tables
from motma.identity.matching.batch.judging import DECISIONS, LINKED
from motma.identity.matching.batch.scoring import TERMS
from motma.identity.matching.batch.service import HEADER, Told, line
from motma.identity.matching.batch.spark import joins, reading, workers
from motma.identity.matching.batch.spark.errors import SparkFailed
from motma.identity.matching.batch.spark.reading import Checked
from motma.identity.matching.batch.spark.session import opened
from motma.identity.matching.weights import Model
from motma.kernel.errors import Declined, where_raised

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_JUDGED: Final = ("row", "decision", "probability", "candidates")
_EXACT: Final = ("row", "kind", "probability", "candidates")
_DESCRIBED: Final = (*(f"term_{feature}" for feature in TERMS), "place", "documents")
#: Seconds between two looks at how far Spark is.
_LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Done:
    """What came out."""

    people: Checked
    records: Checked
    decisions: Counter[str]
    exact: int


def match(  # noqa: PLR0913 - files, and where to work
    model: Model,
    people: Path,
    records: Path,
    *,
    documents: Path | None,
    output: Path,
    today: date,
    lenient: bool,
    master: str,
    told: Told,
) -> Done:
    """Decide on every record and write the links, a line per record in the records' order."""
    check = partial(reading.check, today=today, lenient=lenient)
    ours = check(people, tables.PEOPLE_ID, each=partial(told, "people"))
    theirs = check(records, tables.RECORD_ID, each=partial(told, "records"))
    with opened(master) as spark, _watched(spark, told), _silenced():
        sides = _loaded(spark, ours, theirs, documents, today=today)
        links = _links(model, *sides, people=ours.rows, records=theirs.rows)
        return _written(output, links, ours, theirs, told)


def summary(model: Model, done: Done) -> dict[str, object]:
    """What came out, in numbers."""
    return {
        "people": done.people.rows,
        "records": done.records.rows,
        **{name: done.decisions[name] for name in reversed(DECISIONS)},
        "by_exact_keys": done.exact,
        "unreadable_values": done.people.unreadable + done.records.unreadable,
        "weights": model.version,
    }


def _loaded(
    spark: "SparkSession",
    people: Checked,
    records: Checked,
    documents: Path | None,
    *,
    today: date,
) -> tuple["DataFrame", "DataFrame", "DataFrame"]:
    """People, records and who holds each document, with all that weighing needs."""
    ours = reading.load(spark, people, today=today)
    ours = reading.with_documents(spark, documents, ours)
    theirs = reading.load(spark, records, today=today)
    ours, theirs = _described(ours), _described(theirs)
    held = joins.holders(ours)
    theirs = joins.with_holders(theirs, held)
    ours, theirs = joins.counted(ours, theirs, held)
    return ours.localCheckpoint(), theirs.localCheckpoint(), held


def _described(side: "DataFrame") -> "DataFrame":
    schema = workers.schema(*side.columns, *_DESCRIBED)
    return side.mapInArrow(workers.describe, schema).localCheckpoint()


def _links(
    model: Model,
    ours: "DataFrame",
    theirs: "DataFrame",
    held: "DataFrame",
    *,
    people: int,
    records: int,
) -> "DataFrame":
    """The decision on every record, in three steps as in `linking`."""
    sizes = {"people": people, "records": records}
    owned = joins.beside(joins.owned(ours, theirs, held), ours, theirs)
    found = owned.mapInArrow(
        partial(workers.link_exactly, model=model, **sizes), workers.schema(*_EXACT)
    )
    first = found.selectExpr("row", "struct(kind, probability, candidates) AS one")
    first = first.groupBy("row").agg({"one": "min"}).selectExpr(
        "row", f"CAST({LINKED} AS long) AS decision", "`min(one)`.probability AS probability",
        "`min(one)`.candidates AS candidates", "true AS exact",
    ).localCheckpoint()  # fmt: skip
    keys = joins.people_keys(ours).localCheckpoint()
    links, left = first, theirs.join(first, "row", "left_anti")
    for loose in (False, True):
        pairs = joins.beside(joins.pairs(left, keys, loose=loose), ours, theirs)
        together = pairs.repartition("r_row").sortWithinPartitions("r_row")
        decided = together.mapInArrow(
            partial(workers.judge, model=model, **sizes), workers.schema(*_JUDGED)
        )
        decided = decided.selectExpr("*", "false AS exact").localCheckpoint()
        if not loose:
            decided = decided.where(f"decision = {LINKED}")
            left = left.join(decided, "row", "left_anti")
        links = links.unionByName(decided)
    return theirs.select("row", "id").join(links, "row", "left").sort("row")


def _written(
    output: Path, links: "DataFrame", people: Checked, records: Checked, told: Told
) -> Done:
    decisions: Counter[str] = Counter()
    exact = 0
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for row in links.toLocalIterator():
            said = row.decision or 0
            writer.writerow(line(row.id, said, row.candidates or (), row.probability or 0.0))
            decisions[DECISIONS[said]] += 1
            exact += bool(row.exact)
            told("matching", 1)
    return Done(people, records, decisions, exact)


@contextmanager
def _silenced() -> Iterator[None]:
    """Spark's own errors hold plans, paths and values: only where it broke may be told."""
    try:
        yield
    except Declined:
        raise
    except Exception as error:  # noqa: BLE001 - any message may hold a value
        raise SparkFailed(where_raised(error)) from None


@contextmanager
def _watched(spark: "SparkSession", told: Told) -> Iterator[None]:
    """Tells how many of Spark's tasks are done while it works."""
    over = Event()

    def look() -> None:
        known: dict[int, int] = {}
        while not over.wait(_LOOK_S):
            told("tasks", _done(spark, known))

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _done(spark: "SparkSession", known: dict[int, int]) -> int:
    """Tasks done since the last look; `known` holds those of each stage then."""
    tracker = spark.sparkContext.statusTracker()
    more = 0
    for stage in {*known, *tracker.getActiveStageIds()}:
        info = tracker.getStageInfo(stage)
        now = info.numCompletedTasks if info else known.get(stage, 0)
        more += now - known.get(stage, 0)
        known[stage] = now
    return more
