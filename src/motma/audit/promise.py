"""Promises of inclusion: what a scan's answer carries until the event has its place in the tree.

Events that were appended together are promised together: one signature over the root of a small
tree of them, and for each the path to it. A promise for one event has an empty path.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from motma.audit.model import Event, microseconds
from motma.audit.tree import node_hash
from motma.keys import signatures
from motma.keys.model import Algorithm, PublicKeyInfo, Purpose
from motma.keys.signer import Signer

#: Keeps a promise apart from everything else the log key signs.
_LABEL: Final = b"motma promise v2\0"
_LEAF: Final = b"\0"

#: The number of events in one group is signed as four bytes.
MOST_TOGETHER: Final = 2**32 - 1


class Promised(NamedTuple):
    """What is promised of an event; it names no person: the commitment is salted."""

    event_id: UUID
    commitment: bytes
    known_at: datetime


def promise(signer: Signer, event: Event) -> dict[str, Any]:
    """The promise for one event."""
    return promise_all(signer, [Promised(event.event_id, event.commitment, event.known_at)])[0]


def promise_all(signer: Signer, events: Sequence[Promised]) -> list[dict[str, Any]]:
    """Signed promises that each is in the tree within the merge delay of its `known_at`."""
    if not events:
        return []
    levels = [[_leaf(event.commitment, event.known_at) for event in events]]
    while len(levels[-1]) > 1:
        levels.append(_parents(levels[-1]))
    kid, signature = signer.sign(Purpose.LOG, _signed(levels[-1][0], len(events)))
    signed = b64encode(signature).decode()
    return [
        {
            "event_id": str(event.event_id),
            "commitment": b64encode(event.commitment).decode(),
            "known_at": event.known_at.isoformat(),
            "index": index,
            "size": len(events),
            "path": [b64encode(sibling).decode() for sibling in _path(levels, index)],
            "kid": kid,
            "signature": signed,
        }
        for index, event in enumerate(events)
    ]


def check_promise(keys: Iterable[PublicKeyInfo], promised: Mapping[str, Any]) -> bool:
    """Whether one of the log's keys made this promise; false for anything malformed."""
    try:
        commitment, signature = (
            b64decode(promised[name], validate=True) for name in ("commitment", "signature")
        )
        leaf = _leaf(commitment, datetime.fromisoformat(promised["known_at"]))
        path = [b64decode(sibling, validate=True) for sibling in promised["path"]]
        index, size, kid = int(promised["index"]), int(promised["size"]), promised["kid"]
    except (KeyError, TypeError, ValueError):
        return False
    root = _root(leaf, index, size, path)
    if root is None:
        return False
    data = _signed(root, size)
    return any(
        signatures.verify(signatures.public_key(Algorithm.EDDSA, key.raw), data, signature)
        for key in keys
        if key.kid == kid
    )


def _leaf(commitment: bytes, known_at: datetime) -> bytes:
    return sha256(_LEAF + commitment + microseconds(known_at).to_bytes(8, signed=True)).digest()


def _parents(level: list[bytes]) -> list[bytes]:
    """The level above; an odd last one goes up as it is, which is the shape of RFC 9162."""
    pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(pairs) * 2 :]


def _path(levels: list[list[bytes]], index: int) -> Iterable[bytes]:
    """The siblings on the way from a leaf to the root."""
    for level in levels[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            yield level[sibling]
        index >>= 1


def _root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to; None when it does not fit index and size."""
    if not 0 <= index < size <= MOST_TOGETHER:
        return None
    value, place, last, rest = leaf, index, size - 1, list(path)
    while last > 0:
        if place % 2 or place < last:
            if not rest:
                return None
            sibling = rest.pop(0)
            value = node_hash(sibling, value) if place % 2 else node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    return value if not rest else None


def _signed(root: bytes, size: int) -> bytes:
    return _LABEL + size.to_bytes(4) + root
