"""The texts and keys that the QR benchmark measures; every run makes the same ones."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from motma.codec import issued, living

KID: Final = "987654"
KEY: Final = ec.derive_private_key(20211005, ec.SECP256R1())
PUBLIC: Final = KEY.public_key()
TODAY: Final = date(2021, 10, 6)

#: The public example of Decision 1405/QĐ-BTTTT, 92 characters.
OFFICIAL: Final = (
    "001093029317|NGUYEN LE KHA HAN|1987-01-18|0|162979388586171100|<1<HS4010120878821<0944713700"
)

#: Twenty letters and spaces, and the longest name that stands in a code.
NAME_20: Final = "NGUYEN THI HONG NHUN"
NAME_40: Final = "NGUYEN THI HONG NHUNG HOANG THIEN PHUCKH"

PHONE: Final = issued.Issue(
    name=NAME_20,
    born=issued.masked_birth(1989),
    qid="162979388586171104",
    form=issued.Form.PHONE,
    number=1,
    assurance=issued.Assurance.SEEN,
    issued_on=date(2021, 10, 5),
    expires_on=date(2022, 10, 5),
    installation=12345678,
    card=issued.Card(
        scheme=1234, colour=issued.Colour.GREEN, until=datetime(2021, 10, 20, 3, 4, tzinfo=UTC)
    ),
)
PAPER: Final = replace(PHONE, form=issued.Form.PAPER, installation=None, card=None)


def sign(message: bytes) -> tuple[str, bytes]:
    """Deterministic (RFC 6979), so that symbols and pictures are the same in every run."""
    signature = KEY.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(signature)
    return KID, r.to_bytes(32, "big") + s.to_bytes(32, "big")


def find(kid: str) -> ec.EllipticCurvePublicKey | None:
    """The one key."""
    return PUBLIC if kid == KID else None


def phone_text(name: str = NAME_20) -> str:
    """The densest text in common use: with card and living code."""
    signed = issued.compose(replace(PHONE, name=name), kid=KID, sign=sign)
    at = datetime(2021, 10, 6, tzinfo=UTC)
    return living.attach(signed, name=12345678, secret=bytes(32), at=at)


def paper_text(name: str = NAME_20) -> str:
    """The text of a printed card."""
    return issued.compose(replace(PAPER, name=name), kid=KID, sign=sign)


def sign_randomly(message: bytes) -> tuple[str, bytes]:
    """As production signs: with fresh randomness, which is faster."""
    r, s = decode_dss_signature(KEY.sign(message, ec.ECDSA(SHA256())))
    return KID, r.to_bytes(32, "big") + s.to_bytes(32, "big")
