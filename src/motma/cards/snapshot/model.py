"""The snapshot's file: a line, a compressed body, a signature; its format: docs/offline.md."""

import hashlib
import re
import zlib
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Final

import msgspec

from motma.cards.snapshot.ended import Ended
from motma.cards.snapshot.errors import (
    SnapshotAhead,
    SnapshotForged,
    SnapshotKeyUnknown,
    SnapshotOlder,
    SnapshotTooOld,
)
from motma.codec import es256, jwks
from motma.codec.issued import FindKey, Sign
from motma.kernel.errors import Malformed
from motma.rules.books.compiling import CompiledBook, compiled
from motma.rules.books.model import Text

#: Bound into the signature, so that it means nothing in any other protocol.
CONTEXT: Final = b"motma.snapshot.v1\n"

#: Clocks of gates are off by this much.
SKEW: Final = timedelta(minutes=10)

#: Largest file, and largest body once it is unpacked: ten million ended codes.
MOST_BYTES: Final = 96 * 2**20

_LINE: Final = re.compile(rb"motma-snapshot ([0-9]+) ([0-9]{6}) ([0-9]{1,9}) ([0-9a-f]{64})\n")
_LONGEST_LINE: Final = 128


class Scheme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a number in a code's card slot is called."""

    number: int
    title: Text


class Ages(msgspec.Struct, frozen=True, kw_only=True):
    """How old a snapshot may get before a gate warns, and before it refuses; decision 0078."""

    warn_h: Annotated[int, msgspec.Meta(ge=1)] = 24
    refuse_h: Annotated[int, msgspec.Meta(ge=1)] = 24 * 14


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the authority says with every snapshot: its ages, and the words that guards read."""

    ages: Ages
    texts: dict[str, Any]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says; a member that a later release adds is passed over."""

    as_of: datetime
    demo: bool
    province: str | None  # None: the books of the whole country
    keys: dict[str, Any]  # of personal codes
    signers: dict[str, Any]  # of snapshots, the next one among them before it is used
    books: tuple[msgspec.Raw, ...]
    schemes: tuple[Scheme, ...]
    ended: Ended
    ages: Ages = Ages()
    #: Of each book the units of `as_of`'s day in which it speaks (1 by province, 2 by commune), so
    #: that a gate needs no table of units; None: everywhere.
    reach: tuple[dict[str, int] | None, ...] = ()
    texts: dict[str, Any] = {}  # what a guard reads, for gates that have no words of their own


class Snapshot:
    """A snapshot whose signature was checked."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._keys = jwks.parse(body.keys)

    @property
    def find_key(self) -> FindKey:
        """Finds the key of a code's signature."""
        return self._keys.find

    @cached_property
    def books(self) -> tuple[CompiledBook, ...]:
        """The rule books; they passed their cases before they were signed."""
        return tuple(compiled(bytes(book)) for book in self.body.books)

    def title_of(self, number: int) -> Text | None:
        """What a scheme is called, if it is known here."""
        found = (scheme.title for scheme in self.body.schemes if scheme.number == number)
        return next(found, None)

    def age(self, now: datetime) -> timedelta:
        """How long ago the last ending could have got in."""
        return max(now - self.body.as_of, timedelta())

    def is_old(self, now: datetime) -> bool:
        """Whether it is worth a warning, by what the authority signed."""
        return self.age(now) > timedelta(hours=self.body.ages.warn_h)

    def insist_usable(self, *, now: datetime, seen: datetime | None) -> None:
        """Refuse one of the future, one older than was `seen` here, and one that is too old."""
        as_of = self.body.as_of
        if as_of > now + SKEW:
            raise SnapshotAhead(as_of)
        if seen is not None and as_of < seen:
            raise SnapshotOlder(as_of, seen)
        most = timedelta(hours=self.body.ages.refuse_h)
        if now - as_of > most:
            raise SnapshotTooOld(as_of, self.body.ages.refuse_h)


def write(body: Body, *, kid: str, sign: Sign) -> bytes:
    """The signed file. `kid` is the key believed active; a key changed meanwhile is taken over."""
    packed = zlib.compress(msgspec.json.encode(body), level=6)
    text = _text(kid, packed)
    used, signature = sign(CONTEXT + text)
    if used != kid:
        text = _text(used, packed)
        again, signature = sign(CONTEXT + text)
        if again != used:
            raise RuntimeError("the signing key changed twice while one snapshot was signed")
    return text + signature


def read(data: bytes, find_key: FindKey) -> Snapshot:
    """The snapshot in a file, its signature checked with a key that the reader trusts.

    `Malformed` with `snapshot.not-one`, `.version`, `.truncated`, `.corrupted` or `.content`.
    """
    line = _LINE.match(data[:_LONGEST_LINE])
    if line is None:
        raise Malformed("snapshot.not-one")
    version, kid, length, digest = line[1], line[2].decode(), int(line[3]), line[4].decode()
    if version != b"1":
        raise Malformed("snapshot.version")
    end = line.end() + length
    if len(data) < end + es256.SIGNATURE_BYTES:
        raise Malformed("snapshot.truncated")
    packed, signature = data[line.end() : end], data[end:]
    if len(signature) > es256.SIGNATURE_BYTES or hashlib.sha256(packed).hexdigest() != digest:
        raise Malformed("snapshot.corrupted")
    key = find_key(kid)
    if key is None:
        raise SnapshotKeyUnknown(kid)
    if not es256.verify(key, es256.to_digits(signature), CONTEXT + data[:end]):
        raise SnapshotForged
    return Snapshot(_body(packed))


def body_of(made: bytes) -> Body:
    """The body of a file that was just written here: nothing is checked."""
    line = _LINE.match(made[:_LONGEST_LINE])
    if line is None:
        raise Malformed("snapshot.not-one")
    return _body(made[line.end() : line.end() + int(line[3])])


def trusting(document: object) -> FindKey:
    """Finds the keys of a key set that the reader trusts (`GET /v1/snapshot/keys`)."""
    return jwks.parse(document).find


def _text(kid: str, packed: bytes) -> bytes:
    """What is signed, behind the context."""
    digest = hashlib.sha256(packed).hexdigest()
    return f"motma-snapshot 1 {kid} {len(packed)} {digest}\n".encode() + packed


def _body(packed: bytes) -> Body:
    """The body; what is signed can be wrong only by a defect, and is refused all the same."""
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(packed, MOST_BYTES)
        body = msgspec.json.decode(plain, type=Body)
    except (zlib.error, msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Malformed("snapshot.content") from None
    if not unpacking.eof or body.as_of.tzinfo is None:
        raise Malformed("snapshot.content")
    body.ended.checked()
    return body
