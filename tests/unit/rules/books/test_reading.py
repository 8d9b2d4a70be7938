"""What is no rule book is `Malformed`, with a code that says what is wrong."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from motma.kernel.errors import Malformed
from motma.rules.books.reading import read
from motma.rules.books.shipped import shipped

Change = Callable[[dict[str, Any]], object]
CLOCK = {"var": "external.validationClock"}


def changed(change: Change) -> str:
    """Khánh Hòa's book with one change."""
    book = json.loads(shipped()[-1].write())
    change(book)
    return json.dumps(book)


def put(where: str, value: object) -> Change:
    """A change that sets one member, by a path of names and places."""

    def change(book: Any) -> None:
        *path, last = where.split(".")
        for step in path:
            book = book[int(step)] if step.isdigit() else book[step]
        book[int(last) if last.isdigit() else last] = value

    return change


WRONG: dict[str, tuple[Change, str]] = {
    "no cases": (put("cases", []), "rules.book-without-cases"),
    "a colour without a case": (
        lambda b: b.update(cases=[c for c in b["cases"] if c["colour"] != "yellow"]),
        "rules.book-without-cases",
    ),
    "a case that comes out otherwise": (put("cases.0.colour", "yellow"), "rules.book-case-fails"),
    "a case with another end": (
        put("cases.0.valid_until", "2022-01-01T00:00:00Z"),
        "rules.book-case-fails",
    ),
    "a case whose time has no offset": (
        put("cases.0.at", "2021-10-09T00:00:00"),
        "rules.book-case-time",
    ),
    "an unknown member": (put("colour", "blue"), "rules.book-shape"),
    "another format": (put("format", 2), "rules.book-shape"),
    "a number of five digits": (put("number", 10_000), "rules.book-shape"),
    "one language only": (lambda b: b["title"].pop("vi"), "rules.book-shape"),
    "neutral as a colour": (put("colours.2.id", "neutral"), "rules.book-colours"),
    "a colour twice": (put("colours.1.id", "green"), "rules.book-colours"),
    "a rule for no colour": (put("rules.0.colour", "blue"), "rules.book-colours"),
    "a better colour after a worse one": (put("rules.0.colour", "yellow"), "rules.book-order"),
    "a good colour for the rest": (put("otherwise", "green"), "rules.book-otherwise"),
    "a period that ends before it begins": (put("valid.until", "2021-10-06"), "rules.book-period"),
    "a condition that is not there": (put("rules.0.needs.0", "nothing"), "rules.book-name-unknown"),
    "a name twice": (put("conditions.1.id", "complete_14"), "rules.book-name-twice"),
    "too many parts": (
        lambda b: b.update(terms=[{"id": f"t{n}", "logic": 1} for n in range(65)] + b["terms"]),
        "rules.book-too-large",
    ),
    "a text with an unknown name": (put("conditions.0.holds.en", "{dose}"), "rules.book-text"),
    "a text that reaches inside": (
        put("conditions.0.holds.en", "{first_dose.__class__}"),
        "rules.book-text",
    ),
    "a text with a format": (put("conditions.0.holds.vi", "{first_dose:>9}"), "rules.book-text"),
    "a text with an open brace": (put("rules.0.text.vi", "{first_dose"), "rules.book-text"),
    "a rule's text with a name": (put("rules.0.text.en", "{first_dose}"), "rules.book-text"),
    "a period beyond the calendar": (put("valid.until", "9999-12-31"), "rules.book-period"),
    "a case beyond the calendar": (
        put("cases.0.at", "9999-12-31T23:59:59Z"),
        "rules.book-case-time",
    ),
    "a case with a day that never was": (
        put("cases.0.facts.doses.0.on", "2021-02-30"),
        "facts.date",
    ),
    "an unknown operator": (
        put("conditions.0.logic", {"or": [True, False]}),
        "rules.unknown-operator",
    ),
    "the clock outside a comparison": (
        put("conditions.0.logic", {"===": [CLOCK, "2021-10-07T00:00:00Z"]}),
        "rules.clock-outside-comparison",
    ),
    "the clock moved by months": (
        put(
            "conditions.0.logic",
            {"before": [{"plusTime": [CLOCK, 1, "month"]}, {"plusTime": ["2021-10-07", 0, "day"]}]},
        ),
        "rules.clock-moved-by-months",
    ),
}


@pytest.mark.parametrize(("change", "code"), WRONG.values(), ids=WRONG)
def test_a_book_with_a_fault_is_refused_by_its_code(change: Change, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(changed(change))
    assert refused.value.reason == code


def test_a_term_that_asks_for_the_clock_gets_nothing() -> None:
    """Else a colour could change at a moment that nobody lists."""
    term = {"id": "now", "logic": {"if": [CLOCK, True, False]}}
    condition = json.loads(changed(put("title.vi", "x")))["conditions"][0]
    sees = {**condition, "id": "sees", "logic": {"var": "given.now"}}
    text = changed(
        lambda b: (
            b["terms"].append(term),
            b["conditions"].append(sees),
            b["rules"][0]["needs"].append("sees"),
        )
    )
    with pytest.raises(Malformed) as refused:
        read(text)
    assert (refused.value.reason, refused.value.field) == ("rules.book-case-fails", "full course")


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"format": 1}', "[" * 10_000, b"\xff"])
def test_what_is_no_book_is_malformed(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        read(text)
