"""Whatever stands in a file: a row is read or refused, and a header is located or declined."""

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from motma.identity.importing import columns, files
from motma.identity.importing.rows import Layout, Read, Refused, read
from motma.identity.model import Assurance
from motma.kernel.errors import Declined, Malformed

NOW = datetime(2022, 1, 5, 3, 0, tzinfo=UTC)
FIELDS = tuple(columns.HEADERS)
PLACES = {field: place for place, field in enumerate(FIELDS)}
LAYOUT = Layout(places=PLACES, proven=True, today=date(2022, 1, 5))
#: What cells hold, what nearly is that, and anything else.
CELL = (
    st.sampled_from(
        [
            "", "Nguyễn Thị Mẫu", "1987", "18/01/1987", "00/00/0000", "31/02/1990", "Nữ", "VNM",
            "001187900001", "1187900001", "900000001", "B9345678", "HS4010120878821", "0590000001",
            "00004", "2025-07-01", "99999-99-99", "162979388586171100", "=1+1", "'", "\x00",
            "\ufffd",
        ]
    )
    | st.text(max_size=30)
    | st.text(alphabet="0123456789/-. +", max_size=15)
)  # fmt: skip


@given(st.lists(CELL, max_size=len(FIELDS) + 2), st.sampled_from(Assurance))
def test_any_row_is_read_or_refused_with_reasons(cells: list[str], assurance: Assurance) -> None:
    said = read(cells, LAYOUT, source="a source", assurance=assurance, now=NOW)
    assert isinstance(said, Read | Refused)
    if isinstance(said, Refused):
        assert said.reasons
        assert all(column in FIELDS or not column for column, _ in said.reasons)


@given(st.lists(st.text(max_size=20), max_size=12))
def test_any_header_is_located_or_declined(header: list[str]) -> None:
    with suppress(Declined):
        places = columns.locate(header, {})
        assert set(places) >= set(columns.REQUIRED)
        assert len(set(places.values())) == len(places)


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_bytes_are_rows_or_malformed(content: bytes) -> None:
    with TemporaryDirectory() as folder, suppress(Malformed):
        file = Path(folder) / "any"
        file.write_bytes(content)
        assert all(row is None or isinstance(row, list) for row in files.rows(file))
