"""A person's wallet in one file, to try the API with: `wallet.py ACTIVATION-CODE` says who read me.

It enrols itself with the code that a registrar printed, signs in with its own key, and asks. Every
request carries a fresh proof of that key (DPoP, RFC 9449).
"""

import base64
import hashlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HERE: Final = f"http://127.0.0.1:{os.environ.get('MOTMA_PORT', '8000')}"


class Wallet:
    """A key that never leaves this process, and what it lets the wallet ask."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key().public_numbers()
        self._jwk = {
            "kty": "EC",
            "crv": "P-256",
            "x": _b64(public.x.to_bytes(32, "big")),
            "y": _b64(public.y.to_bytes(32, "big")),
        }
        self._token: str | None = None

    def join(self, code: str) -> None:
        """Use the activation code up, and sign in."""
        device = self.ask("POST", "/v1/devices", {"code": code, "public_jwk": self._jwk})
        signed_in = self.ask("POST", "/v1/sessions", {"device_id": device["device_id"]})
        self._token = signed_in["token"]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Send a request with its proof; the JSON of the answer."""
        headers = {"DPoP": self._proof(method, path), "Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"DPoP {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(HERE + path, data, headers, method=method)  # noqa: S310 - our own address
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - the same
            return json.load(answer)

    def _proof(self, method: str, path: str) -> str:
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._jwk}
        body = {"jti": secrets.token_hex(8), "htm": method, "htu": HERE + path, "iat": time.time()}
        if self._token is not None:
            body["ath"] = _b64(hashlib.sha256(self._token.encode()).digest())
        signed = ".".join(_b64(json.dumps(part).encode()) for part in (head, body))
        der = self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        return f"{signed}.{_b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def main() -> None:
    """Join with the code, then print who read me."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the programme and a code
        sys.exit("wallet.py ACTIVATION-CODE")
    wallet = Wallet()
    try:
        wallet.join(sys.argv[1])
        for read in wallet.ask("GET", "/v1/me/reads"):
            saw = ", ".join(read["saw"]) or "nothing"
            print(f"{read['role']} at {read['place']}, for {read['purpose']}: saw {saw}")
    except urllib.error.HTTPError as error:
        sys.exit(json.load(error)["code"])


if __name__ == "__main__":
    main()
