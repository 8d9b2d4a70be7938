"""A client, its assertion (RFC 7523) and its token: read, judged, made; pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from motma.access.clients.errors import ClientRefused
from motma.access.limits import Limit
from motma.access.tokens import b64, unb64
from motma.kernel.errors import Malformed

#: What a client may be allowed; each is one family of operations.
SCOPES: Final = (
    "card:read",
    "code:read",
    "corrections:read",
    "feed:read",
    "people:enrol",
    "tests:write",
)

#: The one value of `client_assertion_type`. Source: RFC 7523 §2.2.
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

#: Longest time between making an assertion and its `exp`; bounds how long a `jti` is kept.
LONGEST_ASSERTION: Final = timedelta(minutes=5)
#: How far a client's clock may be from ours.
SKEW: Final = timedelta(seconds=60)

#: Token requests of a client: one in ten minutes is enough, a fleet of machines shares a client.
TOKENS: Final = Limit(name="client-token", count=60, window_s=60)
#: Calls of a client with its tokens.
CALLS: Final = Limit(name="client-calls", count=1200, window_s=60)

_LONGEST: Final = 4096
_LONGEST_JTI: Final = 128
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that calls us."""

    client_id: UUID
    organisation_id: UUID
    name: str
    scopes: tuple[str, ...]
    public_key: bytes  # uncompressed point
    active: bool


class ClientClaims(msgspec.Struct, frozen=True, kw_only=True, tag="client", tag_field="typ"):
    """What a client's token says; a device's token has no such tag and is none of these."""

    client: UUID
    scopes: tuple[str, ...]
    expires_s: int


class Assertion(msgspec.Struct, frozen=True):
    """The claims of an assertion that count."""

    iss: UUID
    sub: UUID
    aud: str | list[str]
    exp: float
    jti: str
    iat: float | None = None


class _Header(msgspec.Struct, frozen=True):
    alg: str
    typ: str = "JWT"


_header: Final = msgspec.json.Decoder(_Header)
_assertion: Final = msgspec.json.Decoder(Assertion)


def check_scopes(scopes: Sequence[str]) -> tuple[str, ...]:
    """Known scopes, each once, or Malformed."""
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Malformed("access.scope-unknown", "scopes")
    return tuple(sorted(set(scopes)))


def read_assertion(text: str) -> Assertion:
    """The claims of an assertion, not yet believed: they say whose key to try."""
    try:
        head, body, _ = text[:_LONGEST].split(".")
        header, claims = _header.decode(unb64(head)), _assertion.decode(unb64(body))
    except (ValueError, msgspec.DecodeError) as error:  # also of what is not ASCII
        raise ClientRefused from error
    if header.alg != "ES256" or claims.iss != claims.sub:
        raise ClientRefused
    if not 0 < len(claims.jti) <= _LONGEST_JTI:
        raise ClientRefused
    return claims


def believe(text: str, claims: Assertion, client: Client, *, audiences: Sequence[str],
            now: datetime) -> datetime:  # fmt: skip
    """Check signature, audience and time; returns until when its `jti` must be remembered."""
    signed, _, signature_text = text.rpartition(".")
    try:
        signature = unb64(signature_text)
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), client.public_key)
        if len(signature) != _SIGNATURE_BYTES:
            raise ClientRefused
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        key.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise ClientRefused from error
    meant = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if not set(meant) & set(audiences):
        raise ClientRefused
    at, skew = now.timestamp(), SKEW.total_seconds()
    latest = at + LONGEST_ASSERTION.total_seconds() + skew
    # a comparison with NaN is false, so each is written to fail then
    if not at - skew < claims.exp <= latest or not (claims.iat is None or claims.iat <= at + skew):
        raise ClientRefused
    return datetime.fromtimestamp(claims.exp, UTC) + 2 * SKEW


def jti_hash(claims: Assertion) -> bytes:
    """What is kept of a used assertion."""
    return hashlib.sha256(claims.jti.encode()).digest()


def assertion(
    key: ec.EllipticCurvePrivateKey, client_id: UUID, *, audience: str, jti: str, now: datetime
) -> str:
    """A signed assertion, good for a minute: how the simulated laboratory makes one."""
    made = int(now.timestamp())
    body = {
        "iss": str(client_id), "sub": str(client_id), "aud": audience, "jti": jti,
        "iat": made, "exp": made + 60,
    }  # fmt: skip
    parts = ({"alg": "ES256", "typ": "JWT"}, body)
    signed = ".".join(b64(msgspec.json.encode(part)) for part in parts)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
