"""What runs in Spark's Python workers: rows of Arrow batches through the code of the other backend.

Every function takes and gives batches. An error names where it was raised and never a value.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial, wraps
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch import tables
from motma.identity.matching.batch.blocking import CUTS, Cuts, Keys, Rows, cut, key_of, number
from motma.identity.matching.batch.columns import Lexicon, Side, sides
from motma.identity.matching.batch.judging import certain, judged
from motma.identity.matching.batch.keys import Block
from motma.identity.matching.batch.scoring import TERMS, Counts, Scorer, term
from motma.identity.matching.batch.tables import Coder, Codes, Table
from motma.identity.matching.weights import Model
from motma.kernel.errors import where_raised

#: The columns of a file as they are written.
RAW: Final = (*tables.TEXTS, tables.OPTIONAL)
#: Pairs weighed at once, or those of one record: bounds the memory.
_STEP: Final = 40_000
_NOBODY: Final[Mapping[str, Sequence[str]]] = dict.fromkeys(("id", *RAW), ())
#: Columns of keys that are texts; the others are numbers that mean the same everywhere.
_TEXTS: Final = frozenset(
    ("given", "middle", "family", "plain", "bag", "sounds", "document", "bhyt", "phone")
)

Batches = Iterator[Any]  # of pyarrow.RecordBatch
Columns = dict[str, list[Any]]


#: Kinds of columns that are no texts.
_KINDS: Final = {
    **dict.fromkeys(("row", "block", "key", "kind", "decision", "place", "term_birth"), "long"),
    **dict.fromkeys(("more", "documents", "candidates"), "array<string>"),
    "probability": "double",
}


def _kind(name: str) -> str:
    return _KINDS.get(name, "string")


def schema(*names: str) -> str:
    """Columns as Spark wants them described."""
    return ", ".join(f"{name} {_kind(name)}" for name in names)


def _silent(work: Callable[..., Iterator[Columns]]) -> Callable[..., Batches]:
    """Columns as Arrow batches; whatever breaks, its message stays here: it may name somebody."""

    @wraps(work)
    def run(batches: Batches, **given: Any) -> Batches:  # noqa: ANN401 - what the work takes
        import pyarrow as pa

        arrow = {
            "long": pa.int64(),
            "double": pa.float64(),
            "array<string>": pa.list_(pa.string()),
        }
        try:
            for columns in work(batches, **given):
                types = [arrow.get(_kind(name), pa.string()) for name in columns]
                shape = pa.schema(list(zip(columns, types, strict=True)))
                yield pa.RecordBatch.from_pydict(columns, schema=shape)
        except Exception as error:  # noqa: BLE001 - any message may name somebody
            raise RuntimeError(where_raised(error)) from None

    return run


@_silent
def read_lines(
    batches: Batches, *, header: str, names: Sequence[str], key: str, today: date
) -> Iterator[Columns]:
    """Lines as columns: the file was checked before, so what can't be read says nothing."""
    for batch in batches:
        said = batch.to_pydict()
        lines = [(r, v) for r, v in zip(said["row"], said["value"], strict=True) if v != header]
        rows = csv.reader([line for _, line in lines], strict=True)
        columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if lines else {}
        empty = ("",) * len(lines)
        written = {name: columns.get(name, empty) for name in RAW}
        table, coders = _table({"id": columns.get(key, empty), **written})
        tables.check_values(Path(), table, coders, today=today, lenient=True)
        read = {name: _texts(coders[name].values(), table.columns[name]) for name in RAW}
        yield {"row": [row for row, _ in lines], "id": list(table.ids), **read}


@_silent
def describe(batches: Batches) -> Iterator[Columns]:
    """With the terms whose rarity counts, the commune of the new world, and all documents."""
    for batch in batches:
        columns = batch.to_pydict()
        lexicon, side, _ = _sides(columns, _NOBODY)
        said: Columns = {}
        for feature in TERMS:
            codes = term(side, feature)
            values = lexicon.texts.get(feature)  # of a birth date the term is a number in itself
            said[f"term_{feature}"] = _texts(values, codes) if values else codes.tolist()
        documents = np.concatenate((side.document[:, None], side.more), axis=1).tolist()
        texts = lexicon.texts["document"]
        yield {
            **columns,
            **said,
            "place": number(side, cut(lexicon, side), "commune").tolist(),
            "documents": [[texts[code] for code in codes] for codes in documents],
        }


@_silent
def make_keys(batches: Batches, *, blocks: tuple[Block, ...], of_people: bool) -> Iterator[Columns]:
    """The keys of each row: number of the block, key, row."""
    for batch in batches:
        columns = batch.to_pydict()
        lexicon, side, _ = _sides(columns, _NOBODY)
        cuts, stable = cut(lexicon, side), _Stable(lexicon)
        holder = np.array(columns.get("holder", []), np.int32)
        every, row = np.arange(len(side)), np.array(columns["row"], np.int64)
        for at, block in enumerate(blocks):
            one, rows = side, every
            if of_people and block.by_document:
                rows, numbers = side.holders()
                one = replace(side.rows(rows), document=numbers)
            read = partial(_column, one, cuts, stable, holder)
            for key in (block.person,) if of_people else block.asked:
                made = key_of(key, read)
                known = np.flatnonzero(made)
                yield {
                    "block": [at] * len(known),
                    "key": made[known].view(np.int64).tolist(),
                    "row": row[rows[known]].tolist(),
                }


def _column(side: Side, cuts: Cuts, stable: "_Stable", holder: Codes, name: str) -> Codes | Keys:
    """A column of a key, in numbers that mean the same in every batch."""
    if name == "holder":
        return holder
    if name not in CUTS and name not in _TEXTS:
        return number(side, cuts, name)
    codes: Codes = getattr(side, CUTS[name][0] if name in CUTS else name)
    return stable.of(name)[codes]


