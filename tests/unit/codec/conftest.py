"""A key that signs the same way every time, and one issue of each form."""

from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from motma.codec import issued

KID = "987654"


@pytest.fixture(scope="session")
def private_key() -> ec.EllipticCurvePrivateKey:
    """A key of known scalar, so that symbols and vectors are the same in every run."""
    return ec.derive_private_key(20211005, ec.SECP256R1())


@pytest.fixture(scope="session")
def sign(private_key: ec.EllipticCurvePrivateKey) -> issued.Sign:
    """Signs deterministically (RFC 6979)."""

    def signed(message: bytes) -> tuple[str, bytes]:
        signature = private_key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(signature)
        return KID, r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return signed


@pytest.fixture(scope="session")
def find(private_key: ec.EllipticCurvePrivateKey) -> issued.FindKey:
    """Knows the one key."""
    public = private_key.public_key()
    return lambda kid: public if kid == KID else None


@pytest.fixture(scope="session")
def issue() -> issued.Issue:
    """For a phone, with everything that can stand in it."""
    return issued.Issue(
        name="NGUYEN THI HONG NHUN",  # twenty letters and spaces
        born=issued.masked_birth(1989),
        qid="162979388586171104",
        form=issued.Form.PHONE,
        number=1,
        assurance=issued.Assurance.SEEN,
        issued_on=date(2021, 10, 5),
        expires_on=date(2022, 10, 5),
        installation=12345678,
        card=issued.Card(
            scheme=1234,
            colour=issued.Colour.GREEN,
            until=datetime(2021, 10, 20, 3, 4, tzinfo=UTC),
        ),
    )
