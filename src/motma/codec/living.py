"""The living code: the last token of a phone's QR, changed every 30 seconds, outside the signature.

It tells a living screen from a copy. `t=` holds eight digits that name the secret of one
installation, and the code of six. The code is HMAC-SHA-256 over the time step (8 bytes,
big-endian) and the text before the token, truncated as RFC 4226 §5.3 says, so that it can't be
moved to another person's text. A photo relayed within the window still works: it proves no more
than freshness.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Final

#: Length of a step and steps accepted around now. Source: RFC 6238 §5.2.
STEP: Final = timedelta(seconds=30)
STEPS_AROUND: Final = 1

#: Length of the code itself.
DIGITS: Final = 6
_TOKEN: Final = re.compile(r"<t=([0-9]{8})([0-9]{6})\Z")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def strip_living(text: str) -> str:
    """The text without its living code: the string that is the same in every app.

    >>> strip_living("a|b<v=1<t=00000007123456")
    'a|b<v=1'
    """
    return _TOKEN.sub("", text)


def secret_name(text: str) -> int | None:
    """Which installation's secret the living code names; None without a living code."""
    found = _TOKEN.search(text)
    return int(found[1]) if found else None


def attach(text: str, *, name: int, secret: bytes, at: datetime) -> str:
    """The text with a fresh living code in place of any earlier one."""
    bare = strip_living(text)
    return f"{bare}<t={name:08d}{_code(secret, bare, _step(at))}"


def check(text: str, *, secret: bytes, at: datetime) -> bool:
    """Whether the living code is of this secret, this text and now, one step around."""
    found = _TOKEN.search(text)
    if found is None:
        return False
    bare, now = strip_living(text), _step(at)
    codes = [_code(secret, bare, now + near) for near in range(-STEPS_AROUND, STEPS_AROUND + 1)]
    return sum(hmac.compare_digest(code, found[2]) for code in codes) > 0


def _step(at: datetime) -> int:
    """Number of the 30-second step of a moment."""
    return (at - _EPOCH) // STEP


def _code(secret: bytes, bare: str, step: int) -> str:
    """Six digits for one step. Source of the truncation: RFC 4226 §5.3."""
    digest = hmac.digest(secret, step.to_bytes(8, "big", signed=True) + bare.encode(), "sha256")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"
