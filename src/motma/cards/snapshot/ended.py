"""A filter of codes that are not valid any more: sorted, shortened, salted hashes.

Whoever is in it is always found. Somebody who is not is found by chance in fewer than one of a
million questions; the guard then asks for a document. Why not a smaller filter: decision 0078.
"""

import hashlib
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Final

import msgspec

from motma.kernel.errors import Malformed

#: At most this part of the codes that are good is found by chance.
FALSE_RATE: Final = 1e-6

SALT_BYTES: Final = 16
_NARROWEST: Final = 3
_WIDEST: Final = 16


class Ended(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first `width` bytes of SHA-256(salt ‖ entry) of each entry, each once, rising."""

    salt: bytes
    width: Annotated[int, msgspec.Meta(ge=_NARROWEST, le=_WIDEST)]
    hashes: bytes

    def __contains__(self, entry: str) -> bool:
        """Whether the entry ended, or looks so by chance."""
        wanted = _hash(self.salt, entry, self.width)
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            found = self.hashes[middle * self.width : (middle + 1) * self.width]
            if found == wanted:
                return True
            if found < wanted:
                low = middle + 1
            else:
                high = middle
        return False

    def __len__(self) -> int:
        """How many are in it; some may share a hash."""
        return len(self.hashes) // self.width

    @property
    def false_rate(self) -> float:
        """The part of good codes that is found by chance."""
        return float(len(self) / 256**self.width)

    def checked(self) -> "Ended":
        """The same, once it is known to be sorted: a search in anything else would miss."""
        _row(self.hashes, self.width)
        return self

    def changed(self, *, add: bytes, drop: bytes) -> bytes:
        """The hashes with some more and some less; one more that is there already is nothing."""
        gone = set(_row(drop, self.width))
        known = set(_row(add, self.width))
        touched = gone | known
        row = [one for one in _row(self.hashes, self.width) if one not in touched]
        return b"".join(sorted([*row, *(known - gone)]))  # nearly sorted: as quick as a merge

    def only(self, entries: Iterable[str], *, present: bool) -> "Ended":
        """A row of these entries' hashes, of those that are, or are not, in this filter."""
        chosen = {entry for entry in entries if (entry in self) is present}
        hashes = {_hash(self.salt, entry, self.width) for entry in chosen}
        return Ended(salt=self.salt, width=self.width, hashes=b"".join(sorted(hashes)))


def whole(qid: str) -> str:
    """The entry of a QID with everything that was issued under it."""
    return qid


def issue(qid: str, number: int) -> str:
    """The entry of one issue number of a QID: a lost card."""
    return f"{qid}#{number}"


def ended(entries: Iterable[str], *, salt: bytes) -> Ended:
    """The filter of these entries, as narrow as the false rate allows."""
    known = set(entries)
    width = _NARROWEST
    while len(known) > FALSE_RATE * 256**width:
        width += 1
    hashes = b"".join(sorted({_hash(salt, entry, width) for entry in known}))
    return Ended(salt=salt, width=width, hashes=hashes)


def _row(hashes: bytes, width: int) -> list[bytes]:
    """The hashes one by one, once they are known to rise."""
    row = [hashes[at : at + width] for at in range(0, len(hashes), width)]
    if len(hashes) % width or any(a >= b for a, b in pairwise(row)):
        raise Malformed("snapshot.content", "ended")
    return row


def _hash(salt: bytes, entry: str, width: int) -> bytes:
    return hashlib.sha256(salt + entry.encode()).digest()[:width]
