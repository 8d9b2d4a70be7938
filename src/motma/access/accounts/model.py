"""Signing in by phone or passkey: lives, limits, and which account a phone stands for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from motma.access.limits import Limit
from motma.kernel.ids import Random

PHONE_COLUMN: Final = "account_phone.sealed"
SIGN_IN_COLUMN: Final = "sign_in.sealed"
PASSKEY_COLUMN: Final = "passkey.sealed"
CHALLENGE_COLUMN: Final = "passkey_challenge.sealed"
#: A one-time code is good for this long, counted from when it will probably come.
CODE_LIFE: Final = timedelta(minutes=5)
#: Slower than this, no code is promised: it would be out of date before somebody typed it.
LONGEST_WAIT: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
#: A device that came by phone may not change the account before this is over, nor one that came by
#: a passkey younger than this.
COOL_DOWN: Final = timedelta(hours=24)
#: A number that was not confirmed again stands for nobody: it may be another's by then.
PHONE_LIFE: Final = timedelta(days=180)
#: A notice that waited longer than this says nothing new.
NOTICE_LIFE: Final = timedelta(hours=6)

#: Codes for one number, whoever asks: each costs money and wakes somebody.
PER_PHONE: Final = Limit(name="codes-per-phone", count=3, window_s=900)
PER_PHONE_A_DAY: Final = Limit(name="codes-per-phone-a-day", count=10, window_s=86_400)
#: Codes asked for by one network, and by everybody together.
PER_NETWORK: Final = Limit(name="codes-per-network", count=30, window_s=3600)
IN_ALL: Final = Limit(name="codes-in-all", count=600, window_s=60)
#: Wrong codes from one network.
WRONG_CODES: Final = Limit(name="wrong-codes", count=20, window_s=900)
#: How long a person may take to answer their authenticator.
CHALLENGE_LIFE: Final = timedelta(minutes=5)
MOST_PASSKEYS: Final = 10
LONGEST_LABEL: Final = 40
#: Challenges asked for by one network, and by everybody together: each is a row for a while.
CHALLENGES: Final = Limit(name="challenges-per-network", count=120, window_s=3600)
CHALLENGES_IN_ALL: Final = Limit(name="challenges-in-all", count=3000, window_s=60)
#: Answers of authenticators that did not hold, from one network.
WRONG_PASSKEYS: Final = Limit(name="wrong-passkeys", count=20, window_s=900)

_DIGITS: Final = 6


def new_digits(random: Random) -> str:
    """A code of six digits.

    >>> new_digits(bytes)
    '000000'
    """
    # 64 bits over a million: no digit is likelier than another by more than 10^-13
    return f"{int.from_bytes(random(8), 'big') % 10**_DIGITS:0{_DIGITS}d}"


def plain_digits(code: str) -> str:
    """A typed code without the spaces people add.

    >>> plain_digits(" 123 456 ")
    '123456'
    """
    return "".join(letter for letter in code[:32] if letter.isascii() and letter.isdigit())


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A code is on its way, or would be if the number stood for somebody: nobody hears which."""

    sign_in_id: UUID
    code_expected_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A number that a person bound to their account."""

    person_id: UUID
    pin_hash: str | None
    bound_at: datetime

    def stands(self, now: datetime) -> bool:
        """Whether the number still stands for the person."""
        return now < self.bound_at + PHONE_LIFE


def settles_at(*, enrolled_by: str, enrolled_at: datetime, vouched: bool) -> datetime | None:
    """Until when a device may not change the account; None for one that always may.

    >>> day = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    >>> str(settles_at(enrolled_by="phone", enrolled_at=day, vouched=False))
    '2026-01-02 00:00:00+00:00'
    >>> settles_at(enrolled_by="passkey", enrolled_at=day, vouched=True)
    >>> settles_at(enrolled_by="code", enrolled_at=day, vouched=False)
    """
    return enrolled_at + COOL_DOWN if enrolled_by != "code" and not vouched else None
