"""A published key set (JWKS, RFC 7517) → keys that verify, each with its state."""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from motma.codec import es256
from motma.kernel.errors import Malformed

#: Where a key's state stands in its JWK; absent means active, so that plain key sets work.
STATE_MEMBER: Final = "state"

_COORDINATE_BYTES: Final = 32


class KeyState(StrEnum):
    """The life of a key. A pending one is believed already: clocks and caches differ."""

    PENDING = "pending"
    ACTIVE = "active"
    VERIFY_ONLY = "verify-only"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """One published key."""

    kid: str
    key: es256.PublicKey
    state: KeyState


@dataclass(frozen=True, slots=True)
class KeySet:
    """Published keys by id."""

    keys: Mapping[str, VerifyKey]

    def find(self, kid: str) -> es256.PublicKey | None:
        """The key, unless it is not here or retired."""
        found = self.keys.get(kid)
        return found.key if found and found.state is not KeyState.RETIRED else None


def parse(document: object) -> KeySet:
    """The EC P-256 keys of a JWKS as JSON gave it; others in the set are passed over.

    `Malformed` with `jwks.form`, `jwks.key` (a P-256 key that is none) or `jwks.same-kid`.
    """
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise Malformed("jwks.form")
    found: dict[str, VerifyKey] = {}
    for jwk in keys:
        if not isinstance(jwk, dict):
            raise Malformed("jwks.form")
        if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
            continue
        key = _key(jwk)
        if key.kid in found:
            raise Malformed("jwks.same-kid")
        found[key.kid] = key
    return KeySet(found)


def _key(jwk: dict[str, object]) -> VerifyKey:
    """One EC P-256 key."""
    kid = jwk.get("kid")
    if not isinstance(kid, str):
        raise Malformed("jwks.key", "kid")
    try:
        state = KeyState(str(jwk.get(STATE_MEMBER, KeyState.ACTIVE)))
        key = es256.public_key(_coordinate(jwk.get("x")), _coordinate(jwk.get("y")))
    except (ValueError, binascii.Error):
        raise Malformed("jwks.key", "keys") from None
    return VerifyKey(kid, key, state)


def _coordinate(text: object) -> bytes:
    """32 bytes from base64url without padding."""
    if not isinstance(text, str) or not text.isascii():
        raise ValueError
    coordinate = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(coordinate) != _COORDINATE_BYTES:
        raise ValueError
    return coordinate
