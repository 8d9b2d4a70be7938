"""Who is calling: the token, the proof of its key, and the session behind them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from starlette.requests import Request

from motma.access import service
from motma.access.errors import Forbidden, ProofRefused, TokenExpired, TokenRefused
from motma.access.limits import Allowance, Limit, insist
from motma.access.model import Session
from motma.access.tokens import PROOF_WINDOW_S, Claims, read_proof, read_token
from motma.bootstrap import Platform
from motma.keys.keyring import Keyring
from motma.scan.judging import Gate
from motma.web.headers import header, tell

_REMEMBERED_PROOFS: Final = 200_000
_REMEMBERED_TOKENS: Final = 16_384
#: All but scans, which have limits of their own: a device at a desk, not a harvest.
CALLS: Final = Limit(name="calls", count=600, window_s=60)


@dataclass(slots=True)
class Proofs:
    """Proofs this process has seen lately: each is good once (RFC 9449 §11.1)."""

    seen: "OrderedDict[str, float]"

    def use(self, key: str, at_s: float) -> None:
        """Remember a proof, or refuse it."""
        if key in self.seen:
            raise ProofRefused
        self.seen[key] = at_s
        while self.seen and (
            len(self.seen) > _REMEMBERED_PROOFS
            or next(iter(self.seen.values())) < at_s - 2 * PROOF_WINDOW_S
        ):
            self.seen.popitem(last=False)


@dataclass(slots=True)
class Tokens:
    """Tokens whose MAC this process has checked; forgotten whenever the key ring changes."""

    keyring: Keyring
    checked: dict[str, Claims] = field(default_factory=dict)
    version: object = None

    def read(self, token: str, now: datetime) -> Claims:
        """The claims of a token of ours that is still alive."""
        if self.version != self.keyring.version or len(self.checked) > _REMEMBERED_TOKENS:
            self.checked, self.version = {}, self.keyring.version
        claims = self.checked.get(token)
        if claims is None:
            claims = read_token(token, self._mac, now)
            self.checked[token] = claims
        if now.timestamp() >= claims.expires_s:
            raise TokenExpired
        return claims

    def _mac(self, data: bytes, kid: str | None) -> tuple[str, bytes]:
        return self.keyring.mac("token", data, kid)


def platform_of(request: Request) -> Platform:
    """The platform this application was made with."""
    return cast("Platform", request.app.state.platform)


def gate_of(request: Request) -> Gate:
    """The scan path of this process."""
    return cast("Gate", request.app.state.gate)


def prove(request: Request, token: str | None) -> str:
    """The thumbprint of the key that signed this very request."""
    platform = platform_of(request)
    now = platform.clock.now()
    thumbprint, jti = read_proof(
        header(request, b"dpop"),
        method=request.method,
        path=request.scope["path"],
        token=token,
        now=now,
    )
    cast("Proofs", request.app.state.proofs).use(f"{thumbprint}{jti}", now.timestamp())
    return thumbprint


def claims_of(request: Request) -> Claims:
    """The claims of the token, whose key signed this request; the session is not looked up."""
    platform = platform_of(request)
    scheme, _, token = header(request, b"authorization").partition(" ")
    if scheme.lower() != "dpop" or not token:
        raise TokenRefused
    claims = cast("Tokens", request.app.state.tokens).read(token, platform.clock.now())
    if prove(request, token) != claims.thumbprint:
        raise ProofRefused
    return claims


async def session_of(request: Request) -> tuple[Session, Claims]:
    """The live session of the caller: device, reader and role as they are now."""
    claims = claims_of(request)
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    left = insist(platform.counters.take(CALLS, claims.device.bytes, at_s=at_s))
    tell_limit(request, left)
    async with platform.pool.acquire() as db:
        session = await service.resume(
            db,
            platform.means,
            device_id=claims.device,
            session_id=claims.session,
            thumbprint=claims.thumbprint,
        )
    return session, claims


def reader_of(session: Session) -> UUID:
    """Who is signed in; only for sessions whose role was required."""
    if session.reader is None:
        raise Forbidden
    return session.reader.reader_id


def organisation_of(session: Session) -> UUID:
    """For whom they work."""
    if session.reader is None:
        raise Forbidden
    return session.reader.organisation_id


async def require_role(request: Request, *roles: str) -> Session:
    """The session of a reader in one of these roles; Forbidden for everybody else."""
    session, _ = await session_of(request)
    if session.reader is None or session.reader.role not in roles:
        raise Forbidden
    return session


async def require_person(request: Request) -> tuple[Session, UUID]:
    """The session of a person on their wallet, and who it is."""
    session, _ = await session_of(request)
    if session.device.person_id is None:
        raise Forbidden
    return session, session.device.person_id


def tell_limit(request: Request, allowance: Allowance) -> None:
    """Tell what is left of a limit (draft-ietf-httpapi-ratelimit-headers)."""
    limit = allowance.limit
    tell(
        request,
        {
            "RateLimit-Policy": f'"{limit.name}";q={limit.count};w={limit.window_s}',
            "RateLimit": f'"{limit.name}";r={max(allowance.remaining, 0)};t={allowance.reset_s}',
        },
    )


def network_of(request: Request) -> bytes:
    """The caller's network (IPv4 /24, IPv6 /48) for limits on those who are nobody yet."""
    host = request.client.host if request.client else ""
    parts = host.split(":")[:3] if ":" in host else host.split(".")[:3]
    return ".".join(parts).encode()
