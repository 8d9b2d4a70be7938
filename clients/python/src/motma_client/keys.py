"""The key by which the platform knows an app: made here, the private half never leaves."""

import base64
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

_COORDINATE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """A P-256 key pair."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls) -> Self:
        """A new one."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """One that `save` wrote; ValueError for any other file."""
        found = serialization.load_pem_private_key(Path(path).read_bytes(), None)
        if not isinstance(found, ec.EllipticCurvePrivateKey):
            raise ValueError("not a P-256 key")  # noqa: TRY004 - a file is wrong, not a type
        return cls(found)

    def save(self, path: str | Path) -> None:
        """Write the private half, for the owner's eyes only; never over another file."""
        pem = self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)

    @property
    def jwk(self) -> dict[str, str]:
        """The public half (RFC 7517), to be registered."""
        numbers = self.private.public_key().public_numbers()
        x, y = (b64(value.to_bytes(_COORDINATE_BYTES, "big")) for value in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def assertion(self, client_id: str, audience: str) -> str:
        """A signed statement of who we are, good for a minute and once (RFC 7523)."""
        now = int(time.time())
        body = {
            "iss": client_id, "sub": client_id, "aud": audience,
            "jti": secrets.token_urlsafe(16), "iat": now, "exp": now + 60,
        }  # fmt: skip
        parts = ({"alg": "ES256", "typ": "JWT"}, body)
        signed = ".".join(b64(json.dumps(part).encode()) for part in parts)
        der = self.private.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = (value.to_bytes(_COORDINATE_BYTES, "big") for value in decode_dss_signature(der))
        return f"{signed}.{b64(r + s)}"


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
