"""A program of an organisation that calls the platform: its key, its assertions, its tokens."""

import json
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tests.staging import ORIGIN, DeviceKey, Stage, b64

from motma.access.clients import model

AUDIENCE = f"{ORIGIN}/v1/clients:token"


class Key(DeviceKey):
    """A key that signs what it is given."""

    def signed(self, text: str) -> str:
        """A raw ES256 signature, base64url."""
        r, s = decode_dss_signature(self.private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@dataclass
class Program:
    """A client with its key."""

    stage: Stage
    key: Key
    client_id: UUID

    def assertion(self, **more: Any) -> str:
        """A good assertion, but for what is said otherwise."""
        now = int(self.stage.platform.clock.now().timestamp())
        body = {
            "iss": str(self.client_id), "sub": str(self.client_id), "aud": AUDIENCE,
            "jti": secrets.token_hex(8), "iat": now, "exp": now + 60,
        } | {name: value for name, value in more.items() if name not in {"key", "alg"}}  # fmt: skip
        head = {"alg": more.get("alg", "ES256"), "typ": "JWT"}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (head, body))
        return f"{signed}.{more.get('key', self.key).signed(signed)}"

    async def ask(self, assertion: str, **more: str) -> httpx.Response:
        """Ask for a token."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": model.ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        return await self.stage.client.post("/v1/clients:token", data=form | more)

    async def token(self) -> str:
        """A token."""
        answer = await self.ask(self.assertion())
        assert answer.status_code == 200, answer.text
        assert answer.json()["token_type"] == "Bearer"
        assert answer.json()["expires_in"] <= 600
        return str(answer.json()["access_token"])

    async def headers(self) -> dict[str, str]:
        """Those of a call, with a fresh token."""
        return {"Authorization": f"Bearer {await self.token()}"}
