"""Identifiers: time-ordered UUIDs and the 18-digit QID with its check digit."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

#: Gives that many unpredictable bytes; tests pass a seeded one.
Random = Callable[[int], bytes]

#: The system's cryptographic generator, as a `Random`.
system_random: Final[Random] = os.urandom

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_DIGITS: Final = 17
_VERSION: Final = 7  # of a UUID that begins with its time


def uuid7(moment: datetime, random: Random = system_random) -> UUID:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds, 74 random bits.

    >>> uuid7(datetime(2022, 1, 5, tzinfo=UTC), lambda n: bytes(n)).hex[:13]
    '017e27890c007'
    """
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    tail = int.from_bytes(random(10), "big")
    value = (
        milliseconds << 80 | 7 << 76 | (tail >> 68 & 0xFFF) << 64 | 2 << 62 | tail & (1 << 62) - 1
    )
    return UUID(int=value)


def uuid7_time(value: UUID) -> datetime | None:
    """The moment inside a version 7 UUID; None for any other version."""
    if value.version != _VERSION:
        return None
    return _EPOCH + timedelta(milliseconds=value.int >> 80)


def day_bounds(moment: datetime) -> tuple[UUID, UUID]:
    """First UUIDv7 value of the UTC day of `moment`, and of the next: a partition's bounds."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first, following = (
        UUID(int=((d - _EPOCH) // timedelta(milliseconds=1)) << 80)
        for d in (day, day + timedelta(days=1))
    )
    return first, following


def new_qid(random: Random = system_random) -> str:
    """An 18-digit QID: 17 random digits, the first not 0, and a check digit.

    Source: architecture.md §3; ISO/IEC 7064 MOD 11,10.
    """
    while True:
        number = int.from_bytes(random(8), "big") >> 7  # 57 bits cover 10^17
        digits = f"{number:017d}"
        if len(digits) == _RANDOM_DIGITS and digits[0] != "0":
            return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The ISO 7064 MOD 11,10 check digit of a digit string.

    >>> check_digit("0794")
    '5'
    """
    product = 10
    for digit in digits:
        product = (int(digit) + product) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)


def has_check_digit(qid: str) -> bool:
    """Whether the last digit checks the others; imported QIDs need not.

    >>> has_check_digit("07945"), has_check_digit("07946")
    (True, False)
    """
    return qid.isascii() and qid.isdigit() and len(qid) > 1 and check_digit(qid[:-1]) == qid[-1]
