"""The report beside an imported file: one line a finding, safe to open in a spreadsheet.

It holds row numbers, our own column names and permanent codes, and nothing of the file's content.
"""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from motma.identity.importing.rows import Finding


class Report:
    """Appends findings; each is on disk before the chunk it belongs to is committed."""

    def __init__(self, path: Path, *, rows_done: int) -> None:
        """Keep what earlier runs found in rows that were committed; forget the rest."""
        kept = _committed(path, last_row=rows_done + 1)
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(Finding._fields)
        self._writer.writerows(kept)

    def add(self, findings: Iterable[Finding]) -> None:
        """Write and fsync."""
        self._writer.writerows(sorted(findings))
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _committed(path: Path, *, last_row: int) -> list[list[str]]:
    """The lines of an earlier run up to a row; a last line that was cut is not one."""
    if last_row <= 1 or not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.reader(file) if len(line) == len(Finding._fields)]
    return [line for line in lines if line[0].isdigit() and int(line[0]) <= last_row]
