"""Birth dates that may be partial: read, refused, compared."""

from datetime import date

import pytest

from motma.kernel.birth import Birth, parse, parse_as_written
from motma.kernel.errors import Malformed

TODAY = date(2022, 1, 5)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "birth.not-a-date"),
        ("18/01/1987", "birth.not-a-date"),
        ("1987-13", "birth.not-a-date"),
        ("1987-02-29", "birth.not-a-date"),
        ("1987-**-**", "birth.not-a-date"),
        ("１９８７", "birth.not-a-date"),
        ("1879", "birth.too-early"),
        ("2022-01-06", "birth.in-future"),
        ("2023", "birth.in-future"),
    ],
)
def test_what_no_living_person_can_have_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse(text, today=TODAY)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("18/01/1987", Birth(1987, 1, 18)),
        ("1.2.1987", Birth(1987, 2, 1)),
        ("01/1987", Birth(1987, 1)),
        ("1987", Birth(1987)),
        ("1987-01-18", Birth(1987, 1, 18)),
        ("1987-01-18 00:00:00", Birth(1987, 1, 18)),
    ],
)
def test_spreadsheets_write_a_birth_date_in_many_ways(text: str, birth: Birth) -> None:
    assert parse_as_written(text, today=TODAY) == birth


def test_a_month_above_twelve_is_refused_and_never_swapped() -> None:
    with pytest.raises(Malformed):
        parse_as_written("01/18/1987", today=TODAY)


def test_born_today_is_born() -> None:
    assert parse("2022-01-05", today=TODAY).age(TODAY) == 0


def test_age_counts_from_the_latest_day_it_may_be() -> None:
    assert Birth(1987, 1, 5).age(TODAY) == 35
    assert Birth(1987, 1, 6).age(TODAY) == 34
    assert Birth(1987).age(TODAY) == 34
