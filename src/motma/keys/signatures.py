"""ES256 (raw 64 bytes) and Ed25519 over `cryptography`."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from motma.kernel.ids import Random
from motma.keys.model import SECRET_BYTES, Algorithm

#: Order of the group of P-256. Source: SEC 2 v2, §2.4.2.
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

SIGNATURE_BYTES: Final = 64
_ECDSA: Final = ECDSA(SHA256())

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey


def new_secret(algorithm: Algorithm, random: Random) -> bytes:
    """Random bytes that are a valid secret for the algorithm."""
    while True:
        secret = random(SECRET_BYTES)
        if algorithm is not Algorithm.ES256 or 0 < int.from_bytes(secret, "big") < P256_ORDER:
            return secret


def private_key(algorithm: Algorithm, secret: bytes) -> PrivateKey:
    """The key object for a secret; made once, kept by the ring."""
    if algorithm is Algorithm.EDDSA:
        return Ed25519PrivateKey.from_private_bytes(secret)
    return derive_private_key(int.from_bytes(secret, "big"), SECP256R1())


def public_bytes(key: PublicKey) -> bytes:
    """Ed25519: 32 bytes; P-256: the uncompressed point."""
    if isinstance(key, Ed25519PublicKey):
        return key.public_bytes_raw()
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key(algorithm: Algorithm, raw: bytes) -> PublicKey:
    """The key object for published bytes; ValueError when they are none."""
    if algorithm is Algorithm.EDDSA:
        return Ed25519PublicKey.from_public_bytes(raw)
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)


def sign(key: PrivateKey, data: bytes) -> bytes:
    """64 bytes: Ed25519, or r ‖ s of ES256."""
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(data)
    r, s = decode_dss_signature(key.sign(data, _ECDSA))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's; never raises, whatever the bytes are."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, data)
        else:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), data, _ECDSA)
    except InvalidSignature:
        return False
    return True
