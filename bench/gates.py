"""Gates for `bench/scan.py`: devices with keys and tokens, people with codes, requests to send."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from motma.access import service as access
from motma.access.model import Device, Reader, Session
from motma.access.tokens import b64
from motma.bootstrap import Platform
from motma.codec.issued import Form
from motma.identity import issuing
from motma.identity import service as identity
from motma.kernel.clock import SystemClock
from motma.kernel.ids import uuid7

DEVICES: Final = 512
TEXTS: Final = 4_000

_ADD_READER: Final = "INSERT INTO reader VALUES ($1, $2, $3, 'place', '-', 'active', $4)"
_ADD_DEVICE: Final = """
    INSERT INTO device VALUES ($1, 'reader', $2, NULL, $3, $4, 'bench', 'active', $5, NULL)
"""
_ADD_SESSION: Final = "INSERT INTO session VALUES ($1, $2, $3, $4, $5, NULL)"
_SOME_PEOPLE: Final = "SELECT person_id FROM person ORDER BY md5(person_id::text) LIMIT $1"


class Signer:
    """A device's key, written as DPoP needs it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        x, y = (b64(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
        self.point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        canonical = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
        self.thumbprint = b64(hashlib.sha256(canonical.encode()).digest())
        jwk = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        self.head = b64(json.dumps({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}).encode())

    def proof(self, jti: str, token: str, url: str, at_s: float) -> str:
        """A proof for POST `url`."""
        ath = b64(hashlib.sha256(token.encode()).digest())
        body = {"jti": jti, "htm": "POST", "htu": url, "iat": at_s, "ath": ath}
        signed = f"{self.head}.{b64(json.dumps(body).encode())}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass(frozen=True, slots=True)
class Gates:
    """What requests are made from."""

    signers: list[Signer]
    tokens: list[str]
    place: UUID
    texts: list[str]

    def requests(self, count: int, *, port: int) -> list[bytes]:
        """Whole requests, each with a scan id and a proof of its own, spread over the devices."""
        now = SystemClock().now()
        url = f"http://127.0.0.1:{port}/v1/scans"
        return [self._request(number, uuid7(now), url, now.timestamp()) for number in range(count)]

    def _request(self, number: int, scan_id: UUID, url: str, at_s: float) -> bytes:
        device = number % DEVICES
        body = json.dumps(
            {
                "scan_id": str(scan_id),
                "code": self.texts[number % len(self.texts)],
                "checkpoint": str(self.place),
                "purpose": "entry",
            }
        ).encode()
        token = self.tokens[device]
        proof = self.signers[device].proof(scan_id.hex, token, url, at_s)
        head = (
            "POST /v1/scans HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: DPoP {token}\r\nDPoP: {proof}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def furnish(platform: Platform) -> Gates:
    """An organisation with many devices and readers, and the QR texts of many people.

    Rows as the use cases write them, without hundreds of deliberately slow PIN hashes.
    """
    means = platform.means
    signers = [Signer() for _ in range(DEVICES)]
    async with platform.transaction() as db:
        organisation = await access.add_organisation(db, means, "Bench")
        place = await access.add_place(
            db, means, organisation_id=organisation, kind="public-place", name="Bench gate"
        )
        sessions = [_session(number, organisation, s) for number, s in enumerate(signers)]
        now = means.clock.now()
        for session, signer in zip(sessions, signers, strict=True):
            device, reader = session.device, session.reader
            if reader is None:
                continue
            await db.execute(_ADD_READER, reader.reader_id, organisation, reader.login, now)
            await db.execute(
                _ADD_DEVICE, device.device_id, organisation, signer.point, signer.thumbprint, now
            )
            await db.execute(
                _ADD_SESSION,
                device.device_id,
                session.session_id,
                reader.reader_id,
                now,
                session.ends_at,
            )
    tokens = [access.token_of(session, means)[0] for session in sessions]
    return Gates(signers, tokens, place.place_id, await texts_of(platform))


async def texts_of(platform: Platform) -> list[str]:
    """Signed paper codes of people spread over the whole register."""
    async with platform.transaction() as db:
        rows = await db.fetch(_SOME_PEOPLE, TEXTS)
        people = [await identity.resolve(db, platform.means, row["person_id"]) for row in rows]
        return [
            await issuing.issue(db, platform.means, person, form=Form.PAPER) for person in people
        ]


def _session(number: int, organisation: UUID, signer: Signer) -> Session:
    """A guard's shift of a year on a device of its own."""
    now = SystemClock().now()
    reader_id, device_id, session_id = (uuid7(now) for _ in range(3))
    device = Device(
        device_id=device_id,
        kind="reader",
        organisation_id=organisation,
        person_id=None,
        thumbprint=signer.thumbprint,
        status="active",
    )
    reader = Reader(
        reader_id=reader_id,
        organisation_id=organisation,
        login=f"r{number}-{organisation.hex[-6:]}@bench",
        role="place",
        pin_hash="-",
        status="active",
    )
    ends_at = now.replace(year=now.year + 1, day=1)
    return Session(
        device=device, session_id=session_id, reader=reader, ends_at=ends_at, ended_at=None
    )
