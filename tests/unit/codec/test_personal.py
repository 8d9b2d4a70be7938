"""The national string, v1.1."""

from datetime import date

import pytest

from motma.codec import personal
from motma.codec.reading import read
from motma.kernel.errors import Malformed

#: The public example of Decision 1405/QĐ-BTTTT.
EXAMPLE = (
    "001093029317|NGUYEN LE KHA HAN|1987-01-18|0|162979388586171100|<1<HS4010120878821<0944713700"
)
TODAY = date(2021, 10, 6)
HEAD = "001093029317|NGUYEN VAN MAU|1993-01-18|0|162979388586171100|"


def codes(text: str) -> tuple[list[str], list[str]]:
    reading = read(text, today=TODAY)
    return [p.code for p in reading.problems], [w.code for w in reading.warnings]


def test_the_official_example_is_written_back_byte_for_byte() -> None:
    value = personal.parse(EXAMPLE, today=TODAY)
    assert (value.sex, value.bhyt, value.phone) == ("1", "HS4010120878821", "0944713700")
    assert personal.serialise(value) == EXAMPLE


def test_the_official_example_warns_of_its_birth_year_and_of_nothing_else() -> None:
    assert codes(EXAMPLE) == ([], ["qr.id-says-other-birth-year"])


@pytest.mark.parametrize(
    "ext",
    ["", "<1", "<", "<<<", "<0<<", "163500437474905007<2", "<1<<<<THEXANH=1<v2", "<<<<sig<<<"],
)
def test_missing_and_unknown_tokens_are_kept_exactly(ext: str) -> None:
    value = personal.parse(HEAD + ext, today=TODAY)
    assert value.tokens == tuple(ext.split("<"))
    assert personal.serialise(value) == HEAD + ext


@pytest.mark.parametrize("qid", ["1", "162979388586171100", "9" * 40, "HUE-S:0042"])
def test_a_qid_of_any_length_is_kept(qid: str) -> None:
    text = HEAD.replace("162979388586171100", qid)
    assert personal.parse(text, today=TODAY).qid == qid


def test_a_text_without_ext_is_kept_with_a_warning() -> None:
    assert codes(HEAD.removesuffix("|")) == ([], ["qr.ext-missing"])
    value = personal.parse(HEAD.removesuffix("|"), today=TODAY)
    assert personal.serialise(value) == HEAD.removesuffix("|")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("001093029317", "******029317"), "qr.masked-unsigned"),
        (("1993-01-18", "1993-**-**"), "qr.masked-unsigned"),
        (("001093029317", "001093029317 "), "qr.document"),
        (("001093029317", "٠٠١٠٩٣٠٢٩٣١٧"), "qr.document"),
        (("NGUYEN VAN MAU", "=CMD()"), "qr.name"),
        (("NGUYEN VAN MAU", "<B>MAU"), "qr.name"),
        (("NGUYEN VAN MAU", ""), "qr.name"),
        (("NGUYEN VAN MAU", "MAU 2"), "qr.name"),
        (("1993-01-18", "18/01/1993"), "qr.birth-date"),
        (("1993-01-18", "1993-02-29"), "qr.birth-date"),
        (("1993-01-18", "0093-01-18"), "qr.birth-date"),
        (("1993-01-18", "2021-10-07"), "qr.birth-date-in-future"),
        (("|0|", "|2|"), "qr.identity-kind"),
        (("|162979388586171100|", "||"), "qr.qid-missing"),
        (("|162979388586171100|", "|1 2|"), "qr.qid"),
        (("100|", "100|x y<1"), "qr.declarant"),
        (("100|", "100|<9"), "qr.sex"),
        (("100|", "100|<1<HS401"), "qr.bhyt"),
        (("100|", "100|<1<<944713700"), "qr.phone"),
        (("100|", "100|<1|x"), "qr.too-many-fields"),
        (("|1993-01-18|0|162979388586171100|", ""), "qr.too-few-fields"),
        (("VAN", "VAN\u202e"), "qr.hidden-character"),
        (("VAN", "V\x1b[2JAN"), "qr.hidden-character"),
        (("100|", "100|<1<<<" + "9" * 3000), "qr.too-long"),
    ],
)
def test_each_fault_has_its_own_code(change: tuple[str, str], code: str) -> None:
    problems, _ = codes(HEAD.replace(*change))
    assert problems == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("NGUYEN", "NGUYỄN"), "qr.name-diacritics"),
        (("NGUYEN", "Nguyen"), "qr.name-case"),
        (("NGUYEN", "NGUYEN "), "qr.name-spacing"),
        (("1993-01-18", "1994-01-18"), "qr.id-says-other-birth-year"),
        (("100|", "100|<2"), "qr.id-says-other-sex"),
        (("001093", "000093"), "qr.id-birthplace-unknown"),
        (("001093029317", ""), "qr.document-missing"),
        (("100|", "100|\r\n"), "qr.trimmed"),
        (("100|", "100|<<<<<v=9"), "qr.layout-unknown"),
    ],
)
def test_what_is_odd_is_a_warning_and_not_a_problem(change: tuple[str, str], code: str) -> None:
    assert codes(HEAD.replace(*change)) == ([], [code])


