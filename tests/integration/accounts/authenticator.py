"""An authenticator in software: makes passkeys and signs with them, honestly or as told."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from tests.staging import Caller, DeviceKey, Stage, b64

ORIGIN: Final = "http://localhost:8000"
PRESENT, VERIFIED, SYNCED, ATTESTED = 0x01, 0x04, 0x18, 0x40
HONEST: Final = PRESENT | VERIFIED


@dataclass
class Authenticator:
    """One passkey at most; `origin`, `rp_id` and `flags` are what it says of page and person."""

    origin: str = ORIGIN
    rp_id: str = "localhost"
    flags: int = HONEST
    cross_origin: bool = False
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    handle: str = ""

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create` gives, as JSON."""
        self.handle = options["user"]["id"]
        known = {each["id"] for each in options["excludeCredentials"]}
        assert b64(self.credential_id) not in known
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        key = cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y})  # RFC 9053, EC2 key of ES256
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + key
        data = self._data(ATTESTED) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": b64(client), "attestationObject": b64(made)})

    def sign(self, options: dict[str, Any], **changes: str) -> dict[str, Any]:
        """What `navigator.credentials.get` gives, as JSON; `changes` replace parts of it."""
        client, data = self._client("webauthn.get", options["challenge"]), self._data()
        signed = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self.handle,
        }
        return self._answer(response | changes)

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = b64(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(said | {"crossOrigin": self.cross_origin}).encode()

    def _data(self, more: int = 0) -> bytes:
        rp_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_hash + struct.pack(">BI", self.flags | more, self.counter)


async def add(wallet: Caller, authenticator: Authenticator, label: str = "") -> httpx.Response:
    """Add a passkey on a wallet."""
    begun = await wallet.post("/v1/me/passkeys:begin", {"label": label})
    assert begun.status_code == 200, begun.text
    asked = begun.json()
    made = authenticator.make(asked["public_key"])
    body = {"challenge_id": asked["challenge_id"], "credential": made}
    return await wallet.post("/v1/me/passkeys", body)


async def begin(on: Stage) -> dict[str, Any]:
    """Ask for a challenge to sign in with."""
    asked: dict[str, Any] = (await on.client.post("/v1/sign-ins/passkeys:begin")).json()
    return asked


async def finish(
    on: Stage, asked: dict[str, Any], credential: dict[str, Any]
) -> tuple[httpx.Response, Caller]:
    """Answer a challenge on a device of one's own; the answer and that device."""
    caller = Caller(on.client, DeviceKey(), on.platform.clock)
    body = {
        "challenge_id": asked["challenge_id"],
        "credential": credential,
        "public_jwk": caller.key.jwk,
    }
    answer = await on.client.post("/v1/sign-ins/passkeys:finish", json=body)
    if answer.status_code == 201:
        caller.device_id = answer.json()["device_id"]
        await on.begin(caller, None)
    return answer, caller


async def sign_in(on: Stage, authenticator: Authenticator) -> tuple[httpx.Response, Caller]:
    """Sign in with a passkey."""
    asked = await begin(on)
    return await finish(on, asked, authenticator.sign(asked["public_key"]))
