"""Files as they come: encodings, separators, workbooks, and what is not a file of rows."""

import zipfile
from pathlib import Path

import pytest

from motma.identity.importing import files
from motma.kernel.errors import Malformed

HEADER = ["Họ và tên", "Ngày sinh"]
LINE = ["Nguyễn Thị Mẫu", "18/01/1987"]
SHEET = """<?xml version="1.0"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}
</sheetData></worksheet>"""
WORKBOOK = {
    "[Content_Types].xml": """<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/>
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
</Types>""",
    "_rels/.rels": """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>""",
    "xl/workbook.xml": """<?xml version="1.0"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="worksheets/sheet1.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
</Relationships>""",
}


def _cell(value: str | int, place: str) -> str:
    if isinstance(value, int):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def _workbook(path: Path, table: list[list[str | int]], *, padding: int = 0) -> Path:
    """A workbook as small as one can be; `padding` bytes of nothing make it a bomb."""
    rows = "".join(
        f'<row r="{n}">' + "".join(_cell(v, f"{'AB'[c]}{n}") for c, v in enumerate(row)) + "</row>"
        for n, row in enumerate(table, 1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in WORKBOOK.items():
            archive.writestr(name, text)
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(rows))
        if padding:
            archive.writestr("xl/media/image.bin", bytes(padding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_usual_encoding_and_separator_is_read(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    file = tmp_path / "people.csv"
    text = "\r\n".join(separator.join(row) for row in (HEADER, LINE)) + "\r\n"
    file.write_bytes(text.encode(encoding))
    assert list(files.rows(file)) == [HEADER, LINE]


def test_a_quoted_cell_may_hold_separators_and_lines(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('a,b\n"x, ""y""\nz",2\n', encoding="utf-8")
    assert list(files.rows(file)) == [["a", "b"], ['x, "y"\nz', "2"]]


def test_a_quote_that_is_never_closed_costs_one_row_and_stops_nothing(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('a,b\n"' + "x" * (files.LONGEST_CELL + 1) + "\n1,2\n", encoding="utf-8")
    assert list(files.rows(file)) == [["a", "b"], files.UNREADABLE, ["1", "2"]]


def test_bytes_that_are_no_text_do_not_stop_the_file(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    lines = ["a,b", *(f"{n},x" for n in range(20_000))]
    file.write_bytes("\n".join(lines).encode() + b"\n\xff\xfe,x\n1,2\n")
    *_, bad, good = files.rows(file)
    assert (bad, good) == (["\ufffd\ufffd", "x"], ["1", "2"])


def test_a_workbook_is_read_with_numbers_as_they_are_left_in_it(tmp_path: Path) -> None:
    file = _workbook(tmp_path / "people.xlsx", [["name", "cccd"], ["An", 1_187_900_001]])
    assert list(files.rows(file)) == [["name", "cccd"], ["An", "1187900001"]]


def test_a_workbook_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    file = _workbook(tmp_path / "bomb.xlsx", [["a"]], padding=files.LARGEST_XLSX)
    assert file.stat().st_size < 1_000_000
    with pytest.raises(Malformed, match=r"import\.xlsx-too-large"):
        list(files.rows(file))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "import.empty-file"),
        (b"PK\x03\x04 and then nothing", "import.not-a-workbook"),
        ("tên\n".encode("windows-1258"), "import.not-utf8"),
    ],
)
def test_what_is_not_a_file_of_rows_is_refused_with_its_code(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    with pytest.raises(Malformed) as refused:
        list(files.rows(file))
    assert refused.value.reason == reason


def test_equal_content_has_an_equal_digest_whatever_its_name(tmp_path: Path) -> None:
    one, other = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_bytes(b"a\n")
    other.write_bytes(b"a\n")
    assert files.digest(one) == files.digest(other)
    other.write_bytes(b"a \n")
    assert files.digest(one) != files.digest(other)
