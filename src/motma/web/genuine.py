"""A scanner's own code: the reader page asks for it, anybody's wallet checks it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from motma.access.genuine import model, service
from motma.access.limits import Limit, insist
from motma.access.policy import current
from motma.keys.model import Purpose
from motma.web.calls import network_of, platform_of, session_of
from motma.web.operations import Operation

#: Anybody may check, signed in or not; a network this often.
CHECKS: Final = Limit(name="reader-checks", count=60, window_s=60)

#: Longer than any text of ours; the rest is not one.
_LONGEST: Final = 1000


class ShowCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the scanner stands, and what for."""

    checkpoint: UUID
    purpose: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The platform's part of the text; the page adds `.step.proof` every `step_s` seconds."""

    statement: str
    expires_at: datetime
    renew_after_s: int
    step_s: int


class CheckText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was read from a scanner's screen."""

    text: str


class ReaderCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it is a scanner of ours, and which; nothing but the reason when it is none."""

    genuine: bool
    reason: str | None = None
    organisation: str | None = None
    place: str | None = None
    role: str | None = None
    role_name: dict[str, str] | None = None
    sees: list[str] | None = None
    why: dict[str, str] | None = None


async def reader_code(request: Request, body: ShowCode) -> Shown:
    """The signed statement with which this device shows that it is a genuine scanner."""
    platform = platform_of(request)
    session, _ = await session_of(request)
    async with platform.pool.acquire() as db:
        text, statement = await service.state(
            db,
            platform.means,
            session,
            place_id=body.checkpoint,
            purpose=body.purpose,
            origin=_origin(request),
        )
    renew = service.renew_after(statement, platform.means)
    return Shown(
        statement=text,
        expires_at=statement.ends_at,
        renew_after_s=int(renew.total_seconds()),
        step_s=model.STEP_S,
    )


async def check_reader(request: Request, body: CheckText) -> ReaderCheck:
    """Which scanner shows this code, or why it is none of ours; device and shift as of now."""
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    insist(platform.counters.take(CHECKS, network_of(request), at_s=at_s))
    async with platform.pool.acquire() as db:
        found = await service.check(db, platform.means, body.text[:_LONGEST])
    if found.reason is not None or found.statement is None:
        return ReaderCheck(genuine=False, reason=found.reason)
    said, policy = found.statement, current()
    return ReaderCheck(
        genuine=True,
        organisation=said.organisation,
        place=said.place,
        role=said.role,
        role_name=policy.role_name(said.role),
        sees=list(said.sees),
        why=policy.why(said.role),
    )


async def reader_keys(request: Request, _body: None) -> Response:
    """The keys that sign scanners' statements (RFC 7517), for a wallet that checks offline."""
    body = msgspec.json.encode(platform_of(request).keyring.jwks(Purpose.PLACE))
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(body, headers=headers, media_type="application/jwk-set+json")


def _origin(request: Request) -> str:
    """Where people reach the platform, as it is set, else as this caller reached it."""
    public = platform_of(request).settings.public_url.rstrip("/")
    return public or f"{request.url.scheme}://{request.url.netloc}"


OPERATIONS = [
    Operation(method="POST", path="/v1/readers/code", handler=reader_code, body=ShowCode,
              answer=Shown, auth="reader", summary="A scanner's own code", tag="access"),
    Operation(method="POST", path="/v1/readers:check", handler=check_reader, body=CheckText,
              answer=ReaderCheck, summary="Is this scanner genuine?", tag="access"),
    Operation(method="GET", path="/v1/readers/keys", handler=reader_keys,
              answer=dict[str, Any], summary="Keys of scanners' codes", tag="access"),
]  # fmt: skip
