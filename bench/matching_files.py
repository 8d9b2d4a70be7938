"""The files of the matching benchmark, read: people, and records with their truth and links."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from motma.kernel import names

_DAY = len("1987-01-18")


@dataclass(frozen=True, slots=True)
class Person:
    """What plain rules compare."""

    name: str  # without marks
    birth: str
    document: str
    phone: str
    commune: str

    @property
    def family(self) -> str:
        """The first word of the name."""
        return self.name.partition(" ")[0]

    @property
    def full_birth(self) -> bool:
        """Whether the day is known."""
        return len(self.birth) == _DAY


@dataclass(frozen=True, slots=True)
class Record:
    """A record: what it says, whose it is, and what was decided."""

    person: Person
    truth: str
    damages: tuple[str, ...]
    decision: str
    linked: str
    probability: float
    candidates: tuple[str, ...]


def people(path: Path) -> dict[str, Person]:
    """Everybody by id."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["person_id"]: _person(row) for row in csv.DictReader(file)}


def records(folder: Path) -> Iterator[Record]:
    """Every record with its truth and its link: three files in one order."""
    paths = [folder / name for name in ("R.csv", "truth.csv", "links.csv")]
    with (
        paths[0].open(encoding="utf-8", newline="") as written,
        paths[1].open(encoding="utf-8", newline="") as truths,
        paths[2].open(encoding="utf-8", newline="") as links,
    ):
        rows = (csv.DictReader(file) for file in (written, truths, links))
        for row, truth, link in zip(*rows, strict=True):
            assert row["record_id"] == truth["record_id"] == link["record_id"]
            yield Record(
                _person(row),
                truth["person_id"],
                tuple(filter(None, truth["damages"].split(";"))),
                link["decision"],
                link["person_id"],
                float(link["probability"]),
                tuple(filter(None, link["candidates"].split(";"))),
            )


def _person(row: dict[str, str]) -> Person:
    return Person(
        names.fold(row["full_name"]),
        row["birth_date"],
        row["document_number"],
        row["phone"],
        row["commune_code"],
    )
