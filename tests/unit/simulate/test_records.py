"""The error model: rates come out as set, files are repeatable, the traps are really there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest

from motma.kernel import phones
from motma.kernel.units import candidates
from motma.simulate.rates import KINDS, PRESETS, Damage, Preset
from motma.simulate.records import Batch, Known, Record, Truth, simulate

NATIONAL = PRESETS["national-2021"]
PEOPLE = 40_000


@dataclass(frozen=True, slots=True)
class Made:
    """What a run made, by person."""

    people: dict[str, Known]
    records: list[tuple[Record, Truth]]
    linked: dict[str, set[str]]

    def damaged_by(self, kind: Damage) -> list[tuple[Record, Known]]:
        """Records with that damage alone, each with its person."""
        return [
            (record, self.people[truth.person_id])
            for record, truth in self.records
            if truth.damages == kind and truth.person_id
        ]


def _made(batches: Iterable[Batch]) -> Made:
    people: dict[str, Known] = {}
    records: list[tuple[Record, Truth]] = []
    linked: dict[str, set[str]] = {}
    for batch in batches:
        people |= {known.person_id: known for known in batch.people}
        records += zip(batch.records, batch.truth, strict=True)
        for link in batch.linked:
            linked.setdefault(link.person_id, set()).add(link.document_number)
    return Made(people, records, linked)


@pytest.fixture(scope="module")
def made() -> Made:
    return _made(simulate(NATIONAL, PEOPLE))


def test_the_preset_is_what_was_committed_before_any_tuning() -> None:
    assert NATIONAL.seed == 2021
    assert NATIONAL.rates.damaged == pytest.approx(0.2688, abs=1e-4)
    assert NATIONAL.rates.absent == 0.02
    assert NATIONAL.rates.without_bhyt == 0.75
    assert sum(NATIONAL.rates.at_once) == pytest.approx(1)
    assert {kind for kind, _ in KINDS} == set(Damage) - {Damage.ORGANISERS_PHONE}


def test_the_same_seed_gives_the_same_files_and_another_other_ones() -> None:
    assert list(simulate(NATIONAL, 500)) == list(simulate(NATIONAL, 500, seed=2021))
    assert list(simulate(NATIONAL, 500)) != list(simulate(NATIONAL, 500, seed=1))


def test_there_are_exactly_as_many_people_as_were_asked_for() -> None:
    for count in (1, 149, 1000):
        assert sum(len(batch.people) for batch in simulate(NATIONAL, count)) == count


def test_rates_come_out_as_set(made: Made) -> None:
    records = len(made.records)
    assert len(made.people) == PEOPLE
    assert records / PEOPLE == pytest.approx(1.54, abs=0.02)
    damaged = [truth for _, truth in made.records if truth.damages]
    assert len(damaged) / records == pytest.approx(NATIONAL.rates.damaged, abs=0.01)
    absent = sum(not truth.person_id for _, truth in made.records)
    assert absent / records == pytest.approx(0.02, abs=0.003)
    at_once = Counter(truth.damages.count(";") + 1 for truth in damaged)
    assert at_once[1] / len(damaged) == pytest.approx(0.70, abs=0.03)
    assert at_once[2] / len(damaged) == pytest.approx(0.21, abs=0.03)


def test_every_kind_of_damage_happens(made: Made) -> None:
    seen = Counter(kind for _, truth in made.records for kind in truth.damages.split(";") if kind)
    assert set(seen) == {kind.value for kind in Damage}
    assert min(seen.values()) > 20


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
def test_the_share_of_damaged_records_is_a_parameter(share: float) -> None:
    rates = replace(NATIONAL.rates, damaged=share, organiser=0.0)
    made = _made(simulate(Preset("other", 7, rates), 4_000))
    damaged = sum(bool(truth.damages) for _, truth in made.records)
    assert damaged / len(made.records) == pytest.approx(share, abs=0.02)


def test_one_kind_alone_can_be_asked_for() -> None:
    rates = replace(
        NATIONAL.rates, organiser=0.0, at_once=(1, 0, 0, 0), kinds=((Damage.NO_DOCUMENT, 1),)
    )
    made = _made(simulate(Preset("other", 7, rates), 1_000))
    assert {truth.damages for _, truth in made.records} == {"", "document.missing"}


def test_an_undamaged_record_satisfies_the_rule_of_2021(made: Made) -> None:
    undamaged = [(r, t) for r, t in made.records if not t.damages and t.person_id]
    for record, truth in undamaged:
        known = made.people[truth.person_id]
        assert record.full_name in {known.full_name, known.full_name.upper()}
        assert record[2:5] == known[2:5]
        assert record.bhyt in {"", known.bhyt}
        assert record.phone == known.phone
    with_bhyt = sum(bool(made.people[truth.person_id].bhyt) for _, truth in undamaged)
    told = sum(bool(record.bhyt) for record, _ in undamaged)
    assert told / with_bhyt == pytest.approx(0.25, abs=0.02)


def test_a_damage_is_in_the_field_it_is_named_for_and_in_no_other(made: Made) -> None:
    columns = {
        "name": "full_name", "birth": "birth_date", "document": "document_number",
        "phone": "phone", "sex": "sex", "bhyt": "bhyt", "commune": "commune_code",
    }  # fmt: skip
    for kind in Damage:
        for record, known in made.damaged_by(kind):
            wrong = columns[kind.field]
            assert getattr(record, wrong) not in {getattr(known, wrong), known.full_name.upper()}
            for column in ("birth_date", "document_number", "phone", "sex"):
                if column != wrong:
                    assert getattr(record, column) == getattr(known, column)


def test_old_phones_are_the_same_phone_and_old_documents_are_or_are_not_linked(made: Made) -> None:
    for record, known in made.damaged_by(Damage.BEFORE_2018):
        assert len(record.phone) == 11
        assert phones.normalise(record.phone) == phones.normalise(known.phone)
    for record, known in made.damaged_by(Damage.OLD_LINKED):
        assert record.document_number in made.linked[known.person_id]
    for record, known in made.damaged_by(Damage.OLD_UNKNOWN):
        assert record.document_number not in made.linked.get(known.person_id, set())


def test_a_relatives_document_is_really_somebody_elses(made: Made) -> None:
    owners = {known.document_number: known.person_id for known in made.people.values()}
    damaged = made.damaged_by(Damage.RELATIVES_DOCUMENT)
    others = [owners.get(record.document_number) for record, _ in damaged]
    assert sum(owner is not None for owner in others) > 0.9 * len(others)
    assert all(owner != known.person_id for owner, (_, known) in zip(others, damaged, strict=True))


def test_an_organisers_phone_is_on_a_whole_session(made: Made) -> None:
    phones_of = Counter(
        record.phone for record, truth in made.records if "phone.organiser" in truth.damages
    )
    assert max(phones_of.values()) > 50


def test_there_are_twins_namesakes_and_households_with_one_phone(made: Made) -> None:
    people = made.people.values()
    families = Counter(
        (known.full_name.split()[0], known.birth_date, known.commune_code)
        for known in people
        if len(known.birth_date) == 10
    )
    assert sum(count > 1 for count in families.values()) > PEOPLE / 1000
    namesakes = Counter((k.full_name, k.birth_date[:4], k.commune_code) for k in people)
    assert sum(count > 1 for count in namesakes.values()) > PEOPLE / 100
    shared = Counter(known.phone for known in people if known.phone)
    assert sum(count > 1 for count in shared.values()) > PEOPLE / 50


def test_a_commune_is_as_full_as_in_the_country(made: Made) -> None:
    sizes = Counter(known.commune_code for known in made.people.values())
    assert 8_000 < max(sizes.values()) < 10_500


def test_communes_of_records_exist_also_where_the_code_is_another(made: Made) -> None:
    assert all(candidates(record.commune_code) for record, _ in made.records)
    renumbered = sum(record.commune_as_of == "2025-07-01" for record, _ in made.records)
    assert renumbered / len(made.records) == pytest.approx(0.1, abs=0.02)


def test_ids_are_given_once_and_tell_nothing_about_who_is_whose(made: Made) -> None:
    assert len({record.record_id for record, _ in made.records}) == len(made.records)
    numbers = [int(person_id[1:]) for person_id in made.people]
    assert numbers != sorted(numbers)
