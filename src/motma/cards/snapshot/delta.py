"""From one snapshot to a later one: what ended since, and everything but the filter anew.

The rest of a snapshot is 9 kB packed, so it comes whole: whoever makes a delta need not remember
what any gate has. Applied, it gives the later body byte by byte, or it is refused; decision 0127.
"""

import hashlib
from base64 import b64encode
from datetime import datetime
from typing import Final

import msgspec

from motma.cards.snapshot.ended import Ended
from motma.cards.snapshot.errors import DeltaBase, DeltaResult
from motma.cards.snapshot.model import Body, Snapshot, parsed, plain_of
from motma.cards.snapshot.signed import DELTA
from motma.codec.issued import FindKey, Sign
from motma.kernel.errors import Malformed

#: Where the hashes stand in a body whose filter was emptied; a quote in any text is escaped.
_HOLE: Final = b'"hashes":"'


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says; a member that a later release adds is passed over."""

    base: datetime  # `as_of` of the snapshot that it continues
    content: str  # SHA-256 of the later body, in hex
    head: str  # the later body up to its hashes
    tail: str  # and behind them
    add: bytes  # hashes, rising
    drop: bytes  # hashes of what is valid again, rising


def write(body: Body, *, base: datetime, add: Ended, drop: Ended, kid: str, sign: Sign) -> bytes:
    """The signed file that leads from any snapshot of `base` to this body."""
    plain = plain_of(body)
    head, tail = _around(plain, body.ended)
    content = Delta(
        base=base,
        content=hashlib.sha256(plain).hexdigest(),
        head=head.decode(),
        tail=tail.decode(),
        add=add.hashes,
        drop=drop.hashes,
    )
    return DELTA.write(msgspec.json.encode(content), kid=kid, sign=sign)


def apply(snapshot: Snapshot, data: bytes, find_key: FindKey) -> Snapshot:
    """The later snapshot; the delta's signature is checked with a key that the reader trusts.

    `Malformed` as for a whole snapshot; `DeltaBase` and `DeltaResult` mean: fetch the whole.
    """
    found = opened(data, find_key)
    base = snapshot.body
    if found.base != base.as_of:
        raise DeltaBase(found.base, base.as_of)
    hashes = base.ended.changed(add=found.add, drop=found.drop)
    plain = found.head.encode() + b64encode(hashes) + found.tail.encode()
    if hashlib.sha256(plain).hexdigest() != found.content:
        raise DeltaResult(found.base)
    later = Snapshot(parsed(plain))
    if later.body.province != base.province or later.body.as_of < base.as_of:
        raise DeltaBase(found.base, base.as_of)
    return later


def opened(data: bytes, find_key: FindKey) -> Delta:
    """What a delta says, once its signature was checked."""
    return _decoded(DELTA.read(data, find_key))


def own(made: bytes) -> Delta:
    """What a delta that was just written here says."""
    return _decoded(DELTA.read_own(made))


def _decoded(plain: bytes) -> Delta:
    try:
        return msgspec.json.decode(plain, type=Delta)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Malformed("snapshot.content") from None


def _around(plain: bytes, ended: Ended) -> tuple[bytes, bytes]:
    """The body before and behind the base64 of its hashes."""
    hashes = b64encode(ended.hashes)
    start = plain.index(_HOLE + hashes + b'"') + len(_HOLE)
    return plain[:start], plain[start + len(hashes) :]
