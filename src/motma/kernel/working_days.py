"""Working days in Vietnam: Monday to Friday but for public holidays, which are data."""

import json
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

_SATURDAY: Final = 5


def is_working_day(day: date) -> bool:
    """Whether offices are open.

    >>> is_working_day(date(2026, 2, 17)), is_working_day(date(2026, 2, 23))
    (False, True)
    """
    return day.weekday() < _SATURDAY and day not in holidays()


def after_working_days(day: date, count: int) -> date:
    """The day on which `count` working days after `day` are over; `day` itself never counts.

    >>> after_working_days(date(2026, 4, 29), 2)  # a Wednesday; Thursday and Friday are holidays
    datetime.date(2026, 5, 5)
    """
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


@cache
def holidays() -> frozenset[date]:
    """Public holidays that fall on a weekday; of a year that is not listed, only weekends."""
    listed = json.loads(files("motma.kernel").joinpath("holidays.json").read_text("utf-8"))
    return frozenset(map(date.fromisoformat, listed["days"]))
