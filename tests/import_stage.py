"""What tests of the import work with: an importer, and questions about the outcome."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from motma.access.means import Means
from motma.identity import model
from motma.identity.importing import columns, service
from motma.identity.importing.service import Order, Progress
from motma.identity.model import Assurance, Profile
from motma.storage.pool import Connection

TABLES = ("person", "person_version", "qid", "document", "document_index", "person_index")


@dataclass
class Importer:
    """What a test does with files."""

    dsn: str
    db: Connection
    means: Means
    home: Path

    @property
    def keys(self) -> Path:
        """The key ring's directory."""
        return self.home / "keys"

    def file(self, rows: Iterable[Mapping[str, str]], *, name: str = "people.csv") -> Path:
        """A CSV file of these people."""
        path = self.home / name
        with path.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, list(columns.HEADERS), restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def order(self, path: Path, *, assurance: Assurance = Assurance.CONFIRMED) -> Order:
        """From one source, in chunks of three rows."""
        return Order(path=path, source="a source", assurance=assurance, chosen={}, chunk_rows=3)

    async def run(self, path: Path, *, assurance: Assurance = Assurance.CONFIRMED) -> Progress:
        """Import a file."""
        order = self.order(path, assurance=assurance)
        return await service.run(self.db, self.means, order, keys=self.keys)

    def findings(self, path: Path) -> list[tuple[int, str, str]]:
        """Row, severity and code of each line in the report."""
        report = path.with_name(path.name + ".errors.csv")
        with report.open(encoding="utf-8", newline="") as text:
            return [(int(f["row"]), f["severity"], f["code"]) for f in csv.DictReader(text)]

    async def profiles(self) -> list[Profile]:
        """Everybody, opened."""
        rows = await self.db.fetch("SELECT person_id, profile FROM person")
        opened = (
            self.means.vault.open(model.PROFILE_COLUMN, r["person_id"], r["profile"]) for r in rows
        )
        return [model.read(plain) for plain in opened]

    async def people(self) -> Counter[tuple[str, str, tuple[str, ...]]]:
        """Name, birth date and documents of everybody, counted."""
        return Counter(
            (p.full_name.value, p.birth.value, tuple(sorted(d.document.key for d in p.documents)))
            for p in await self.profiles()
        )

    async def counts(self) -> dict[str, int]:
        """Rows of each table that the import writes."""
        return {t: await self.db.fetchval(f"SELECT count(*) FROM {t}") for t in TABLES}
