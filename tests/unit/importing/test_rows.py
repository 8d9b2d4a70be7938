"""One row of text: what it becomes, what is odd in it, and why it is refused."""

from datetime import UTC, date, datetime

import pytest

from motma.identity.importing.rows import Layout, Read, Refused, read
from motma.identity.model import Assurance

NOW = datetime(2022, 1, 5, 3, 0, tzinfo=UTC)
PERSON = {"full_name": "Nguyễn Thị Mẫu", "birth_date": "18/01/1987", "sex": "Nữ"}


def _read(texts: dict[str, str], assurance: Assurance = Assurance.CONFIRMED) -> Read | Refused:
    row = PERSON | texts
    layout = Layout(
        {field: place for place, field in enumerate(row)}, assurance > 0, date(2022, 1, 5)
    )
    return read(list(row.values()), layout, source="a source", assurance=assurance, now=NOW)


def _accepted(**texts: str) -> Read:
    said = _read(texts)
    assert isinstance(said, Read)
    return said


def _reasons(**texts: str) -> tuple[tuple[str, str], ...]:
    said = _read(texts)
    assert isinstance(said, Refused)
    return said.reasons


def test_a_row_becomes_a_profile_with_the_assurance_of_its_source() -> None:
    profile = _accepted(cccd="001187900001", phone="01629988776").profile
    assert profile.birth.value == "1987-01-18"
    assert profile.sex is not None
    assert profile.sex.value == "female"
    assert profile.documents[0].assurance == Assurance.CONFIRMED
    assert profile.phones[0].value == "+84329988776"


def test_declared_documents_prove_nothing() -> None:
    said = _read({"cccd": "001187900001"}, Assurance.DECLARED)
    assert isinstance(said, Read)
    assert said.profile.assurance == Assurance.DECLARED


@pytest.mark.parametrize(
    ("column", "text", "number"),
    [
        ("cccd", "1187900001", "001187900001"),
        ("cccd", "'001187900001", "001187900001"),
        ("cmnd", "12345678", "012345678"),
        ("identity_number", "1187900001", "001187900001"),
        ("identity_number", "012345678", "012345678"),
        ("identity_number", "C9345678", "C9345678"),
    ],
)
def test_what_a_spreadsheet_did_to_a_number_is_undone(column: str, text: str, number: str) -> None:
    assert _accepted(**{column: text}).profile.documents[0].number == number


def test_restored_zeros_and_ambiguous_communes_are_warnings() -> None:
    said = _accepted(cccd="1187900001", commune_code="4")
    assert set(said.warnings) == {
        ("cccd", "document.zeros-restored"),
        ("commune_code", "address.commune-ambiguous"),
    }
    assert said.claim.commune_code == "00004"


def test_a_commune_with_its_day_is_not_ambiguous() -> None:
    said = _accepted(commune_code="00004", commune_as_of="11/09/2021")
    assert said.warnings == ()
    assert said.claim.commune_as_of == date(2021, 9, 11)


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("full_name", "=1+1", "name.formula"),
        ("full_name", "", "name.empty"),
        ("birth_date", "", "birth.empty"),
        ("birth_date", "30/02/1987", "birth.not-a-date"),
        ("birth_date", "06/01/2022", "birth.in-future"),
        ("sex", "x", "identity.sex"),
        ("nationality", "Atlantis", "identity.country"),
        ("cccd", "1.09303E+11", "document.cccd-not-12-digits"),
        ("phone", "113", "phone.no-leading-zero"),
        ("commune_code", "HN", "identity.commune"),
        ("commune_as_of", "2021", "birth.not-a-date"),
        ("address", "a\x07b", "identity.address"),
        ("qid", "a|b", "identity.qid"),
    ],
)
def test_a_bad_cell_refuses_the_row_and_names_its_column(column: str, text: str, code: str) -> None:
    assert _reasons(**{column: text}) == ((column, code),)


def test_all_bad_cells_are_named_at_once() -> None:
    codes = {code for _, code in _reasons(birth_date="x", cccd="1", phone="1")}
    assert codes == {
        "birth.not-a-date",
        "document.cccd-not-12-digits",
        "phone.no-leading-zero",
    }


@pytest.mark.parametrize(
    ("text", "qid", "alias"),
    [
        ("162979388586171100", "162979388586171100", None),
        ("062979388586171100", None, "062979388586171100"),
        ("HN-000123", None, "HN-000123"),
        ("", None, None),
    ],
)
def test_a_code_that_fits_ours_is_kept_and_another_is_an_alias(
    text: str, qid: str | None, alias: str | None
) -> None:
    said = _accepted(qid=text)
    assert (said.qid, said.alias) == (qid, alias)


def test_a_foreigners_passport_is_that_countrys() -> None:
    profile = _accepted(nationality="KOR", passport="M12345678").profile
    assert profile.documents[0].issuer == "KOR"


def test_the_same_cells_in_another_order_are_the_same_statement() -> None:
    one, other = _accepted(cccd="001187900001", qid="A"), _accepted(qid="A", cccd="001187900001")
    assert one.statement == other.statement
    assert one.statement != _accepted(cccd="001187900001").statement
