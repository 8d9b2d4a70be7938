"""The snapshot's file: what its body says, and how old it may be; its format: docs/offline.md."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Final

import msgspec

from motma.cards.snapshot.ended import Ended
from motma.cards.snapshot.errors import SnapshotAhead, SnapshotOlder, SnapshotTooOld
from motma.cards.snapshot.signed import MOST_BYTES, WHOLE
from motma.codec import jwks
from motma.codec.issued import FindKey, Sign
from motma.kernel.errors import Malformed
from motma.rules.books.compiling import CompiledBook, compiled
from motma.rules.books.model import Text

#: Clocks of gates are off by this much.
SKEW: Final = timedelta(minutes=10)


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
    return WHOLE.write(plain_of(body), kid=kid, sign=sign)


def read(data: bytes, find_key: FindKey) -> Snapshot:
    """The snapshot in a file, its signature checked with a key that the reader trusts.

    `Malformed` with `snapshot.not-one`, `.version`, `.truncated`, `.corrupted` or `.content`.
    """
    return Snapshot(parsed(WHOLE.read(data, find_key)))


def body_of(made: bytes) -> Body:
    """The body of a file that was just written here: nothing is checked."""
    return parsed(WHOLE.read_own(made))


def trusting(document: object) -> FindKey:
    """Finds the keys of a key set that the reader trusts (`GET /v1/snapshot/keys`)."""
    return jwks.parse(document).find


def plain_of(body: Body) -> bytes:
    """The body as it is packed and, when a delta leads to it, compared."""
    return msgspec.json.encode(body)


def parsed(plain: bytes) -> Body:
    """The body of what was signed; wrong only by a defect, and refused all the same."""
    try:
        body = msgspec.json.decode(plain, type=Body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Malformed("snapshot.content") from None
    if body.as_of.tzinfo is None:
        raise Malformed("snapshot.content")
    body.ended.checked()
    return body


__all__ = [
    "MOST_BYTES",
    "Ages",
    "Body",
    "Scheme",
    "Snapshot",
    "Terms",
    "body_of",
    "parsed",
    "plain_of",
    "read",
    "trusting",
    "write",
]
