"""A message, when it is tried again, when nobody is asked for a while, and when it will come."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

COLUMN: Final = "message.sealed"
#: Who takes a message has this long; then it is anybody's again. Longer than egress's patience.
LEASE: Final = timedelta(seconds=30)
#: Failures in a row after which a sender is left alone, for how long at first, and at most.
MOST_FAILURES: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=15)
LONGEST_PAUSE: Final = timedelta(minutes=4)
#: What is out of date sooner than this goes first, and tells how long messages take.
HURRY: Final = timedelta(minutes=20)
#: With nothing waiting a message takes no longer than a sender's patience.
_LONGEST_ALONE: Final = timedelta(minutes=1)
_LONGEST_BACK_OFF: Final = timedelta(minutes=1)


class Text(msgspec.Struct, frozen=True):
    """What is sealed; without a number it is sent to nobody, and costs us the same."""

    to: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that somebody took to send it."""

    message_id: UUID
    to: str
    text: str
    created_at: datetime
    expires_at: datetime
    tries: int

    @property
    def hurries(self) -> bool:
        """Whether somebody waits for it."""
        return self.expires_at - self.created_at < HURRY


def back_off(tries: int) -> timedelta:
    """How long to wait after so many tries that failed.

    >>> [back_off(n).total_seconds() for n in (1, 2, 3, 9)]
    [2.0, 4.0, 8.0, 60.0]
    """
    return min(timedelta(seconds=2 ** min(tries, 9)), _LONGEST_BACK_OFF)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Leaves a sender alone that failed again and again; one try ends each pause."""

    failures: int = 0
    pause: timedelta = FIRST_PAUSE
    until: datetime | None = None

    def closed(self, now: datetime) -> bool:
        """Whether the sender may be asked."""
        return self.until is None or now >= self.until

    def single(self) -> bool:
        """Whether only one message may be tried: the pause is just over, nobody knows yet."""
        return self.until is not None

    def failed(self, now: datetime) -> "Breaker":
        """After one more failure."""
        failures = self.failures + 1
        if failures < MOST_FAILURES:
            return replace(self, failures=failures)
        longer = min(self.pause * 2, LONGEST_PAUSE)
        return Breaker(failures, longer, now + self.pause)

    @staticmethod
    def succeeded() -> "Breaker":
        """After a message went out."""
        return Breaker()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How it goes just now."""

    wait_s: float
    stalled_until: datetime | None
    oldest: datetime | None  # of the hurried messages that nobody tried yet

    def expected_at(self, now: datetime) -> datetime:
        """When a hurried message that is queued now will probably be sent.

        >>> day = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        >>> long = day - timedelta(minutes=3)
        >>> [(Pace(wait_s=5, stalled_until=None, oldest=o).expected_at(day) - day).seconds
        ...  for o in (None, long)]
        [5, 180]
        """
        wait = timedelta(seconds=self.wait_s)
        wait = min(wait, _LONGEST_ALONE) if self.oldest is None else max(wait, now - self.oldest)
        if self.stalled_until is not None and self.stalled_until > now:
            wait = max(wait, self.stalled_until - now)
        return now + wait