def test_several_faults_are_all_told() -> None:
    problems, _ = codes("?|1|x|7||<9<b<p")
    assert problems == [
        "qr.document", "qr.name", "qr.birth-date", "qr.identity-kind", "qr.qid-missing",
        "qr.sex", "qr.bhyt", "qr.phone",
    ]  # fmt: skip


def test_parse_raises_the_first_problem_with_its_field() -> None:
    with pytest.raises(Malformed) as caught:
        personal.parse(HEAD + "<9", today=TODAY)
    assert (caught.value.reason, caught.value.field) == ("qr.sex", "sex")


def test_the_national_mask_is_shown_but_not_accepted_back() -> None:
    shown = personal.display_masked(personal.parse(EXAMPLE, today=TODAY))
    assert (shown.document, shown.born) == ("******029317", "1987-**-**")
    assert codes(personal.serialise(shown))[0] == ["qr.masked-unsigned"]


def test_the_mask_of_a_short_document_shows_nothing() -> None:
    value = personal.parse(HEAD.replace("001093029317", "C1234"), today=TODAY)
    assert personal.display_masked(value).document == "******"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "qr.empty"),
        (HEAD + "\x1b", "qr.hidden-character"),
        (HEAD + "\n", "qr.hidden-character"),
    ],
)
def test_read_directly_it_refuses_what_no_text_may_hold(text: str, code: str) -> None:
    reading = personal.read(text, today=TODAY)
    assert [problem.code for problem in reading.problems] == [code]


@pytest.mark.parametrize(("year", "well_formed"), [(1849, False), (1850, True)])
def test_nobody_alive_was_born_before_1850(year: int, well_formed: bool) -> None:  # noqa: FBT001
    text = HEAD.replace("1993", str(year))
    assert personal.read(text, today=TODAY).well_formed is well_formed
    assert personal.examine(text, today=TODAY).well_formed is well_formed


def test_who_was_born_today_is_born() -> None:
    text = HEAD.replace("1993-01-18", "2021-10-06")
    assert personal.read_plain(text, today=TODAY) == personal.examine(text, today=TODAY)
    assert personal.read(text, today=TODAY).well_formed


@pytest.mark.parametrize(
    ("code", "known"),
    [("001", True), ("003", False), ("100", False), ("101", True), ("295", True), ("296", False)],
)
def test_a_cccd_begins_with_a_province_or_a_country(code: str, known: bool) -> None:  # noqa: FBT001
    warnings = codes(HEAD.replace("001093", f"{code}093"))[1]
    assert warnings == ([] if known else ["qr.id-birthplace-unknown"])


def test_a_year_of_superscripts_is_no_number() -> None:
    read = personal.read("1|A|²²²²|0|1|", today=date(2026, 11, 25))
    assert "qr.birth-date" in {finding.code for finding in read.problems}
