"""Document numbers: shapes, equal keys, what a CCCD says, lost zeros."""

import pytest

from motma.kernel.birth import Birth
from motma.kernel.documents import cccd_facts, normalise, restore_zeros, warnings
from motma.kernel.errors import Malformed


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("cccd", "", "document.empty"),
        ("cccd", "01093029317", "document.cccd-not-12-digits"),
        ("cccd", "００１０９３０２９３１７", "document.cccd-not-12-digits"),
        ("cmnd", "12345678", "document.cmnd-not-9-digits"),
        ("passport", "ABCDEFG", "document.passport-shape"),
        ("passport", "1<2", "document.passport-shape"),
        ("bhyt", "HS9010120878821", "document.bhyt-shape"),
        ("birth-certificate", "=1+1", "document.birth-certificate-shape"),
        ("library-card", "1", "document.unknown-kind"),
    ],
)
def test_a_number_of_another_shape_is_refused_with_the_code_of_its_kind(
    kind: str, text: str, reason: str
) -> None:
    with pytest.raises(Malformed) as refused:
        normalise(kind, text)
    assert refused.value.reason == reason


def test_the_long_and_the_short_bhyt_card_are_one_document() -> None:
    assert normalise("bhyt", "hs 4 01 0120878821").key == normalise("bhyt", "0120878821").key


def test_equal_passport_numbers_of_two_countries_are_two_documents() -> None:
    assert (
        normalise("passport", "A1234567").key != normalise("passport", "A1234567", issuer="LAO").key
    )


@pytest.mark.parametrize(
    ("number", "sex", "year"),
    [
        ("001093029317", "male", 1993),
        ("079301000001", "female", 2001),
        ("001410000001", "male", 2110),
    ],
)
def test_a_cccd_says_sex_and_birth_year(number: str, sex: str, year: int) -> None:
    facts = cccd_facts(number)
    assert (facts.sex, facts.birth_year) == (sex, year)


def test_the_official_example_is_warned_about_and_accepted() -> None:
    document = normalise("cccd", "001093029317")
    assert warnings(document, sex="male", birth=Birth(1987, 1, 18)) == (
        "document.says-other-birth-year",
    )


def test_a_third_sex_contradicts_no_cccd() -> None:
    document = normalise("cccd", "001093029317")
    assert warnings(document, sex="other", birth=Birth(1993)) == ()


def test_a_province_that_never_was_is_a_warning() -> None:
    document = normalise("cccd", "003093029317")
    assert warnings(document, sex="male", birth=Birth(1993)) == ("document.unknown-province",)


@pytest.mark.parametrize(
    ("kind", "text", "restored"),
    [
        ("cccd", "79093029317", "079093029317"),
        ("cccd", "1093029317", "001093029317"),
        ("cccd", "99093029317", None),
        ("cccd", "001093029317", None),
        ("cmnd", "12345678", "012345678"),
        ("bhyt", "120878821", "0120878821"),
        ("passport", "1234567", None),
        ("library-card", "1234567", None),
    ],
)
def test_zeros_are_restored_only_where_a_spreadsheet_drops_them(
    kind: str, text: str, restored: str | None
) -> None:
    assert restore_zeros(kind, text) == restored
