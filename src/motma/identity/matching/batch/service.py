"""`motma match`: two files in, one file of links out; no database."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from motma.identity.matching import deciding
from motma.identity.matching.batch import scoring, tables
from motma.identity.matching.batch.columns import Lexicon, Side, sides
from motma.identity.matching.batch.errors import FileRefused
from motma.identity.matching.batch.judging import DECISIONS, LINKED
from motma.identity.matching.batch.linking import Links, link
from motma.identity.matching.batch.tables import Coder, Table
from motma.identity.matching.deciding import Candidate, Match
from motma.identity.matching.evidence import Evidence, Features, document_of, features_of
from motma.identity.matching.weighing import weigh
from motma.identity.matching.weights import Model

HEADER: Final = ("record_id", "decision", "person_id", "probability", "candidates")
_STEP: Final = 50_000

#: Hears which stage the work is in and how many rows more are done.
Told = Callable[[str, int], object]


@dataclass(frozen=True, slots=True)
class Files:
    """Both files, read."""

    people: Table
    records: Table
    coders: dict[str, Coder]
    unreadable: int  # dates and sexes that say nothing because they can't be read

    def evidence(self, table: Table, row: int) -> Evidence:
        """One row as it was written."""
        said = {
            name: self.coders[name].values()[table.columns[name][row]]
            for name in (*tables.TEXTS, tables.OPTIONAL)
        }
        return Evidence(birth=said.pop("birth_date"), **said)

    def features(self, table: Table, row: int) -> Features:
        """One row in the form that is compared, with all its documents."""
        found = features_of(self.evidence(table, row))
        values = self.coders[tables.DOCUMENT].values()
        more = [document_of(values[code]) for code in table.more[row].tolist() if code]
        return replace(found, documents=(*found.documents, *filter(None, more)))


@dataclass(frozen=True, slots=True)
class Matched:
    """The files with their links."""

    files: Files
    lexicon: Lexicon
    people: Side
    records: Side
    links: Links


def read(
    people: Path,
    records: Path,
    *,
    documents: Path | None = None,
    today: date,
    lenient: bool,
    told: Told,
) -> Files:
    """Both files, and people's other documents; refused with the lines that show why."""
    coders = {name: Coder() for name in (*tables.TEXTS, tables.OPTIONAL)}
    unreadable = 0

    def table(path: Path, key: str, stage: str) -> Table:
        nonlocal unreadable
        found = tables.read(path, key, coders, each=lambda rows: told(stage, rows))
        unreadable += tables.check_values(path, found, coders, today=today, lenient=lenient)
        return found

    first = table(people, tables.PEOPLE_ID, "people")
    if documents is not None:
        first = tables.with_documents(documents, first, coders)
    second = table(records, tables.RECORD_ID, "records")
    return Files(first, second, coders, unreadable)


def match(model: Model, files: Files, *, told: Told) -> Matched:
    """Decide on every record."""
    lexicon, people, records = sides(files.people, files.records, files.coders)
    links = link(model, lexicon, people, records, each=lambda rows: told("matching", rows))
    return Matched(files, lexicon, people, records, links)


def write(path: Path, done: Matched) -> None:
    """The links, a line per record in the records' order."""
    people = np.array([*done.files.people.ids, ""], dtype=object)
    links = done.links
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for at in range(0, len(done.records), _STEP):
            rows = slice(at, at + _STEP)
            decisions = links.decision[rows].tolist()
            shown = people[links.candidates[rows]].tolist()
            writer.writerows(
                line(one, said, tuple(filter(None, who)), sure)
                for one, said, who, sure in zip(
                    done.files.records.ids[rows],
                    decisions,
                    shown,
                    links.probability[rows].tolist(),
                    strict=True,
                )
            )


def line(
    record_id: str, decision: int, candidates: Sequence[str], probability: float
) -> tuple[str, ...]:
    """One line of the links."""
    person = candidates[0] if decision == LINKED else ""
    shown = ";".join(candidates)
    return record_id, DECISIONS[decision], person, f"{probability:.6f}", shown


def summary(model: Model, done: Matched) -> dict[str, object]:
    """What came out, in numbers."""
    counted = Counter(DECISIONS[said] for said in done.links.decision.tolist())
    return {
        "people": len(done.people),
        "records": len(done.records),
        **{name: counted.get(name, 0) for name in reversed(DECISIONS)},
        "by_exact_keys": int(done.links.exact.sum()),
        "unreadable_values": done.files.unreadable,
        "weights": model.version,
    }


def explain(model: Model, done: Matched, record_id: str) -> Match[str]:
    """One record's decision with what each feature added, weighed again pair by pair."""
    files = done.files
    if record_id not in files.records.ids:
        raise FileRefused("match.unknown-record")
    row = files.records.ids.index(record_id)
    record = files.features(files.records, row)
    terms = scoring.terms(model, done.lexicon, done.people, done.records)
    candidates = [
        Candidate(
            files.people.ids[who],
            weigh(model, files.features(files.people, who), record, terms=terms),
        )
        for who in done.links.candidates[row].tolist()
        if who >= 0
    ]
    return deciding.decide(model, candidates, people=len(done.people))
