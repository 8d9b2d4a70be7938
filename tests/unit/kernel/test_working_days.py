"""Working days: weekends and public holidays do not count, the day itself never does."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motma.kernel.working_days import after_working_days, holidays, is_working_day

DAYS = st.dates(date(2021, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-11-23", "2026-11-25"),  # Monday
        ("2026-11-26", "2026-11-30"),  # Thursday: the weekend is between
        ("2026-11-28", "2026-12-01"),  # Saturday
        ("2026-02-13", "2026-02-24"),  # Tết
        ("2022-01-28", "2022-02-08"),  # Tết
        ("2022-04-08", "2022-04-13"),  # the Hùng Kings' day fell on a Sunday
        ("2026-08-31", "2026-09-04"),  # National Day
    ],
)
def test_two_working_days_later(day: str, due: str) -> None:
    assert after_working_days(date.fromisoformat(day), 2) == date.fromisoformat(due)


@given(DAYS, st.integers(1, 30))
def test_as_many_working_days_lie_between_as_were_asked_for(day: date, count: int) -> None:
    due = after_working_days(day, count)
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert sum(map(is_working_day, between)) == count
    assert is_working_day(due)


def test_every_listed_holiday_falls_on_a_weekday_and_a_year_has_eleven() -> None:
    """Article 112 gives eleven days; each that falls on a weekend is taken on another day."""
    assert not [day for day in holidays() if day.weekday() > 4]
    for year in range(2022, 2027):
        assert len([day for day in holidays() if day.year == year]) == 11, year
