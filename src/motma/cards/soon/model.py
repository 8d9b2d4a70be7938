"""When a change of a card is told, and when the card is looked at again."""

from datetime import datetime, timedelta
from typing import Final

#: So long before its card changes a person is told.
NOTICE: Final = timedelta(days=1)
#: A card is looked at this often: a new record may have brought its end nearer.
_OFTEN: Final = timedelta(days=1)


def tells(until: datetime | None, *, told: datetime | None, now: datetime) -> bool:
    """Whether the change is to be told now: it is near, and was not told yet.

    >>> now = datetime(2026, 1, 1, 12)
    >>> [tells(now + timedelta(hours=h), told=None, now=now) for h in (0, 1, 24, 25)]
    [False, True, True, False]
    >>> soon = now + timedelta(hours=1)
    >>> tells(soon, told=soon, now=now), tells(None, told=None, now=now)
    (False, False)
    """
    return until is not None and until != told and now < until <= now + NOTICE


def look_again(until: datetime | None, now: datetime) -> datetime:
    """When to look next: when the change comes near, when it has come, or tomorrow.

    >>> now = datetime(2026, 1, 1, 12)
    >>> [look_again(now + timedelta(hours=h), now).isoformat() for h in (1, 30, 60)]
    ['2026-01-01T13:00:00', '2026-01-01T18:00:00', '2026-01-02T12:00:00']
    >>> look_again(None, now).isoformat()
    '2026-01-02T12:00:00'
    """
    turns = [] if until is None else [until - NOTICE, until]
    return min([turn for turn in turns if turn > now] + [now + _OFTEN])