class _Stable:
    """Numbers of texts that are the same in every worker, by their codes here."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._texts = lexicon.texts
        self._made: dict[str, Keys] = {}

    def of(self, name: str) -> Keys:
        """The numbers of a column's texts, 0 of the empty one."""
        if name not in self._made:
            of, shorten = CUTS.get(name, (name, str))
            texts = [shorten(text) for text in self._texts[of]]
            self._made[name] = np.array([_hash(text) for text in texts], np.uint64)
        return self._made[name]


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) if text else 0


@_silent
def link_exactly(batches: Batches, *, model: Model, people: int, records: int) -> Iterator[Columns]:
    """Which pairs of one exact key are links, and how sure."""
    for batch in batches:
        pairs = _Pairs.of(batch, model, people=people, records=records)
        linked, sure = certain(*pairs.sides, pairs.person, pairs.record)
        yield {
            "row": pairs.rows[pairs.record[linked]].tolist(),
            "kind": np.asarray(batch.column("kind"))[linked].tolist(),
            "probability": sure.tolist(),
            "candidates": [[pairs.ids[at]] for at in pairs.person[linked].tolist()],
        }


@_silent
def judge(batches: Batches, *, model: Model, people: int, records: int) -> Iterator[Columns]:
    """The decision on each record; all its pairs stand together."""
    for table in _whole_records(batches):
        pairs = _Pairs.of(table, model, people=people, records=records)
        found = judged(model, *pairs.sides, person=pairs.person, record=pairs.record)
        yield {
            "row": pairs.rows[found.record].tolist(),
            "decision": found.decision.tolist(),
            "probability": found.probability.tolist(),
            "candidates": [
                [pairs.ids[at] for at in who if at >= 0] for who in found.candidates.tolist()
            ],
        }


def _whole_records(batches: Batches) -> Iterator[Any]:
    """Tables of some records with all their pairs; rows are sorted by record."""
    import pyarrow as pa

    waiting: list[Any] = []
    size = 0
    for batch in batches:
        waiting.append(pa.Table.from_batches([batch]))
        size += batch.num_rows
        if size < _STEP:
            continue
        whole = pa.concat_tables(waiting)
        record = whole.column("r_row").to_numpy()
        last = int(np.searchsorted(record, record[-1]))
        if last:
            yield whole.slice(0, last)
        waiting, size = [whole.slice(last)], whole.num_rows - last
    if size:
        yield pa.concat_tables(waiting)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of people and records, each of them once, in the order of the files."""

    sides: tuple[Scorer, Side, Side]
    person: Rows
    record: Rows
    ids: list[str]  # of people
    rows: Rows  # of records, in the file

    @classmethod
    def of(cls, said: Any, model: Model, *, people: int, records: int) -> "_Pairs":  # noqa: ANN401 - Arrow
        """From wide rows: a person and a record in each."""
        (ours, person, _), (theirs, record, rows) = (_side(said, of) for of in ("p_", "r_"))
        lexicon, *both = _sides(ours, theirs)
        held = {
            feature: _held(f"held_{feature}", (ours, theirs), [term(s, feature) for s in both])
            for feature in TERMS
        }
        codes = [term(s, "phone") for s in both]
        written = {"phone": _held("written_phone", (ours, theirs), codes)}
        scorer = Scorer(model, lexicon, Counts(people, records, held, written))
        return cls((scorer, both[0], both[1]), person, record, ours["id"], rows)


def _side(said: Any, prefix: str) -> tuple[Columns, Rows, Rows]:  # noqa: ANN401 - Arrow
    """The different rows of one side of pairs, where each pair's is, and their rows in the file."""
    row = np.asarray(said.column(f"{prefix}row"))
    rows, first, places = np.unique(row, return_index=True, return_inverse=True)
    names = [name for name in said.schema.names if name.startswith(prefix)]
    columns = said.select(names).take(first).to_pydict()
    return {name.removeprefix(prefix): columns[name] for name in names}, places, rows


def _held(name: str, files: Sequence[Columns], codes: Sequence[Codes]) -> NDArray[np.int64]:
    """How many have each term of a batch: what was counted for its rows, by their codes."""
    counted = np.zeros(1 + max(int(one.max(initial=0)) for one in codes), np.int64)
    for columns, terms in zip(files, codes, strict=True):
        if name in columns:
            counted[terms] = columns[name]
    return counted


def _sides(
    people: Mapping[str, Sequence[Any]], records: Mapping[str, Sequence[Any]]
) -> tuple[Lexicon, Side, Side]:
    coders = {name: Coder() for name in RAW}
    both = [_table(columns, coders)[0] for columns in (people, records)]
    return sides(both[0], both[1], coders)


def _table(
    columns: Mapping[str, Sequence[Any]], coders: dict[str, Coder] | None = None
) -> tuple[Table, dict[str, Coder]]:
    """Columns of texts as a table of codes, with what the codes stand for."""
    coders = coders or {name: Coder() for name in RAW}
    codes = {name: coders[name].code(tuple(columns[name])) for name in RAW}
    held = [coders[tables.DOCUMENT].code(tuple(one)) for one in columns.get("more", ())]
    more = np.zeros((len(columns["id"]), max(map(len, held), default=0)), np.int32)
    for at, one in enumerate(held):
        more[at, : len(one)] = one
    return Table(list(columns["id"]), codes, more), coders


def _texts(values: Sequence[str], codes: Codes) -> list[str]:
    return [values[code] for code in codes.tolist()]
