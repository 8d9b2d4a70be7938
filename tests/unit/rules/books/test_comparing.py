"""Books that punish a dose or a test are found; the shipped ones do not."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from motma.rules.books.comparing import worse_off
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.reading import read
from motma.rules.books.searching import quick
from motma.rules.books.shipped import NAMES, shipped
from motma.rules.facts import COVID_19, Dose, Facts

NOON = datetime.fromisoformat("2021-10-10T12:00:00+07:00")
LAST_DOSE = {
    "reduce": [{"var": "payload.doses"}, {"var": "current.on"}, {"var": "given.nothing"}],
}


def with_term(name: str, logic: object) -> CompiledBook:
    """Khánh Hòa's book with another term, and only the cases that still come out."""
    book: dict[str, Any] = json.loads(shipped()[-1].write())
    for term in book["terms"]:
        if term["id"] == name:
            term["logic"] = logic
    wrong = {
        "a booster takes nothing away",
        "a rapid test is no PCR",
        "positive since",
        "new first dose",
        "one injection reported twice",
        "the second before that",
    }
    book["cases"] = [case for case in book["cases"] if case["name"] not in wrong]
    return read(json.dumps(book))


def test_fourteen_days_after_the_last_dose_punishes_a_booster() -> None:
    [*found] = worse_off(with_term("first_dose", LAST_DOSE), NOON)
    assert {case.added for case in found} == {"dose"}


def test_a_counterexample_can_be_repeated() -> None:
    book = with_term("first_dose", LAST_DOSE)
    case = next(iter(worse_off(book, NOON)))
    assert quick(book, case.before, case.at)[0] == case.colour_before
    assert quick(book, case.after, case.at)[0] == case.colour_after
    assert book.rank[case.colour_after] > book.rank[case.colour_before]


def test_real_facts_are_tried_beside_the_grid() -> None:
    day = (NOON - timedelta(days=14)).date().isoformat()
    person = Facts(doses=(Dose(disease=COVID_19, product="CoronaVac", on=day),))
    found = list(worse_off(with_term("first_dose", LAST_DOSE), NOON, [person]))
    assert found[-1].before == person


@pytest.mark.parametrize("book", shipped(), ids=NAMES)
def test_no_shipped_book_makes_anybody_worse_off(book: CompiledBook) -> None:
    starts = book.book.valid.from_
    at = NOON if starts is None else datetime.fromisoformat(f"{starts}T12:00:00+07:00")
    assert list(worse_off(book, at)) == []
