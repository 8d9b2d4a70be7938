"""ES256 as the QR carries it: raw r ‖ s, written as 155 decimal digits, s in the lower half.

Decimal was chosen by measurement: docs/qr-format.md and docs/decisions/0010.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

#: Order of the group of P-256. Source: SEC 2 v2, §2.4.2.
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

SIGNATURE_BYTES: Final = 64

#: Digits of 2**512 - 1.
SIGNATURE_DIGITS: Final = 155

_ECDSA: Final = ECDSA(SHA256())
_HALF: Final = SIGNATURE_BYTES // 2

PublicKey = EllipticCurvePublicKey


def to_digits(signature: bytes) -> str:
    """The 64 bytes as decimal digits; s is brought into the lower half.

    (r, s) and (r, n - s) are both right, so without this rule anybody could write a second valid
    text of the same code. Source: SEC 1 v2, §4.1; the rule is that of BIP 62.
    """
    r, s = signature[:_HALF], int.from_bytes(signature[_HALF:], "big")
    low = min(s, ORDER - s)
    return f"{int.from_bytes(r + low.to_bytes(_HALF, 'big'), 'big'):0{SIGNATURE_DIGITS}d}"


def verify(key: PublicKey, digits: str, message: bytes) -> bool:
    """Whether the digits are the key's signature of the message; never raises."""
    r, s = divmod(int(digits), 1 << 256)
    if not (0 < r < ORDER and 0 < s <= ORDER // 2):
        return False
    try:
        key.verify(encode_dss_signature(r, s), message, _ECDSA)
    except InvalidSignature:
        return False
    return True


def public_key(x: bytes, y: bytes) -> PublicKey:
    """The key of a point; ValueError when it is not on the curve."""
    numbers = (int.from_bytes(x, "big"), int.from_bytes(y, "big"))
    return EllipticCurvePublicNumbers(*numbers, SECP256R1()).public_key()
