"""A key that signs, for the properties of signatures."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from motma.codec import issued

KID = "987654"


@pytest.fixture(scope="session")
def private_key() -> ec.EllipticCurvePrivateKey:
    """A key of known scalar."""
    return ec.derive_private_key(20211005, ec.SECP256R1())


@pytest.fixture(scope="session")
def sign(private_key: ec.EllipticCurvePrivateKey) -> issued.Sign:
    """Signs with the one key."""

    def signed(message: bytes) -> tuple[str, bytes]:
        r, s = decode_dss_signature(private_key.sign(message, ec.ECDSA(SHA256())))
        return KID, r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return signed


@pytest.fixture(scope="session")
def find(private_key: ec.EllipticCurvePrivateKey) -> issued.FindKey:
    """Knows the one key, under any id: a forger chooses the id."""
    public = private_key.public_key()
    return lambda _kid: public
