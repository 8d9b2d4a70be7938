"""Synthetic people: repeatable, consistent, plainly synthetic."""

from collections import Counter
from datetime import date
from itertools import islice

import pytest

from motma.kernel import birth, documents, names, phones, units
from motma.kernel.birth import Birth
from motma.simulate.population import AS_OF, Row, people

NUMBERED = ("cccd", "cmnd", "passport", "bhyt", "birth_certificate", "phone")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(people(20_000, seed=1))


def _born(row: Row) -> Birth:
    return birth.parse(row.birth_date, today=AS_OF)


def test_the_same_seed_gives_the_same_people_and_a_longer_run_starts_with_a_shorter() -> None:
    assert list(people(300, seed=5)) == list(islice(people(900, seed=5), 300))
    assert list(people(300, seed=5)) != list(people(300, seed=6))


def test_every_row_is_accepted_by_the_kernel(rows: list[Row]) -> None:
    for row in rows:
        assert names.clean(row.full_name) == row.full_name
        assert _born(row).earliest() <= AS_OF
        for kind in ("cccd", "cmnd", "passport", "bhyt"):
            if number := getattr(row, kind):
                assert documents.normalise(kind, number).number == number
        if row.phone:
            assert phones.normalise(row.phone)
        as_of = date.fromisoformat(row.commune_as_of) if row.commune_as_of else None
        assert units.finding(row.commune_code, as_of) in {None, units.AMBIGUOUS}


def test_no_number_is_given_twice(rows: list[Row]) -> None:
    for column in NUMBERED:
        given = [getattr(row, column) for row in rows if getattr(row, column)]
        assert len(given) == len(set(given)) > 100


def test_a_cccd_agrees_with_sex_and_birth_year(rows: list[Row]) -> None:
    for row in rows:
        if row.cccd:
            document = documents.normalise("cccd", row.cccd)
            assert documents.warnings(document, sex=row.sex, birth=_born(row)) == ()


def test_they_are_plainly_synthetic(rows: list[Row]) -> None:
    assert all(row.cccd[6] == "9" for row in rows if row.cccd)
    assert all(row.phone.startswith("059") for row in rows if row.phone)
    assert all(row.cmnd[0] == "9" for row in rows if row.cmnd)
    assert all(row.passport[1] == "9" for row in rows if row.passport)


def test_a_childs_guardian_is_an_earlier_adult_of_the_same_commune(rows: list[Row]) -> None:
    by_number = {row.row: row for row in rows}
    children = [row for row in rows if row.guardian_row is not None]
    assert len(children) > 1000
    for child in children:
        guardian = by_number[child.guardian_row or 0]
        assert guardian.row < child.row
        assert guardian.commune_code == child.commune_code
        assert _born(guardian).age(AS_OF) >= 18
        assert child.guardian_document in {guardian.cccd, guardian.cmnd, guardian.passport}


def test_there_are_the_people_that_registers_find_hard(rows: list[Row]) -> None:
    assert sum(len(row.birth_date) == 4 for row in rows) > 300
    assert sum(row.nationality != "VNM" for row in rows) > 50
    assert sum(not any(getattr(row, c) for c in NUMBERED) for row in rows) > 100
    assert sum(row.sex in {"other", "unknown"} for row in rows) > 10
    assert sum(not row.commune_as_of for row in rows) > 500


def test_family_names_have_the_shares_that_are_usually_given(rows: list[Row]) -> None:
    families = Counter(row.full_name.split()[0] for row in rows)
    assert 0.31 <= families["Nguyễn"] / len(rows) <= 0.38
    assert [name for name, _ in families.most_common(3)] == ["Nguyễn", "Trần", "Lê"]
