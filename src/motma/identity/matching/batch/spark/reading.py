"""The files as Spark sees them: checked here line by line, then read where the work is."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from motma.identity.matching.batch import tables
from motma.identity.matching.batch.errors import FileRefused
from motma.identity.matching.batch.spark import workers
from motma.identity.matching.batch.tables import Coder, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SCHEMA: Final = workers.schema("row", "id", *workers.RAW)
#: Lines that a refusal names.
_TOLD: Final = 20
_FIRST_LINE: Final = 2

Heard = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file in order: its rows, and the values in it that say nothing since they can't be read."""

    path: Path
    key: str
    rows: int
    unreadable: int


def check(path: Path, key: str, *, today: date, lenient: bool, each: Heard) -> Checked:
    """Go through a file once, holding a part at a time; refused with the lines that show why."""
    rows = unreadable = 0
    for by_name in tables.columns_of(path, {key, *tables.TEXTS}, {tables.OPTIONAL}):
        ids = by_name[key]
        if "" in ids:
            raise FileRefused("match.id", key, path.name, (rows + ids.index("") + _FIRST_LINE,))
        empty = ("",) * len(ids)
        coders = {name: Coder() for name in workers.RAW}
        codes = {name: coders[name].code(by_name.get(name, empty)) for name in workers.RAW}
        part = Table(list(ids), codes, np.zeros((len(ids), 0), np.int32))
        unreadable += tables.check_values(
            path, part, coders, today=today, lenient=lenient, after=rows
        )
        rows += len(ids)
        each(len(ids))
    return Checked(path, key, rows, unreadable)


def load(spark: "SparkSession", file: Checked, *, today: date) -> "DataFrame":
    """The rows of a checked file, numbered in its order; refused if an id comes twice."""
    with file.path.open(encoding="utf-8-sig", newline="") as opened:
        header = opened.readline().rstrip("\r\n")
    names = next(csv.reader([header]))
    lines = spark.read.text(file.path.resolve().as_uri())
    numbered = lines.selectExpr("monotonically_increasing_id() AS row", "value")
    read = partial(workers.read_lines, header=header, names=names, key=file.key, today=today)
    rows = numbered.mapInArrow(read, _SCHEMA).localCheckpoint()
    twice = rows.groupBy("id").count().where("count > 1").limit(_TOLD).collect()
    if twice:
        raise FileRefused("match.id", file.key, file.path.name, _again(file, {r.id for r in twice}))
    return rows


def _again(file: Checked, ids: set[str]) -> tuple[int, ...]:
    """Lines whose id came before."""
    seen: set[str] = set()
    found: list[int] = []
    line = _FIRST_LINE
    for by_name in tables.columns_of(file.path, {file.key, *tables.TEXTS}, {tables.OPTIONAL}):
        for at, one in enumerate(by_name[file.key]):
            if one in seen:
                found.append(line + at)
            seen |= {one} & ids
        line += len(by_name[file.key])
    return tuple(found[:_TOLD])


def with_documents(spark: "SparkSession", path: Path | None, people: "DataFrame") -> "DataFrame":
    """People with `more`, the documents that a file names besides; refused as by `tables`."""
    if path is None:
        return people.selectExpr("*", "CAST(array() AS array<string>) AS more")
    wanted = {tables.PEOPLE_ID, tables.DOCUMENT}
    for _ in tables.columns_of(path, wanted, set()):
        pass  # each line is checked as it is read
    uri = path.resolve().as_uri()
    held = spark.read.csv(uri, header=True, escape='"', nullValue="\x00", emptyValue="")
    held = held.selectExpr("person_id AS id", "coalesce(document_number, '') AS one")
    strange = held.join(people, "id", "left_anti").limit(_TOLD).collect()
    if strange:
        lines = _lines(path, {row.id for row in strange}, after=0)
        raise FileRefused("match.unknown-person", tables.PEOPLE_ID, path.name, lines[:_TOLD])
    many = held.groupBy("id").count().where(f"count > {tables.MOST_DOCUMENTS}").limit(1).collect()
    if many:
        lines = _lines(path, {row.id for row in many}, after=tables.MOST_DOCUMENTS)
        raise FileRefused("match.many-documents", tables.PEOPLE_ID, path.name, lines[:1])
    gathered = held.groupBy("id").agg({"one": "collect_list"})
    gathered = gathered.selectExpr("id", "`collect_list(one)` AS held")
    found = people.join(gathered, "id", "left")
    return found.selectExpr("*", "coalesce(held, array()) AS more").drop("held")


def _lines(path: Path, ids: set[str], *, after: int) -> tuple[int, ...]:
    """Lines that name one of these people, after the first few of each."""
    seen: dict[str, int] = dict.fromkeys(ids, 0)
    found: list[int] = []
    line = _FIRST_LINE
    for by_name in tables.columns_of(path, {tables.PEOPLE_ID, tables.DOCUMENT}, set()):
        for at, one in enumerate(by_name[tables.PEOPLE_ID]):
            if one in seen:
                seen[one] += 1
                if seen[one] > after:
                    found.append(line + at)
        line += len(by_name[tables.PEOPLE_ID])
    return tuple(found)
