"""People, records and more documents from CSV files, each column as codes of its values."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.errors import FileRefused
from motma.kernel import birth as births
from motma.kernel.errors import Malformed

Codes = NDArray[np.int32]

TEXTS: Final = (
    "full_name", "birth_date", "sex", "document_number", "bhyt", "phone", "commune_code",
)  # fmt: skip
OPTIONAL: Final = "commune_as_of"
PEOPLE_ID: Final = "person_id"
RECORD_ID: Final = "record_id"
DOCUMENT: Final = "document_number"
#: Documents that one person may have beside the one in their row: more are a broken file.
MOST_DOCUMENTS: Final = 16

#: Rows read between two movements of the progress bar.
_STEP: Final = 50_000
#: Lines that a refusal names.
_TOLD: Final = 20
_HEADER_LINES: Final = 1
_SEXES: Final = frozenset({"", "male", "female", "other", "unknown"})
#: Longest text that any column needs; more is a broken quotation mark.
_LONGEST: Final = 500


class Coder:
    """Numbers the different values of a column in the order in which they come."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {"": 0}  # 0 is always "says nothing"

    def code(self, values: tuple[str, ...]) -> Codes:
        """The code of each value."""
        codes = self._codes
        return np.fromiter((codes.setdefault(v, len(codes)) for v in values), np.int32, len(values))

    def values(self) -> list[str]:
        """The values by code."""
        return list(self._codes)


@dataclass(frozen=True, slots=True)
class Table:
    """One file: ids as written, and the codes of each column.

    `more` are the codes of documents beside the one in the row: a row for each row, padded with 0.
    """

    ids: list[str]
    columns: dict[str, Codes]
    more: Codes

    def __len__(self) -> int:
        return len(self.ids)


Heard = Callable[[int], object]


def read(path: Path, key: str, coders: dict[str, Coder], *, each: Heard) -> Table:
    """The file as a table; `each` hears how many rows came since it last heard."""
    ids: list[str] = []
    parts: dict[str, list[Codes]] = {name: [] for name in (*TEXTS, OPTIONAL)}
    for by_name in columns_of(path, {key, *TEXTS}, {OPTIONAL}):
        ids += by_name[key]
        empty = ("",) * len(by_name[key])
        for name, part in parts.items():
            part.append(coders[name].code(by_name.get(name, empty)))
        each(len(empty))
    _check_ids(path, key, ids)
    columns = {name: _joined(part) for name, part in parts.items()}
    return Table(ids, columns, np.zeros((len(ids), 0), np.int32))


def with_documents(path: Path, people: Table, coders: dict[str, Coder]) -> Table:
    """The people with the documents that a file of `person_id,document_number` names besides."""
    row_of = {one: row for row, one in enumerate(people.ids)}
    found: dict[int, list[int]] = {}
    line = 1 + _HEADER_LINES
    for by_name in columns_of(path, {PEOPLE_ID, DOCUMENT}, set()):
        rows = [row_of.get(one, -1) for one in by_name[PEOPLE_ID]]
        if -1 in rows:
            lines = tuple(line + at for at, row in enumerate(rows) if row < 0)
            raise FileRefused("match.unknown-person", PEOPLE_ID, path.name, lines[:_TOLD])
        numbers = coders[DOCUMENT].code(by_name[DOCUMENT]).tolist()
        for at, (row, number) in enumerate(zip(rows, numbers, strict=True)):
            held = found.setdefault(row, [])
            held.append(number)
            if len(held) > MOST_DOCUMENTS:
                raise FileRefused("match.many-documents", PEOPLE_ID, path.name, (line + at,))
        line += len(rows)
    more = np.zeros((len(people), max(map(len, found.values()), default=0)), np.int32)
    for row, numbers in found.items():
        more[row, : len(numbers)] = numbers
    return Table(people.ids, people.columns, more)


def columns_of(
    path: Path, wanted: set[str], optional: set[str]
) -> Iterator[dict[str, tuple[str, ...]]]:
    """The columns of some lines at a time, by name, if the file is in order."""
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            names = _header(path, next(reader, []), wanted, optional)
            for rows in _batches(reader):
                _check_shape(path, rows, len(names), line=line, ends=reader.line_num)
                line += len(rows)
                yield dict(zip(names, zip(*rows, strict=True), strict=True))
    except UnicodeDecodeError:
        raise FileRefused("match.not-utf8", None, path.name, _line_not_utf8(path)) from None
    except csv.Error:
        raise FileRefused("match.not-csv", None, path.name, (reader.line_num,)) from None


def check_values(
    path: Path,
    table: Table,
    coders: dict[str, Coder],
    *,
    today: date,
    lenient: bool,
    after: int = 0,
) -> int:
    """Refuse a file with unreadable dates or sexes; when `lenient` count them: they say nothing.

    The table may be a part of the file: it comes `after` so many rows.
    """
    unreadable = 0
    for field, code, fine in (
        ("birth_date", "match.birth-date", lambda text: _is_birth(text, today)),
        ("sex", "match.sex", _SEXES.__contains__),
        (OPTIONAL, "match.commune-as-of", _is_day),
    ):
        values = coders[field].values()
        bad = np.array([bool(text) and not fine(text) for text in values])
        rows = np.flatnonzero(bad[table.columns[field]])
        if rows.size and not lenient:
            lines = tuple(after + int(row) + 1 + _HEADER_LINES for row in rows[:_TOLD])
            raise FileRefused(code, field, path.name, lines)
        table.columns[field][rows] = 0
        unreadable += rows.size
    return unreadable


def _joined(parts: list[Codes]) -> Codes:
    return np.concatenate(parts) if parts else np.zeros(0, np.int32)


def _batches(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while rows := list(islice(reader, _STEP)):
        yield rows


def _header(path: Path, names: list[str], wanted: set[str], optional: set[str]) -> list[str]:
    """The column names, if they are the ones of such a file."""
    if not wanted <= set(names) <= wanted | optional or len(set(names)) != len(names):
        raise FileRefused("match.header", None, path.name, (1,))
    return names


def _check_shape(path: Path, rows: list[list[str]], width: int, *, line: int, ends: int) -> None:
    """Each row has each column on one line."""
    first = line + 1 + _HEADER_LINES
    wrong = [first + i for i, row in enumerate(rows) if len(row) != width]
    if wrong:
        raise FileRefused("match.columns", None, path.name, tuple(wrong[:_TOLD]))
    if ends != line + len(rows) + _HEADER_LINES:
        broken = (i for i, row in enumerate(rows) if any("\n" in text for text in row))
        raise FileRefused("match.line-break", None, path.name, (first + next(broken, 0),))
    long = [first + i for i, row in enumerate(rows) if max(map(len, row)) > _LONGEST]
    if long:
        raise FileRefused("match.too-long", None, path.name, tuple(long[:_TOLD]))


def _check_ids(path: Path, key: str, ids: list[str]) -> None:
    """Every row has an id, and no two have the same."""
    if len(set(ids)) == len(ids) and "" not in ids:
        return
    seen = {""}
    wrong = []
    for at, one in enumerate(ids):
        if one in seen:
            wrong.append(at + 1 + _HEADER_LINES)
        seen.add(one)
    raise FileRefused("match.id", key, path.name, tuple(wrong[:_TOLD]))


def _line_not_utf8(path: Path) -> tuple[int, ...]:
    """The first line that isn't UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return (number,)
    return ()


def _is_birth(text: str, today: date) -> bool:
    try:
        births.parse(text, today=today)
    except Malformed:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
