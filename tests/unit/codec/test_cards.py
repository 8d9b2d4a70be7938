"""CCCD and BHYT cards."""

import unicodedata
from datetime import date

import pytest

from motma.codec.bhyt import Bhyt
from motma.codec.cccd import Cccd
from motma.codec.model import Family
from motma.codec.reading import read
from motma.codec.screening import repair_mojibake
from motma.kernel.birth import Birth

TODAY = date(2025, 10, 6)
CCCD = "001193029317|012345678|Nguyễn Thị Mẫu|18011993|Nữ|Thôn 1, Xã A, Tỉnh B|01022022"
NAME = "Nguyễn Thị Mẫu".encode().hex()
PLACE = "Thôn 1, Xã A".encode().hex()
BHYT = (
    f"HS4010120878821|{NAME}|18/01/1993|2|{PLACE}|01 - 026|01/01/2023|31/12/2023|01/01/2023|6|-|4|$"
)


def cccd(text: str) -> Cccd:
    reading = read(text, today=TODAY)
    assert reading.family is Family.CCCD
    assert reading.problems == ()
    assert isinstance(reading.fields, Cccd)
    return reading.fields


def bhyt(text: str) -> Bhyt:
    reading = read(text, today=TODAY)
    assert reading.family is Family.BHYT
    assert reading.problems == ()
    assert isinstance(reading.fields, Bhyt)
    return reading.fields


def codes(text: str) -> tuple[list[str], list[str]]:
    reading = read(text, today=TODAY)
    return [p.code for p in reading.problems], [w.code for w in reading.warnings]


def test_seven_fields_are_read_whole() -> None:
    assert cccd(CCCD) == Cccd(
        number="001193029317",
        old_number="012345678",
        name="Nguyễn Thị Mẫu",
        birth=Birth(1993, 1, 18),
        sex="female",
        address="Thôn 1, Xã A, Tỉnh B",
        issued_on=date(2022, 2, 1),
    )


def test_the_old_number_may_be_empty_or_its_field_missing() -> None:
    assert cccd(CCCD.replace("012345678", "")).old_number is None
    assert cccd(CCCD.replace("012345678|", "")).old_number is None


def test_the_issue_date_may_be_missing() -> None:
    assert cccd(CCCD.removesuffix("|01022022")).issued_on is None
    assert cccd(CCCD.removesuffix("01022022")).issued_on is None


def test_the_added_fields_of_newer_cards_are_kept() -> None:
    assert cccd(CCCD + "||||").extra == ("", "", "", "")
    assert cccd(CCCD + "|Cha|Mẹ||").extra == ("Cha", "Mẹ", "", "")


def test_a_card_in_nfd_gives_the_same_value() -> None:
    assert cccd(unicodedata.normalize("NFD", CCCD)) == cccd(CCCD)


def test_an_elder_with_a_year_only_is_read() -> None:
    assert cccd(CCCD.replace("18011993", "00001993")).birth == Birth(1993)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("001193029317", "00119302931O"), "cccd.number"),
        (("012345678", "01234567"), "cccd.old-number"),
        (("Nguyễn", "<b>"), "cccd.name"),
        (("18011993", "31021993"), "cccd.birth-date"),
        (("18011993", "18012993"), "cccd.birth-date"),
        (("|Nữ|", "|X|"), "cccd.sex"),
        (("01022022", "31022022"), "cccd.issue-date"),
        (("01022022", "2022"), "cccd.issue-date"),
    ],
)
def test_each_fault_of_a_cccd_has_its_own_code(change: tuple[str, str], code: str) -> None:
    assert codes(CCCD.replace(*change))[0] == [code]


@pytest.mark.parametrize("read_as", ["latin-1", "cp1252"])
def test_utf8_that_was_read_as_western_text_is_refused_and_can_be_repaired(read_as: str) -> None:
    spoilt = CCCD.encode().decode(read_as)
    assert codes(spoilt) == (["qr.mojibake"], [])
    assert repair_mojibake(spoilt) == CCCD


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("18011993", "18011994"), "qr.id-says-other-birth-year"),
        (("|Nữ|", "|Nam|"), "qr.id-says-other-sex"),
        (("001193", "000193"), "qr.id-birthplace-unknown"),
        (("01022022", "01022029"), "cccd.issued-in-future"),
        (("01022022", "01022022\r\n"), "qr.trimmed"),
    ],
)
def test_what_is_odd_on_a_cccd_is_a_warning(change: tuple[str, str], code: str) -> None:
    assert codes(CCCD.replace(*change)) == ([], [code])


def test_a_bhyt_card_of_fifteen_characters_is_read() -> None:
    value = bhyt(BHYT)
    assert (value.number, value.name, value.sex) == ("HS4010120878821", "Nguyễn Thị Mẫu", "female")
    assert (value.birth, value.address) == (Birth(1993, 1, 18), "Thôn 1, Xã A")
    assert (value.valid_from, value.valid_until) == (date(2023, 1, 1), date(2023, 12, 31))


def test_a_bhyt_card_of_ten_digits_has_its_address_further_back() -> None:
    valid = "01/01/2023|-|01/01/2023|6|-|4| 01/01/2028|x|4"
    text = f"0120878821|{NAME}|1993|2|-|01 - 026|{valid}|{PLACE}|$"
    value = bhyt(text)
    assert (value.number, value.birth, value.address) == ("0120878821", Birth(1993), "Thôn 1, Xã A")
    assert value.valid_until is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("HS4010120878821", "HS401"), "bhyt.number"),
        (("HS4", "HS9"), "bhyt.number"),
        ((NAME, "c3"), "bhyt.name"),
        ((NAME, b"<b>".hex()), "bhyt.name"),
        ((NAME, "Nguyá»…n".encode().hex()), "bhyt.name"),
        (("18/01/1993", "31/02/1993"), "bhyt.birth-date"),
        (("|2|", "|3|"), "bhyt.sex"),
        ((PLACE, "zz"), "bhyt.address"),
        (("|01/01/2023|31", "|01/13/2023|31"), "bhyt.valid-from"),
        (("31/12/2023", "31/11/2023"), "bhyt.valid-until"),
    ],
)
def test_each_fault_of_a_bhyt_has_its_own_code(change: tuple[str, str], code: str) -> None:
    assert codes(BHYT.replace(*change))[0] == [code]
