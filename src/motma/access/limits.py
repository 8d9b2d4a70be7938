"""Counters that all worker processes of a machine share, for rate limits and alarms.

A fixed file of slots mapped into every process. A slot holds a fingerprint of its key, the time
window it counts and when that window ends; a key takes the first of four neighbouring slots that
is its own or out of date. Two processes may lose an update to each other when they count the
same key in the same microsecond: a limit may be off by a few, never by a factor.
"""

import hashlib
import mmap
import os
import secrets
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from motma.access.errors import TooMany

_SLOTS: Final = 1 << 20
_WAYS: Final = 4
_SLOT: Final = struct.Struct("<III")  # fingerprint, end of the window (Unix seconds), count
_HEAD: Final = 32  # bytes of secret, so that nobody can aim two keys at one slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `count` per `window_s` seconds."""

    name: str
    count: int
    window_s: int


class Allowance(NamedTuple):
    """What is left of a limit; `reset_s` seconds until the window ends."""

    limit: Limit
    remaining: int
    reset_s: int

    @property
    def exceeded(self) -> bool:
        """Whether this request is over the limit."""
        return self.remaining < 0


class Counters:
    """Shared counters in one file; made when it is not there."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        size = _HEAD + (_SLOTS + _WAYS) * _SLOT.size
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size != size:
                os.ftruncate(handle, size)
                os.pwrite(handle, secrets.token_bytes(_HEAD), 0)
            self._map = mmap.mmap(handle, size)
        finally:
            os.close(handle)
        self._secret = self._map[:_HEAD]

    def take(self, limit: Limit, key: bytes, *, at_s: float, count: int = 1) -> Allowance:
        """Count `count` more for `key` in the window of `at_s` (Unix seconds)."""
        offset, mark, seen, ends = self._find(limit, key, int(at_s))
        _SLOT.pack_into(self._map, offset, mark, ends, min(seen + count, 0xFFFFFFFF))
        return self._allowance(limit, seen + count, at_s)

    def peek(self, limit: Limit, key: bytes, *, at_s: float) -> Allowance:
        """What one more would be allowed, without counting it."""
        _, _, seen, _ = self._find(limit, key, int(at_s))
        return self._allowance(limit, seen + 1, at_s)

    def clear(self, limit: Limit, key: bytes, *, at_s: float) -> None:
        """Forget the count of `key`, as after a log-in that succeeded."""
        offset, mark, _, ends = self._find(limit, key, int(at_s))
        _SLOT.pack_into(self._map, offset, mark, ends, 0)

    def _find(self, limit: Limit, key: bytes, now_s: int) -> tuple[int, int, int, int]:
        """Slot offset, fingerprint, count so far and end of the window of a key."""
        digest = hashlib.blake2b(
            limit.name.encode() + b"\0" + key, key=self._secret, digest_size=12
        ).digest()
        mark = int.from_bytes(digest[8:], "big")
        ends = (now_s // limit.window_s + 1) * limit.window_s
        first = _HEAD + int.from_bytes(digest[:8], "big") % _SLOTS * _SLOT.size
        stale = first  # all four taken: the first gives way
        for offset in range(first, first + _WAYS * _SLOT.size, _SLOT.size):
            its_mark, its_end, count = _SLOT.unpack_from(self._map, offset)
            if its_mark == mark and its_end == ends:
                return offset, mark, count, ends
            if its_end <= now_s and stale == first:
                stale = offset
        return stale, mark, 0, ends

    @staticmethod
    def _allowance(limit: Limit, total: int, at_s: float) -> Allowance:
        reset_s = limit.window_s - int(at_s) % limit.window_s
        return Allowance(limit=limit, remaining=limit.count - total, reset_s=reset_s)


def insist(allowance: Allowance) -> Allowance:
    """The allowance, or `TooMany` when it is used up."""
    if allowance.exceeded:
        raise TooMany(retry_after_s=allowance.reset_s, limit=allowance.limit.count)
    return allowance
