"""Date-times as CertLogic has them: from text, moved by whole units, in whole milliseconds, UTC."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Literal

from motma.kernel.errors import Malformed

Unit = Literal["year", "month", "day", "hour"]
UNITS: Final[tuple[Unit, ...]] = ("year", "month", "day", "hour")

#: The finest step of time that an expression can tell apart. Source: specification, plusTime.
RESOLUTION: Final = timedelta(milliseconds=1)

#: A birth date may lack its day, or its month too.
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d{1,2}):?(\d\d)?)?",
    re.ASCII,
)
#: Longer fractions of a second are no date of anybody.
_LONGEST: Final = 64


def read_moment(text: str) -> datetime:
    """The moment that a text of any permitted form names; midnight UTC of a day.

    >>> read_moment("2022-05-01T07:00:00.9999+0700").isoformat()
    '2022-05-01T00:00:00.999000+00:00'
    """
    found = _MOMENT.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return read_day(text)
    year, month, day, hour, minute, second, fraction, sign, off_hours, off_minutes = found.groups()
    offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0))
    try:
        return datetime(
            *(int(year), int(month), int(day), int(hour), int(minute), int(second)),
            int((fraction or "")[:3].ljust(3, "0")) * 1000,
            tzinfo=timezone(-offset if sign == "-" else offset),
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("rules.not-a-date") from None


def read_day(text: str) -> datetime:
    """Midnight UTC of a day; of the last day that agrees when the day or the month is missing.

    >>> read_day("2004-02").date().isoformat()
    '2004-02-29'
    """
    found = _DATE.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise Malformed("rules.not-a-date")
    year, month = int(found[1]), int(found[2] or 12)
    try:
        day = int(found[3]) if found[3] else monthrange(year, month)[1]
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        raise Malformed("rules.not-a-date") from None


def move(moment: datetime, amount: int, unit: Unit) -> datetime:
    """`moment` moved by whole units; a day that a month has not runs over into the next.

    The specification has it so, by ECMAScript's Date: a year after 29 February is 1 March.

    >>> move(read_day("2020-02-29"), 1, "year").date().isoformat()
    '2021-03-01'
    """
    try:
        if unit == "day":
            return moment + timedelta(days=amount)
        if unit == "hour":
            return moment + timedelta(hours=amount)
        months = amount * 12 if unit == "year" else amount
        years, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
        first = moment.replace(year=years, month=month + 1, day=1)
        return first + timedelta(days=moment.day - 1)
    except (OverflowError, ValueError):
        raise Malformed("rules.date-out-of-range") from None


def write_moment(moment: datetime) -> str:
    """The one way in which a result is written: UTC, three decimals, `Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
