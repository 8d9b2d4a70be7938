"""Rows of text from a CSV or XLSX file as it comes: any usual encoding and separator, streaming."""

import codecs
import csv
import hashlib
import io
import zipfile
from collections.abc import Generator
from datetime import date, datetime
from pathlib import Path
from typing import Final, TextIO

from python_calamine import CalamineError, CalamineWorkbook

from motma.kernel.errors import Malformed

#: A row with a longer cell is a finding: nobody's data, or a quote that was never closed.
LONGEST_CELL: Final = 10_000
#: What an XLSX may unpack to, bytes: its reader holds a whole sheet in memory, and a small file
#: can unpack to anything (measured: 1.8 bytes held for each unpacked). A CSV is read row by row.
LARGEST_XLSX: Final = 110_000_000
#: A row that can't be read at all stands in its place as this.
UNREADABLE: Final = None

_SEPARATORS: Final = ",;\t|"
_HEAD_BYTES: Final = 65_536
_BLOCK_BYTES: Final = 1 << 20
_XLSX_MAGIC: Final = b"PK\x03\x04"

Row = list[str] | None


def rows(path: Path) -> Generator[Row, None, None]:
    """Each row of the file, the header first; `UNREADABLE` in place of one that is not a row."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise Malformed("import.empty-file")
    if head.startswith(_XLSX_MAGIC):
        yield from _xlsx(path)
        return
    with path.open(encoding=_encoding(head), errors="replace", newline="") as text:
        yield from _csv(text)


def rows_of(data: bytes) -> Generator[Row, None, None]:
    """The same of a CSV that is held in memory and must not reach a disk in clear."""
    if not data:
        raise Malformed("import.empty-file")
    with io.TextIOWrapper(
        io.BytesIO(data), encoding=_encoding(data[:_HEAD_BYTES]), errors="replace", newline=""
    ) as text:
        yield from _csv(text)


def digest(path: Path) -> bytes:
    """SHA-256 of the content."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            hasher.update(block)
    return hasher.digest()


def _encoding(head: bytes) -> str:
    """UTF-8 or UTF-16, by byte order mark, else by where the zero bytes are."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = head[:1000].count(0)
    if zeros > len(head[:1000]) // 4:
        return "utf-16-le" if head[1:2] == b"\x00" else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        raise Malformed("import.not-utf8") from None
    return "utf-8"


def _csv(text: TextIO) -> Generator[Row, None, None]:
    """The rows of a CSV file; the separator is the one that the header has most of."""
    header = text.readline(LONGEST_CELL)
    text.seek(0)
    separator = max(_SEPARATORS, key=header.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:  # one cell is too long; the next line is read as a fresh row
            yield UNREADABLE


def _xlsx(path: Path) -> Generator[Row, None, None]:
    """The rows of a workbook's first sheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > LARGEST_XLSX:
            raise Malformed("import.xlsx-too-large")
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (zipfile.BadZipFile, CalamineError):
        raise Malformed("import.not-a-workbook") from None
    for cells in sheet.iter_rows():
        yield [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a fraction, dates as ISO."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
