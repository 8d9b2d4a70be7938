"""The most specific book in force speaks; where none does, neutral."""

import json
from datetime import date, datetime
from typing import Any

import pytest

from motma.rules.books.choosing import choose
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.reading import read
from motma.rules.books.shipped import shipped

IN_2021 = datetime.fromisoformat("2021-10-08T08:00:00+07:00")
IN_2026 = datetime.fromisoformat("2026-06-01T08:00:00+07:00")
BOOKS = {book.id: book for book in shipped()}


def chosen(  # each default is the question left open
    province: str | None = None,
    *,
    commune: str | None = None,
    place_kind: str | None = None,
    activity: str | None = None,
    at: datetime = IN_2021,
    units_as_of: date | None = None,
    more: tuple[CompiledBook, ...] = (),
) -> str:
    """The id of the book that speaks."""
    return choose(
        (*shipped(), *more),
        province=province,
        commune=commune,
        place_kind=place_kind,
        activity=activity,
        at=at,
        units_as_of=units_as_of,
    ).id


def variant(name: str, **scope: object) -> CompiledBook:
    """Khánh Hòa's book under another name, with another scope."""
    book: dict[str, Any] = json.loads(BOOKS["khanh-hoa-2021-10-07"].write())
    book["id"], book["scope"] = name, {**book["scope"], **scope}
    return read(json.dumps(book))


@pytest.mark.parametrize(
    ("province", "day", "name"),
    [
        ("56", "2021-10-07T00:00:00", "khanh-hoa-2021-10-07"),
        ("56", "2021-10-06T23:59:59", "neutral"),
        ("79", "2021-09-08T00:00:00", "hcmc-2021-09-08"),
        ("79", "2021-09-15T00:00:00", "hcmc-2021-09-15"),
        ("79", "2021-09-20T23:59:59", "hcmc-2021-09-15"),
        ("79", "2021-09-21T00:00:00", "neutral"),
        ("80", "2021-09-21T12:00:00", "long-an-2021-09-21"),
        ("01", "2021-10-08T12:00:00", "neutral"),
        (None, "2021-10-08T12:00:00", "neutral"),
    ],
)
def test_a_province_has_its_book_inside_its_period(
    province: str | None, day: str, name: str
) -> None:
    assert chosen(province, at=datetime.fromisoformat(f"{day}+07:00")) == name


def test_a_trade_with_a_duty_to_test_has_a_book_of_its_own() -> None:
    at = datetime.fromisoformat("2021-09-16T08:00:00+07:00")
    assert chosen("79", activity="shipper", at=at) == "hcmc-2021-09-15-trades"
    assert chosen("79", activity="teacher", at=at) == "hcmc-2021-09-15"


def test_a_commune_tells_its_province() -> None:
    assert chosen(commune="22366") == "khanh-hoa-2021-10-07"  # phường Lộc Thọ, Nha Trang
    assert chosen(commune="00001") == "neutral"


def test_a_code_that_changed_its_meaning_is_read_by_its_day() -> None:
    """80 was Long An; since July 2025 it is Tây Ninh, of which Long An is a part."""
    assert chosen("80", at=IN_2026) == "neutral"
    assert chosen("80", at=IN_2026, units_as_of=date(2021, 9, 21)) == "long-an-2021-09-21"


def test_a_commune_of_today_keeps_the_book_of_the_old_province_it_came_from() -> None:
    assert chosen("80", commune="27694", at=IN_2026) == "long-an-2021-09-21"  # Long An
    assert chosen("80", commune="25459", at=IN_2026) == "neutral"  # Tân Ninh


def test_a_book_of_today_speaks_at_a_place_that_is_known_by_its_old_commune() -> None:
    today = variant("today", areas=[{"code": "56", "as_of": "2025-07-01"}])
    old = {"commune": "22366", "units_as_of": date(2021, 10, 7), "at": IN_2026}
    assert choose_of((today,), **old) == "today"
    assert choose_of((today,), **old | {"commune": "00001"}) == "neutral"


def choose_of(books: tuple[CompiledBook, ...], **question: Any) -> str:
    """The book of a place that only its commune is known of."""
    return choose(books, province=None, place_kind=None, activity=None, **question).id


def test_khanh_hoa_of_today_is_named_in_its_book() -> None:
    assert chosen("56", at=IN_2026) == "khanh-hoa-2021-10-07"


def test_the_narrower_scope_wins_and_of_equals_the_later_book() -> None:
    commune = variant("one-commune", areas=[{"code": "22366", "as_of": "2021-10-07"}])
    school = variant("schools", place_kinds=["school"])
    assert chosen("56", commune="22366", more=(commune, school)) == "one-commune"
    assert chosen("56", place_kind="school", more=(commune, school)) == "schools"
    assert chosen("56", place_kind="market", more=(school,)) == "khanh-hoa-2021-10-07"
    country = variant("whole-country", areas=[])
    assert chosen("01", more=(country,)) == "whole-country"
    assert chosen("56", more=(country,)) == "khanh-hoa-2021-10-07"
