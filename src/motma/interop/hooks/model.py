"""A webhook, its message and its signatures (Standard Webhooks 1.0); pure."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from motma.interop.feed import Change

#: Bytes of each of the two secrets. Source: Standard Webhooks asks for 24 to 64.
SECRET_BYTES: Final = 32
COLUMN: Final = "hook.secret"

#: Changes in one delivery.
BATCH: Final = 100
#: Between two tries: doubled each time, no more than this, with a fifth of chance.
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=3)
#: A door that stays shut for this long is given up; the app opens it again itself.
PATIENCE: Final = timedelta(days=3)
#: How long one delivery may take; until then nobody else tries it.
LEASE: Final = timedelta(seconds=60)
#: How long an ended one is kept.
ENDED_KEPT: Final = timedelta(days=31)
#: Hooks of one app.
MOST: Final = 10

_JITTER: Final = 0.2
_BYTES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A door of an app, and how far it has been told."""

    hook_id: UUID
    client_id: UUID
    url: str
    secret: bytes  # sealed
    position: int
    failures: int
    failing_since: datetime | None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A door as its app sees it."""

    hook_id: UUID
    url: str
    state: str
    failures: int
    failing_since: datetime | None
    next_try_at: datetime
    behind: int  # changes that wait


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A new door; the secret is told this once."""

    hook_id: UUID
    secret: str
    public_key: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One try, and what became of it; `code` is null when it was taken."""

    delivery_id: UUID
    tried_at: datetime
    took_ms: int
    changes: int
    code: str | None
    status: int | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a delivery."""

    timestamp: datetime
    data: list[Change]
    type: str = "motma.changes"


def headers(secrets: bytes, delivery_id: UUID, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a delivery, with both signatures."""
    name, second = f"msg_{delivery_id.hex}", str(int(at.timestamp()))
    signed = f"{name}.{second}.".encode() + body
    shared, own = (
        secrets[:SECRET_BYTES],
        Ed25519PrivateKey.from_private_bytes(secrets[SECRET_BYTES:]),
    )
    mac = hmac.new(shared, signed, hashlib.sha256).digest()
    signatures = (("v1", mac), ("v1a", own.sign(signed)))
    return {
        "webhook-id": name,
        "webhook-timestamp": second,
        "webhook-signature": " ".join(f"{v},{_b64(each)}" for v, each in signatures),
    }


def made(hook_id: UUID, secrets: bytes) -> Made:
    """What the app is told of a new door, written as Standard Webhooks write it."""
    own = Ed25519PrivateKey.from_private_bytes(secrets[SECRET_BYTES:]).public_key()
    return Made(
        hook_id=hook_id,
        secret=f"whsec_{_b64(secrets[:SECRET_BYTES])}",
        public_key=f"whpk_{_b64(own.public_bytes_raw())}",
    )


def wait(failures: int, chance: bytes) -> timedelta:
    """How long until the next try after so many failures; `chance` is two random bytes.

    >>> half = (1 << 15).to_bytes(2, "big")
    >>> wait(1, half).total_seconds(), wait(99, half) == LONGEST_WAIT
    (5.0, True)
    """
    doubled: timedelta = FIRST_WAIT * (1 << min(failures - 1, 20))
    share = int.from_bytes(chance[:_BYTES], "big") / (1 << 8 * _BYTES)  # 0 to 1
    return min(doubled, LONGEST_WAIT) * (1 + _JITTER * (2 * share - 1))


def given_up(failing_since: datetime | None, now: datetime) -> bool:
    """Whether a door has been shut for too long."""
    return failing_since is not None and now - failing_since >= PATIENCE


def positions(changes: Sequence[Change]) -> tuple[int, int]:
    """The first and the last position of a delivery."""
    return int(changes[0].id), int(changes[-1].id)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
