"""Columns are found by Vietnamese and English headers, or by what the caller says."""

import csv

import pytest

from motma.identity.importing import columns
from motma.identity.importing.errors import ColumnsMissing
from motma.kernel.errors import Malformed
from motma.simulate.population import Row


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("HỌ VÀ TÊN", "full_name"),
        ("ho ten", "full_name"),
        ("Ngày, tháng, năm sinh", "birth_date"),
        ("Năm sinh", "birth_date"),
        ("Số CCCD", "cccd"),
        ("CMND/CCCD", "identity_number"),
        ("Mã thẻ BHYT", "bhyt"),
        ("SĐT", "phone"),
        ("SĐT 2", "phone_2"),
        ("Giới tính", "sex"),
        ("Mã xã", "commune_code"),
        ("birth_certificate", "birth_certificate"),
    ],
)
def test_a_header_is_known_without_case_diacritics_and_punctuation(header: str, field: str) -> None:
    required = {"Full name": "full_name", "Birth date": "birth_date"}
    others = [text for text, name in required.items() if name != field]
    assert columns.locate([*others, header], {})[field] == len(others)


def test_what_the_caller_says_goes_before_any_guess() -> None:
    places = columns.locate(["Tên", "Tên BN", "Ngày sinh"], {"full_name": "tên bn"})
    assert places == {"full_name": 1, "birth_date": 2}


def test_a_file_without_names_or_birth_dates_is_refused_and_says_which() -> None:
    with pytest.raises(ColumnsMissing) as refused:
        columns.locate(["CCCD"], {})
    assert refused.value.missing == ["full_name", "birth_date"]


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [({"shoe": "a"}, "import.unknown-field"), ({"full_name": "z"}, "import.unknown-header")],
)
def test_a_mapping_to_nowhere_is_refused(chosen: dict[str, str], reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        columns.locate(["a", "b"], chosen)
    assert refused.value.reason == reason


def test_the_template_and_simulated_people_have_columns_that_the_import_knows() -> None:
    header = next(csv.reader(columns.template().splitlines()))
    assert set(columns.locate(header, {})) == set(columns.HEADERS)
    ours = set(Row._fields) - {"row", "guardian_row"}
    assert set(columns.locate(Row._fields, {})) == ours
