"""Full names: what is refused, and how they are printed, masked and compared."""

import pytest

from motma.kernel import names
from motma.kernel.errors import Malformed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "name.empty"),
        ("   ", "name.empty"),
        (".-'", "name.no-letter"),
        ("An" * 51, "name.too-long"),
        ("A" * 5000, "name.too-long"),
        ("Trần\x00An", "name.control"),
        ("Trần\nAn", "name.control"),
        ("Trần \u202eAn", "name.control"),
        ("Tr\u200bần An", "name.control"),
        ("\x1b[31mAn", "name.control"),
        ("Trần <b>An", "name.markup"),
        ("Trần|An", "name.markup"),
        ("=HYPERLINK(A1)", "name.formula"),
        ("@An", "name.formula"),
        ("-An", "name.formula"),
        ("Trần An 2", "name.not-a-letter"),
        ("Trần + An", "name.not-a-letter"),
        ("A" + "\u0301" * 6, "name.too-many-marks"),
    ],
)
def test_what_is_not_a_name_is_refused_with_its_code(text: str, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        names.clean(text)
    assert refused.value.reason == reason


def test_decomposed_and_composed_spellings_are_one_name() -> None:
    assert names.clean("Nguye\u0302\u0303n  An") == "Nguyễn An"


@pytest.mark.parametrize("name", ["H'Hen Niê", "Nguyễn Thị-An", "J. R. Müller", "王小明", "Олена"])
def test_foreign_and_ethnic_names_are_names(name: str) -> None:
    assert names.clean(name) == name


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Đặng Thị Ước", "DANG THI UOC"),
        ("Ðỗ Ỷ Vỹ", "DO Y VY"),
        ("Y Krông-Niê", "Y KRONG NIE"),
        ("Müller Groß", "MULLER GROSS"),
        ("Ng. Văn An", "NG VAN AN"),
        ("Łukasz Æsir", "LUKASZ AESIR"),
        ("王 小明", "X X"),
    ],
)
def test_hoten_is_upper_case_without_diacritics_and_romanises_nothing(
    name: str, printed: str
) -> None:
    assert names.hoten(name) == printed


def test_a_mask_hides_how_long_the_hidden_part_is() -> None:
    assert names.masked("Nguyễn Lê Hân") == "N*** L*** Hâ***"
    assert names.masked("Ngô Lý Hâni") == "N*** L*** Hâ***"


def test_names_in_other_scripts_are_not_alike_by_being_unprintable() -> None:
    assert names.fold("王") != names.fold("李")
    assert names.hoten("王") == names.hoten("李")
