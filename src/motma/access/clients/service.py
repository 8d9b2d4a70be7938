"""Use cases of clients: add, revoke, give a token, admit a call; the caller's transaction."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from motma.access import model as access
from motma.access.clients import model, queries
from motma.access.clients.errors import ClientEnded, ClientRefused, ClientUnknown, ScopeMissing
from motma.access.clients.model import Client, ClientClaims
from motma.access.errors import TokenExpired, TokenRefused
from motma.access.means import Means
from motma.access.tokens import TOKEN_LIFE, b64, read_jwk, unb64
from motma.kernel.errors import Declined
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

_LONGEST: Final = 4096
_claims: Final = msgspec.json.Decoder(ClientClaims)


async def add(
    db: Connection,
    means: Means,
    *,
    organisation_id: UUID,
    name: str,
    scopes: Sequence[str],
    jwk: dict[str, object],
) -> UUID:
    """Admit a program of an organisation by its public key; its secret stays with it."""
    _, public_key = read_jwk(jwk)
    allowed = model.check_scopes(scopes)
    now = means.clock.now()
    client_id = uuid7(now, means.random)
    line = access.line(name, field="name", least=1, most=80)
    await db.execute(
        queries.ADD_CLIENT, client_id, organisation_id, line, list(allowed), public_key, now
    )
    details = {"client_id": str(client_id), "scopes": " ".join(allowed)}
    await means.log(db, "access.client-added", details)
    return client_id


async def revoke(db: Connection, means: Means, client_id: UUID) -> None:
    """End a client: its tokens are refused from the next request on."""
    if await db.fetchval(queries.END_CLIENT, client_id, means.clock.now()) is None:
        raise ClientUnknown
    await means.log(db, "access.client-revoked", {"client_id": str(client_id)})


async def listed(db: Connection) -> list[dict[str, Any]]:
    """Every client, ended ones too."""
    return [dict(row) for row in await queries.clients(db)]


async def token(
    db: Connection, means: Means, *, assertion: str, scope: str, audiences: Sequence[str]
) -> tuple[str, ClientClaims]:
    """A token for the scopes asked for, or for all the client has; the assertion is used up.

    Unknown client, wrong key, wrong audience, wrong time and replay are one refusal.
    """
    claims = model.read_assertion(assertion)
    client = await queries.find(db, claims.iss)
    now = means.clock.now()
    if client is None:
        raise ClientRefused
    until = model.believe(assertion, claims, client, audiences=audiences, now=now)
    if not client.active:
        raise ClientEnded
    used_first = await queries.use_assertion(
        db, client.client_id, model.jti_hash(claims), until=until, now=now
    )
    if not used_first:
        raise ClientRefused
    wanted = tuple(scope.split()) or client.scopes
    for one in wanted:
        if one not in client.scopes:
            raise ScopeMissing(one[:64] if one.isprintable() else "")
    expires = int((now + TOKEN_LIFE).timestamp())
    made = ClientClaims(client=client.client_id, scopes=wanted, expires_s=expires)
    return _mint(made, means), made


async def admit(db: Connection, claims: ClientClaims, *, scope: str) -> Client:
    """The client behind a token as it is now: a revoked one is refused at once."""
    client = await queries.find(db, claims.client)
    if client is None or not client.active:
        raise ClientEnded
    if scope not in claims.scopes or scope not in client.scopes:
        raise ScopeMissing(scope)
    return client


def read(token: str, means: Means, *, now: datetime) -> ClientClaims:
    """The claims of a client's token of ours that is still alive."""
    try:
        body_text, kid, tag_text = token[:_LONGEST].split(".")
        body = unb64(body_text)
        _, tag = means.keyring.mac("token", body, kid)
        if not hmac.compare_digest(tag, unb64(tag_text)):
            raise TokenRefused
        claims = _claims.decode(body)
    except (ValueError, Declined, msgspec.DecodeError) as error:
        raise TokenRefused from error
    if now.timestamp() >= claims.expires_s:
        raise TokenExpired
    return claims


def _mint(claims: ClientClaims, means: Means) -> str:
    body = msgspec.json.encode(claims)
    kid, tag = means.keyring.mac("token", body, None)
    return f"{b64(body)}.{kid}.{b64(tag)}"
