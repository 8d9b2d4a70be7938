"""A browser's push service on a real socket, and the browser that opens what comes."""

import asyncio
import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.staging import b64


def raw(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA-256 (RFC 5869) of one block, written out: not the code that is tested."""
    inner = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(inner, info + b"\x01", hashlib.sha256)[:length]


@dataclass
class Browser:
    """`status` is what its push service answers; `got` are headers and bodies."""

    status: int = 201
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    endpoint: str = ""
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def subscription(self) -> dict[str, str]:
        """What the page sends to the platform."""
        return {"endpoint": self.endpoint, "p256dh": b64(self.point()), "auth": b64(self.auth)}

    def point(self) -> bytes:
        """Its public key."""
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request to the push service."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if ": " in line)
        headers = {name.lower(): value for name, value in pairs}
        self.got.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(b"HTTP/1.1 %d Said\r\ncontent-length: 0\r\n\r\n" % self.status)
        await writer.drain()
        writer.close()

    def opened(self) -> list[dict[str, Any]]:
        """What the service worker reads, in order."""
        return [json.loads(self.open(body)) for _, body in self.got]

    def open(self, body: bytes) -> bytes:
        """Decrypt as RFC 8291 §3.4 tells the receiver."""
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private.exchange(ec.ECDH(), theirs)
        keyed = derived(shared, self.auth, b"WebPush: info\0" + self.point() + sender, 32)
        key = derived(keyed, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(keyed, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\x02")  # the last record
        return plain[:-1]


def proven(authorization: str, key: str) -> dict[str, Any]:
    """The claims of a VAPID header after its signature was checked with the key."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert (scheme, parts["k"]) == ("vapid", key)
    head, claims, signature = parts["t"].split(".")
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    r, s = (int.from_bytes(half) for half in (raw(signature)[:32], raw(signature)[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key))
    signed = f"{head}.{claims}".encode()
    public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
    return dict(json.loads(raw(claims)))


@asynccontextmanager
async def browser(status: int = 201) -> AsyncIterator[Browser]:
    """A browser whose push service listens."""
    made = Browser(status=status)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made.endpoint = f"http://127.0.0.1:{port}/push/{secrets.token_urlsafe(12)}"
    try:
        yield made
    finally:
        server.close()
