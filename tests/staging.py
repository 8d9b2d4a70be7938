"""A platform on a stage: real database, real keys, a cast of readers, an HTTP client with DPoP."""

import base64
import hashlib
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from pydantic import SecretStr

from motma.access import service as access
from motma.access.model import Place
from motma.bootstrap import Platform, Settings, open_platform
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.service import Registered
from motma.kernel.clock import Clock, SystemClock
from motma.kernel.ids import uuid7
from motma.web.app import create

PIN: Final = "258036"
ORIGIN: Final = "http://motma.test"

#: Reader → (role, kind of place, purpose).
CAST: Final = {
    "guard@stage": ("place", "public-place", "entry"),
    "officer@stage": ("checkpoint", "checkpoint", "control"),
    "nurse@stage": ("medical", "clinic", "care"),
    "tracer@stage": ("tracer", "clinic", "tracing"),
    "registrar@stage": ("registrar", "office", "registration"),
    "inspector@stage": ("inspector", "office", "entry"),
    "operator@stage": ("operator", "office", "entry"),
    "authority@stage": ("authority", "office", "entry"),
}


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class DeviceKey:
    """A device's P-256 key and the proofs it makes (RFC 9449)."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.jwk = {
            "kty": "EC",
            "crv": "P-256",
            "x": b64(numbers.x.to_bytes(32, "big")),
            "y": b64(numbers.y.to_bytes(32, "big")),
        }

    def proof(self, method: str, url: str, *, token: str | None, at: datetime, **more: Any) -> str:
        """A DPoP proof; `more` overrides its claims."""
        body: dict[str, Any] = {
            "jti": secrets.token_hex(8),
            "htm": method,
            "htu": url,
            "iat": at.timestamp(),
        }
        if token is not None:
            body["ath"] = b64(hashlib.sha256(token.encode()).digest())
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (head, body | more))
        r, s = decode_dss_signature(self.private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass
class Caller:
    """Somebody with an enrolled device, signed in or not."""

    client: httpx.AsyncClient
    key: DeviceKey
    clock: Clock
    device_id: str = ""
    session_id: str = ""
    token: str | None = None
    purpose: str = ""
    place: Place | None = None
    signed_in: dict[str, Any] = field(default_factory=dict)

    async def send(self, method: str, path: str, body: Any = None, **proof: Any) -> httpx.Response:
        """Send a request with token and proof."""
        url = f"{ORIGIN}{path.partition('?')[0]}"
        headers = {
            "DPoP": self.key.proof(method, url, token=self.token, at=self.clock.now(), **proof)
        }
        if self.token is not None:
            headers["Authorization"] = f"DPoP {self.token}"
        return await self.client.request(method, path, json=body, headers=headers)

    async def post(self, path: str, body: Any) -> httpx.Response:
        """POST with token and proof."""
        return await self.send("POST", path, body)

    async def scan(self, code: str, **more: Any) -> httpx.Response:
        """Scan a text at the caller's place for the caller's purpose."""
        assert self.place is not None
        body = {
            "scan_id": str(uuid7(self.clock.now())),
            "code": code,
            "checkpoint": str(self.place.place_id),
            "purpose": self.purpose,
        }
        return await self.post("/v1/scans", body | more)


@dataclass
class Stage:
    """The platform, its HTTP face and an organisation."""

    platform: Platform
    client: httpx.AsyncClient
    organisation: UUID
    places: dict[str, Place] = field(default_factory=dict)

    async def device(self) -> Caller:
        """Enrol a device of the organisation."""
        async with self.platform.transaction() as db:
            code, _ = await access.new_code(
                db, self.platform.means, organisation_id=self.organisation
            )
        return await self.enrolled(code)

    async def enrolled(self, code: str) -> Caller:
        """Enrol a device with a code over HTTP."""
        caller = Caller(self.client, DeviceKey(), self.platform.clock)
        body = {"code": code, "public_jwk": caller.key.jwk, "label": "test"}
        answer = await self.client.post("/v1/devices", json=body)
        assert answer.status_code == 201, answer.text
        caller.device_id = answer.json()["device_id"]
        return caller

    async def sign_in(self, login: str) -> Caller:
        """A reader of the cast, signed in on a device of their own."""
        role, kind, purpose = CAST[login]
        async with self.platform.transaction() as db:
            await access.add_reader(
                db, self.platform.means, organisation_id=self.organisation,
                login=login, role=role, pin=PIN, may_move=True,
            )  # fmt: skip
            if kind not in self.places:
                self.places[kind] = await access.add_place(
                    db, self.platform.means, organisation_id=self.organisation,
                    kind=kind, name=f"Stage {kind}",
                )  # fmt: skip
        caller = await self.device()
        caller.purpose, caller.place = purpose, self.places[kind]
        return await self.begin(caller, login)

    async def begin(self, caller: Caller, login: str | None, pin: str = PIN) -> Caller:
        """Sign in on a device that is enrolled."""
        caller.token = None
        body: dict[str, Any] = {"device_id": caller.device_id}
        if login is not None:
            body |= {"login": login, "pin": pin}
        answer = await caller.post("/v1/sessions", body)
        assert answer.status_code == 201, answer.text
        caller.signed_in = answer.json()
        caller.token = caller.signed_in["token"]
        caller.session_id = caller.signed_in["session_id"]
        return caller

    async def wallet(self, person_id: UUID) -> Caller:
        """A person's wallet, activated by a code, signed in."""
        async with self.platform.transaction() as db:
            code, _ = await access.new_code(db, self.platform.means, person_id=person_id)
        return await self.begin(await self.enrolled(code), None)

    async def person(self, **changes: Any) -> Registered:
        """A registered adult with a CCCD that was seen."""
        claim = person_claim(**changes)
        async with self.platform.transaction() as db:
            done = await identity.register(
                db, self.platform.means, claim, source="stage", assurance=Assurance.SEEN
            )
        assert isinstance(done, Registered)
        return done


def person_claim(**changes: Any) -> Claim:
    """A claim of a made-up adult; `number` gives another CCCD."""
    number = changes.pop("number", "001190000001")
    values: dict[str, Any] = {
        "full_name": "Thử Thị Nghiệm",
        "birth": "1990-02-03",
        "sex": "female",
        "documents": (ShownDocument(kind="cccd", number=number, seen=True),),
        "phones": ("0912345678",),
    }
    return Claim(**(values | changes))


@asynccontextmanager
async def stage(database: str, home: Path, *, clock: Clock | None = None) -> AsyncIterator[Stage]:
    """A platform on a fresh database, served in this process."""
    settings = Settings(home=home, database_url=SecretStr(database), sms="file")
    async with open_platform(settings, clock=clock or SystemClock()) as platform:
        app = create(platform=platform)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                async with platform.transaction() as db:
                    organisation = await access.add_organisation(db, platform.means, "Stage")
                yield Stage(platform, client, organisation)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
