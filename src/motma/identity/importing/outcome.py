"""What merging a chunk came to."""

from dataclasses import dataclass, field
from uuid import UUID

from motma.identity.importing.rows import Finding


@dataclass(slots=True)
class Merged:
    """Counts, people and findings, filled while a chunk is merged."""

    created: int = 0
    known: int = 0
    people: dict[int, UUID] = field(default_factory=dict)  # row → whose it is
    findings: list[Finding] = field(default_factory=list)

    def warn(self, row: int, column: str, code: str) -> None:
        """Note something odd."""
        self.findings.append(Finding(row, column, "warning", code))
