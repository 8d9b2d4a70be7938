"""Programs that call us: the OAuth token endpoint, and who a client's token belongs to."""

from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from motma.access.clients import model, service
from motma.access.clients.errors import AudienceUnset, ScopeMissing
from motma.access.clients.model import Client
from motma.access.errors import TokenRefused, Unauthenticated
from motma.access.limits import insist
from motma.access.tokens import TOKEN_LIFE
from motma.kernel.errors import Malformed
from motma.records.sources import service as sources
from motma.web.calls import network_of, platform_of, require_role
from motma.web.headers import header
from motma.web.operations import Operation, read_body

PATH: Final = "/v1/clients:token"

_MOST_BYTES: Final = 8192
_FORM: Final = "application/x-www-form-urlencoded"


class ClientToken(msgspec.Struct, frozen=True):
    """A token response of OAuth 2.0 (RFC 6749 §5.1)."""

    access_token: str
    expires_in: int
    scope: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a type


class ClientOut(msgspec.Struct, frozen=True):
    """A client as it is listed; `ended_at` once it was revoked."""

    client_id: UUID
    name: str
    organisation: str
    scopes: list[str]
    created_at: datetime
    ended_at: datetime | None


class ByClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client."""

    client_id: UUID


async def give_token(request: Request, _body: None) -> ClientToken | Response:
    """Give a program a token for an assertion that it signed (RFC 7523).

    A form with `grant_type=client_credentials`, `client_assertion_type`, `client_assertion` and,
    where less than everything is wanted, `scope`. Errors are those of RFC 6749 §5.2.
    """
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    insist(platform.counters.take(model.TOKENS, b"token" + network_of(request), at_s=at_s))
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        return _error("unsupported_grant_type", 400)
    if form.get("client_assertion_type") != model.ASSERTION_TYPE:
        return _error("invalid_client", 401)
    audiences = _audiences(request)
    try:
        async with platform.transaction() as db:
            try:
                token, claims = await service.token(
                    db,
                    platform.means,
                    assertion=form.get("client_assertion", ""),
                    scope=form.get("scope", ""),
                    audiences=audiences,
                )
            except ScopeMissing as refused:  # committed: the assertion was used
                return _error("invalid_scope", 400, refused.code)
    except Unauthenticated as refused:
        return _error("invalid_client", 401, refused.code)
    return ClientToken(token, int(TOKEN_LIFE.total_seconds()), " ".join(claims.scopes))


async def list_clients(request: Request, _body: None) -> list[ClientOut]:
    """Every program that calls the platform, ended ones too."""
    await require_role(request, "operator")
    async with platform_of(request).pool.acquire() as db:
        return [ClientOut(**row) for row in await service.listed(db)]


async def revoke_client(request: Request, body: ByClient) -> None:
    """End a program: its tokens are refused from the next request on."""
    await require_role(request, "operator")
    platform = platform_of(request)
    async with platform.transaction() as db:
        await service.revoke(db, platform.means, body.client_id)
        await sources.end_client(db, platform.means, body.client_id)


async def require_client(request: Request, scope: str) -> Client:
    """The client whose token this is, if it may do this now."""
    platform = platform_of(request)
    now = platform.clock.now()
    scheme, _, token = header(request, b"authorization").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused
    claims = service.read(token, platform.means, now=now)
    counted = platform.counters.take(model.CALLS, claims.client.bytes, at_s=now.timestamp())
    insist(counted)
    async with platform.pool.acquire() as db:
        return await service.admit(db, claims, scope=scope)


def _audiences(request: Request) -> list[str]:
    """What an assertion may be meant for: us, by the address that is ours.

    Only in the demo, which has no public address, is it the one the caller used: otherwise an
    assertion that was made for somebody else would do with a header of the right name.
    """
    platform = platform_of(request)
    public = platform.settings.public_url.rstrip("/")
    if not public and not platform.demo:
        raise AudienceUnset
    origin = public or f"{request.url.scheme}://{request.url.netloc}"
    return [origin, f"{origin}{PATH}"]


async def _form(request: Request) -> dict[str, str]:
    kind = header(request, b"content-type").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise Malformed("request.content-type")
    body = await read_body(request, _MOST_BYTES)
    try:
        pairs = parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=20)
    except ValueError:
        raise Malformed("request.form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Malformed("request.doubled-name")
    return form


def _error(error: str, status: int, code: str | None = None) -> Response:
    """An error as OAuth clients read it, with our own code beside."""
    body = {"error": error} | ({"code": code} if code else {})
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004 - HTTP
    return Response(
        msgspec.json.encode(body), status, headers=headers, media_type="application/json"
    )


OPERATIONS = [
    Operation(
        method="POST",
        path=PATH,
        handler=give_token,
        answer=ClientToken,
        auth="none",
        summary="A token for a program",
        tag="access",
    ),
    Operation(
        method="GET",
        path="/v1/clients",
        handler=list_clients,
        answer=list[ClientOut],
        auth="reader",
        summary="Programs that call us",
        tag="access",
    ),
    Operation(
        method="POST",
        path="/v1/clients:revoke",
        handler=revoke_client,
        body=ByClient,
        status=204,
        auth="reader",
        summary="End a program",
        tag="access",
    ),
]
