"""Synthetic people and records as files, matched: what tests of matching start from."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from motma.cli import simulate_records
from motma.identity.matching.batch import service
from motma.identity.matching.batch.columns import Lexicon, Side, sides
from motma.identity.matching.batch.service import Files
from motma.identity.matching.evidence import Features

TODAY = date(2026, 1, 1)
COLUMNS = "full_name,birth_date,sex,document_number,bhyt,phone,commune_code,commune_as_of"


@dataclass(frozen=True)
class Stage:
    """Files that were read, in columns."""

    files: Files
    lexicon: Lexicon
    people: Side
    records: Side

    def person(self, row: int) -> Features:
        """A person as a single one is compared."""
        return self.files.features(self.files.people, row)

    def record(self, row: int) -> Features:
        """A record as a single one is compared."""
        return self.files.features(self.files.records, row)


def stage(people: Path, records: Path, documents: Path | None = None) -> Stage:
    """The files, read."""
    files = service.read(
        people, records, documents=documents, today=TODAY, lenient=False, told=lambda *_: None
    )
    return Stage(files, *sides(files.people, files.records, files.coders))


def simulated(folder: Path, people: int, *, preset: str = "worst", seed: int = 11) -> Stage:
    """A synthetic population with more damage than any real one."""
    simulate_records.records(preset=preset, people=people, seed=seed, output=folder)
    return stage(folder / "P.csv", folder / "R.csv")


def written(folder: Path, people: list[str], records: list[str]) -> tuple[Path, Path]:
    """Two files of such lines; each line begins with its id."""
    paths = folder / "P.csv", folder / "R.csv"
    for path, key, lines in zip(paths, ("person_id", "record_id"), (people, records), strict=True):
        path.write_text("\n".join([f"{key},{COLUMNS}", *lines, ""]), encoding="utf-8")
    return paths
