"""The door of a simulated source: it lets in who proves who they are, as a real one would.

Written apart from the platform's own token end point, so that the two can't share a mistake.
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import compare_digest, token_urlsafe
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from motma.kernel.clock import Clock

#: What the platform is called at every simulated source.
CLIENT: Final = "motma"
#: The header by which a source without tokens knows us.
HEADER: Final = "x-api-key"

#: An assertion that is good for longer is refused, seconds.
_LONGEST_S: Final = 300
_JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True, kw_only=True)
class Door:
    """Opens by a token for an assertion of a known key, or by the header; `given` counts tokens."""

    clock: Clock
    jwks: Mapping[str, Any] | None = None
    secret: str = ""
    #: How long a token is good, seconds.
    token_s: float = 600.0
    given: int = 0
    _tokens: dict[bytes, float] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Believe no token that was given: a source that starts anew."""
        self._tokens.clear()

    def opens(self, request: Request) -> bool:
        """Whether the request proves who sent it."""
        if self.secret and compare_digest(request.headers.get(HEADER, ""), self.secret):
            return True
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        until = self._tokens.get(sha256(token.encode()).digest(), 0.0)
        return scheme == "Bearer" and self.clock.now().timestamp() < until

    async def token(self, request: Request) -> Response:
        """A token for an assertion (RFC 7523); errors are those of RFC 6749 §5.2."""
        form = {name: values[0] for name, values in parse_qs(await request.body()).items()}
        audience = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"
        asked = form.get(b"grant_type") == b"client_credentials"
        kind = form.get(b"client_assertion_type", b"").decode() == _JWT_BEARER
        text = form.get(b"client_assertion", b"").decode("ascii", "replace")
        if not asked or not kind or not self._believes(text, audience):
            return JSONResponse({"error": "invalid_client"}, 401)
        token = token_urlsafe(24)
        self._tokens[sha256(token.encode()).digest()] = self.clock.now().timestamp() + self.token_s
        self.given += 1
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.token_s}
        return JSONResponse(answer)

    def _believes(self, text: str, audience: str) -> bool:
        """Whether a known key signed this, for this address, now, and for the first time."""
        try:
            head, body, signature = (_bytes(part) for part in text.split("."))
            header, claims = msgspec.json.decode(head), msgspec.json.decode(body)
            key = self._key(header["kid"])
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            signed = text.rpartition(".")[0].encode()
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
            now = self.clock.now().timestamp()
            good = (
                header["alg"] == "ES256"
                and claims["iss"] == claims["sub"] == CLIENT
                and claims["aud"] == audience
                and now < claims["exp"] <= now + _LONGEST_S
                and claims["jti"] not in self._used
            )
            self._used.add(claims["jti"])
        except (ValueError, KeyError, TypeError, InvalidSignature, msgspec.DecodeError):
            return False
        return good

    def _key(self, kid: str) -> ec.EllipticCurvePublicKey:
        known = {one["kid"]: one for one in (self.jwks or {"keys": []})["keys"]}
        jwk = known[kid]
        x, y = (int.from_bytes(_bytes(jwk[name]), "big") for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
