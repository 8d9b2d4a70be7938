"""A subscription, what is sent to it, and how it is sealed for the browser alone (RFC 8291)."""

import binascii
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from motma.kernel.errors import Malformed

COLUMN: Final = "push_subscription.sealed"
#: Who takes a subscription has this long; longer than egress's patience.
LEASE: Final = timedelta(seconds=30)
#: A knock that did not get through within this says nothing new.
KNOCK_LIFE: Final = timedelta(days=1)
_LONGEST_BACK_OFF: Final = timedelta(hours=1)
_LONGEST_ENDPOINT: Final = 1000
_POINT_BYTES: Final = 65
_AUTH_BYTES: Final = 16
SALT_BYTES: Final = 16
#: Every payload is padded to this, so that its size tells no heading. Bytes.
_PADDED: Final = 64
#: Record size of the coding; one record is enough. Source: RFC 8188 §2.1.
_RECORD: Final = 4096


class Subscription(msgspec.Struct, frozen=True):
    """What a browser hands out, as it says it: base64url without padding."""

    endpoint: str
    p256dh: str
    auth: str

    def check(self) -> None:
        """Malformed unless somebody could decrypt what is sealed for it."""
        if not 0 < len(self.endpoint) <= _LONGEST_ENDPOINT:
            raise Malformed("push.endpoint", "endpoint")
        self.public_key()
        self.secret()

    def public_key(self) -> EllipticCurvePublicKey:
        """The browser's key."""
        raw = _raw(self.p256dh, "p256dh", _POINT_BYTES)
        try:
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
        except ValueError:
            raise Malformed("push.key", "p256dh") from None

    def secret(self) -> bytes:
        """What browser and platform share."""
        return _raw(self.auth, "auth", _AUTH_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """A subscription that somebody took to knock at it."""

    device_id: UUID
    sealed: bytes
    kind: str
    waiting: int
    expires_at: datetime
    tries: int

    def payload(self) -> bytes:
        """All that is told.

        >>> now = datetime(2026, 1, 1)
        >>> Knock(device_id=UUID(int=1), sealed=b"", kind="card", waiting=2, expires_at=now,
        ...       tries=1).payload()
        b'{"kind":"card","count":2}'
        """
        return msgspec.json.encode({"kind": self.kind, "count": self.waiting})


def back_off(tries: int) -> timedelta:
    """How long to wait after so many tries that failed.

    >>> [back_off(n).total_seconds() for n in (1, 2, 20)]
    [4.0, 8.0, 3600.0]
    """
    return min(timedelta(seconds=2 ** min(tries + 1, 12)), _LONGEST_BACK_OFF)


def seal(
    payload: bytes,
    to: Subscription,
    *,
    private: EllipticCurvePrivateKey,
    salt: bytes,
    padded: int = _PADDED,
) -> bytes:
    """The body that only this browser opens: aes128gcm, one padded record.

    `private` and `salt` are made anew for each message. Source: RFC 8291 §3.4, RFC 8188 §2.
    """
    theirs = to.public_key()
    ours, receiver = _point(private.public_key()), _point(theirs)
    shared = private.exchange(ECDH(), theirs)
    keyed = _derived(shared, to.secret(), b"WebPush: info\0" + receiver + ours, 32)
    key = _derived(keyed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(keyed, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD.to_bytes(4) + bytes([len(ours)]) + ours
    record = (payload + b"\x02").ljust(padded, b"\0")
    return head + AESGCM(key).encrypt(nonce, record, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _point(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _raw(text: str, field: str, length: int) -> bytes:
    try:
        raw = urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        raise Malformed("push.key", field) from None
    if len(raw) != length:
        raise Malformed("push.key", field)
    return raw
