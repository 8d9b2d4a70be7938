"""Purposes, states and keys: values, and what may become of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from motma.keys.errors import KeyInUse

#: A key id is this many decimal digits: no case, layout or input method can change it in a QR.
KID_DIGITS: Final = 6

#: Most keys one purpose can have in its life: the number stands in one byte of a sealed value.
MOST_NUMBERS: Final = 255

#: All secrets are this long: AES-256 and HMAC keys, a P-256 scalar, an Ed25519 seed.
SECRET_BYTES: Final = 32


class Purpose(StrEnum):
    """What a key may be used for; nothing else."""

    KEK = "kek"
    DATA = "data"
    BLIND = "blind"
    QR = "qr"
    LOG = "log"
    TOKEN = "token"  # noqa: S105 - the name of a purpose, not a secret
    PLACE = "place"
    LIVING = "living"
    TAG = "tag"
    SNAPSHOT = "snapshot"
    CLIENT = "client"
    PUSH = "push"
    REPORT = "report"


class State(StrEnum):
    """The life of a key: published, used, still believed, gone."""

    PENDING = "pending"
    ACTIVE = "active"
    VERIFY_ONLY = "verify-only"
    RETIRED = "retired"


class Algorithm(StrEnum):
    """What a key computes."""

    WRAP = "A256KW"
    SEAL = "A256GCM-SIV"
    HMAC = "HS256"
    ES256 = "ES256"
    EDDSA = "Ed25519"


ALGORITHMS: Final = {
    Purpose.KEK: Algorithm.WRAP,
    Purpose.DATA: Algorithm.SEAL,
    Purpose.BLIND: Algorithm.HMAC,
    Purpose.QR: Algorithm.ES256,
    Purpose.LOG: Algorithm.EDDSA,
    Purpose.TOKEN: Algorithm.HMAC,
    Purpose.PLACE: Algorithm.ES256,
    Purpose.LIVING: Algorithm.HMAC,
    Purpose.TAG: Algorithm.HMAC,
    Purpose.SNAPSHOT: Algorithm.ES256,
    Purpose.CLIENT: Algorithm.ES256,
    Purpose.PUSH: Algorithm.ES256,
    Purpose.REPORT: Algorithm.ES256,
}

#: States in which what a key once made is still believed, opened or found.
USABLE: Final = frozenset({State.ACTIVE, State.VERIFY_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key; `secret` is None once it is retired."""

    kid: str
    purpose: Purpose
    number: int  # 1..255, unique within its purpose; stands in sealed values
    state: State
    not_before: datetime
    not_after: datetime | None = None  # when it stopped being active
    secret: bytes | None = None

    def __repr__(self) -> str:
        return f"Key({self.kid}, {self.purpose}, {self.state})"

    @property
    def algorithm(self) -> Algorithm:
        """What it computes."""
        return ALGORITHMS[self.purpose]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeyInfo:
    """The public half of a signing key."""

    kid: str
    purpose: Purpose
    state: State
    alg: Algorithm
    not_before: datetime
    not_after: datetime | None
    raw: bytes  # Ed25519: 32 bytes; P-256: 04 ‖ x ‖ y

    @property
    def x(self) -> bytes:
        """First coordinate of a P-256 key."""
        return self.raw[1:33]

    @property
    def y(self) -> bytes:
        """Second coordinate of a P-256 key."""
        return self.raw[33:]


def activated(keys: Sequence[Key], fresh: Key, *, at: datetime) -> list[Key]:
    """All keys after `fresh` became the active one; the earlier one only verifies."""
    others = [key for key in keys if key.kid != fresh.kid]
    return [
        replace(key, state=State.VERIFY_ONLY, not_after=at)
        if key.purpose == fresh.purpose and key.state == State.ACTIVE
        else key
        for key in others
    ] + [replace(fresh, state=State.ACTIVE, not_before=at)]


def retired(keys: Sequence[Key], kid: str, *, at: datetime) -> list[Key]:
    """All keys after `kid` lost its secret; its id stays so that it is never given again."""
    if any(key.kid == kid and key.state == State.ACTIVE for key in keys):
        raise KeyInUse(kid)
    return [
        replace(key, state=State.RETIRED, secret=None, not_after=key.not_after or at)
        if key.kid == kid
        else key
        for key in keys
    ]
