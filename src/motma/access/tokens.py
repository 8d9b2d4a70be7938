"""Short tokens bound to a device's key, and the proof that comes with every request (RFC 9449).

The token is ours alone (base64url JSON, a dot, a MAC): nobody else reads it. The proof is a
standard DPoP JWT, so any client library can make it.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from motma.access.errors import ProofRefused, ProofTime, TokenExpired, TokenRefused
from motma.kernel.errors import Declined, Malformed

#: Longest life of a token. Source: decisions.md no. 12.
TOKEN_LIFE: Final = timedelta(minutes=10)
#: How far a proof's time may be from ours, either way.
PROOF_WINDOW_S: Final = 60
#: base64url to base64; a base64 text that was none of ours becomes one that is refused.
_FROM_URL: Final = bytes.maketrans(b"-_+/", b"+/  ")
_LONGEST: Final = 4096
_SIGNATURE_BYTES: Final = 64
_JWK_TEXT: Final = 64

#: Makes a MAC: (data, key id or None for the active one) → (key id, MAC).
Mac = Callable[[bytes, str | None], tuple[str, bytes]]


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says: who, on which device, until when (Unix seconds)."""

    device: UUID
    session: UUID
    thumbprint: str
    expires_s: int
    reader: UUID | None = None
    person: UUID | None = None
    role: str | None = None
    organisation: UUID | None = None


class _Jwk(msgspec.Struct, frozen=True):
    kty: str
    crv: str
    x: str
    y: str


class _Header(msgspec.Struct, frozen=True):
    typ: str
    alg: str
    jwk: _Jwk


class _Proof(msgspec.Struct, frozen=True):
    jti: str
    htm: str
    htu: str
    iat: float
    ath: str | None = None


_claims = msgspec.json.Decoder(Claims)
_header = msgspec.json.Decoder(_Header)
_proof = msgspec.json.Decoder(_Proof)


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The bytes of a base64url text without padding; ValueError when it is none."""
    plain = text.encode("ascii").translate(_FROM_URL)
    return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4), strict_mode=True)


def mint(claims: Claims, mac: Mac) -> str:
    """The token that carries these claims."""
    body = msgspec.json.encode(claims)
    kid, tag = mac(body, None)
    return f"{b64(body)}.{kid}.{b64(tag)}"


def read_token(token: str, mac: Mac, now: datetime) -> Claims:
    """The claims of a token of ours that is still alive."""
    try:
        body_text, kid, tag_text = token[:_LONGEST].split(".")
        body = unb64(body_text)
        _, tag = mac(body, kid)
        if not hmac.compare_digest(tag, unb64(tag_text)):
            raise TokenRefused
        claims = _claims.decode(body)
    except (ValueError, Declined, msgspec.DecodeError) as error:  # also of an unknown key
        raise TokenRefused from error
    if now.timestamp() >= claims.expires_s:
        raise TokenExpired
    return claims


def read_proof(
    proof: str, *, method: str, path: str, token: str | None, now: datetime
) -> tuple[str, str]:
    """Check a DPoP proof of this request; (thumbprint of its key, its jti).

    `path` is compared with the path of `htu`; the host is left to TLS, which the proxy ends.
    """
    try:
        head_text, body_text, signature_text = proof[:_LONGEST].split(".")
        thumbprint, key = _read_head(head_text)
        body = _proof.decode(unb64(body_text))
        signature = unb64(signature_text)
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise ProofRefused from error
    if len(signature) != _SIGNATURE_BYTES or body.htm != method or _path_of(body.htu) != path:
        raise ProofRefused
    if token is not None and body.ath != b64(hashlib.sha256(token.encode()).digest()):
        raise ProofRefused
    der = encode_dss_signature(
        int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    )
    try:
        key.verify(der, f"{head_text}.{body_text}".encode(), _ES256)
    except InvalidSignature as error:
        raise ProofRefused from error
    # last, so that only the holder of the key learns how its clock differs
    if abs(now.timestamp() - body.iat) > PROOF_WINDOW_S:
        raise ProofTime(server_time=now.astimezone(UTC).isoformat())
    return thumbprint, body.jti


_ES256: Final = ec.ECDSA(hashes.SHA256())


def _path_of(url: str) -> str:
    """The path of an absolute URL; the text itself when it is only a path."""
    rest = url.partition("://")[2] or url
    slash = rest.find("/")
    return rest[slash:].partition("?")[0].partition("#")[0] if slash >= 0 else "/"


@lru_cache(maxsize=16_384)
def _read_head(text: str) -> tuple[str, ec.EllipticCurvePublicKey]:
    """Thumbprint and key of a proof's header, which a device sends alike with every request."""
    header = _header.decode(unb64(text))
    if header.typ != "dpop+jwt" or header.alg != "ES256":
        raise ProofRefused
    return _key_of(header.jwk.kty, header.jwk.crv, header.jwk.x, header.jwk.y)


@lru_cache(maxsize=16_384)
def _key_of(kty: str, crv: str, x: str, y: str) -> tuple[str, ec.EllipticCurvePublicKey]:
    """Thumbprint (RFC 7638) and key of a P-256 JWK."""
    if (kty, crv) != ("EC", "P-256"):
        raise ProofRefused
    try:
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(unb64(x), "big"), int.from_bytes(unb64(y), "big"), ec.SECP256R1()
        )
        key = numbers.public_key()
    except ValueError as error:
        raise ProofRefused from error
    canonical = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    return b64(hashlib.sha256(canonical.encode()).digest()), key


def read_jwk(jwk: dict[str, object]) -> tuple[str, bytes]:
    """Thumbprint and uncompressed point (65 bytes) of a P-256 JWK."""
    values = [jwk.get(name) for name in ("kty", "crv", "x", "y")]
    if not all(isinstance(v, str) and len(v) <= _JWK_TEXT for v in values):
        raise Malformed("access.key-form", "public_jwk")
    try:
        thumbprint, key = _key_of(*map(str, values))
    except ProofRefused as error:
        raise Malformed("access.key-form", "public_jwk") from error
    numbers = key.public_numbers()
    return thumbprint, b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
