"""The only place that knows what time it is, and which civil day that is in Vietnam."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

#: Civil days of the platform. Source: decisions.md no. 3.
CIVIL_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Gives the present moment; validity is always asked as of a moment."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class SetClock:
    """A clock that stands where a test or a replay puts it."""

    moment: datetime

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment

    def advance(self, step: timedelta) -> None:
        """Move forward (or back) by `step`."""
        self.moment += step


def civil_day(moment: datetime) -> date:
    """The calendar day in Vietnam at an aware moment.

    >>> civil_day(datetime(2022, 1, 4, 17, 0, tzinfo=UTC))
    datetime.date(2022, 1, 5)
    """
    return moment.astimezone(CIVIL_ZONE).date()
