"""Any text → its family."""

from datetime import date

import pytest

from motma.codec.model import Family
from motma.codec.reading import OpaqueFamily, read, recognise

TODAY = date(2021, 10, 6)
MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("HC1:6BFOXN%TS3DH", Family.HCERT),
        ("shc:/5676290952432060346029243740", Family.SHC),
        ("NZCP:/1/2KCEVIQEIVVWK6", Family.NZCP),
        ('{"data":{"hdr":{"t":"icao.vacc","v":1},"msg":{}},"sig":{}}', Family.VDS_NC),
        (MRZ, Family.ICAO_MRZ),
        ("https://example.org/x?y=1", Family.URL),
        ("HTTP://EXAMPLE.ORG", Family.URL),
        ("https://example.org/p/1.7.1.000001.2", Family.PLACE),
        ("a|b", Family.PERSONAL),
        ("hello", Family.UNKNOWN),
        ("", Family.UNKNOWN),
        ("\x00\ud800", Family.UNKNOWN),
    ],
)
def test_a_text_is_recognised_by_its_looks(text: str, family: Family) -> None:
    assert recognise(text) is family


@pytest.mark.parametrize(
    "text",
    [
        "HC1:6BFOXN%TS3DH",
        "shc:/5676290952432060346029243740",
        "shc:/1/2/567629",
        "NZCP:/1/2KCEVIQEIVVWK6",
        '{"data":{"hdr":{"t":"icao.vacc","v":1},"msg":{}},"sig":{}}',
        MRZ,
        "https://example.org/x?y=1",
    ],
)
def test_a_code_of_others_with_the_right_outer_form_is_kept_as_it_is(text: str) -> None:
    reading = read(text, today=TODAY)
    assert (reading.text, reading.problems, reading.fields) == (text, (), None)
    assert [warning.code for warning in reading.warnings] == ["qr.only-recognised"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("HC1:abc", "hcert.form"),
        ("shc:/12a", "shc.form"),
        ("NZCP:/1/abc", "nzcp.form"),
        ('{"hdr":"icao.', "vds-nc.form"),
        ('{"data":[],"hdr":"icao.test"}', "vds-nc.form"),
        ('{"hdr":"icao.","x":' + "[" * 1400 + "]" * 1400 + "}", "vds-nc.form"),
        ("https://a b", "url.form"),
        ("https://example.org/p/1.7.1.000001.2", "place.form"),
        ("hello", "qr.not-recognised"),
        ("", "qr.empty"),
        ("\r\n", "qr.empty"),
        ("\ud800", "qr.not-utf8"),
    ],
)
def test_a_text_with_the_wrong_form_is_malformed(text: str, code: str) -> None:
    assert [problem.code for problem in read(text, today=TODAY).problems] == [code]


def test_bytes_are_read_as_utf8_and_nothing_else() -> None:
    assert read("Nữ".encode(), today=TODAY).text == "Nữ"
    assert [p.code for p in read(b"\xff", today=TODAY).problems] == ["qr.not-utf8"]


def test_a_family_whose_form_is_not_public_can_be_plugged_in() -> None:
    vneid = OpaqueFamily(Family.VNEID, lambda text: text.startswith("VNEID"))
    reading = read("VNEID|1|2", today=TODAY, plugins=[vneid])
    assert (reading.family, reading.problems) == (Family.VNEID, ())
    assert read("VNEID|1|2", today=TODAY).family is Family.PERSONAL
