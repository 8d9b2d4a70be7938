"""Webhooks of a connected app: its server adds, watches, pauses, replays and ends them."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.means import Means
from motma.interop.hooks import service
from motma.interop.hooks.model import Delivery, Made, Shown
from motma.kernel.errors import Malformed
from motma.storage.pool import Connection
from motma.web.calls import platform_of
from motma.web.clients import require_client
from motma.web.operations import Operation

_SCOPE: Final = "feed:read"


class NewHook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where changes are to be brought."""

    url: str


class ByHook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook of mine."""

    hook_id: UUID


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook, and the cursor of the feed behind which everything is to come again."""

    hook_id: UUID
    after: str = ""


async def add_hook(request: Request, body: NewHook) -> Made:
    """Have changes brought to an address; `secret` is told this once (Standard Webhooks)."""
    client = await require_client(request, _SCOPE)
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await service.add(
            db, platform.means, client.client_id, body.url, private_network=platform.demo
        )


async def list_hooks(request: Request, _body: None) -> list[Shown]:
    """My webhooks: how far each is behind, and how it goes."""
    client = await require_client(request, _SCOPE)
    async with platform_of(request).pool.acquire() as db:
        return await service.listed(db, client.client_id)


async def hook_deliveries(request: Request, _body: None) -> list[Delivery]:
    """The last hundred deliveries to a webhook, and what became of each."""
    client = await require_client(request, _SCOPE)
    try:
        hook_id = UUID(request.path_params["hook_id"])
    except ValueError:
        raise Malformed("interop.hook-id", "hook_id") from None
    async with platform_of(request).pool.acquire() as db:
        return await service.deliveries(db, client.client_id, hook_id)


async def pause_hook(request: Request, body: ByHook) -> None:
    """Bring nothing until it is resumed; the feed keeps what happens for 30 days."""
    await _work(request, body, service.pause)


async def resume_hook(request: Request, body: ByHook) -> None:
    """Go on where it stopped, also after it was given up."""
    await _work(request, body, service.resume)


async def end_hook(request: Request, body: ByHook) -> None:
    """Close a webhook for good."""
    await _work(request, body, service.end)


async def replay_hook(request: Request, body: Replay) -> None:
    """Bring everything again that lies behind a cursor of the feed."""
    client = await require_client(request, _SCOPE)
    platform = platform_of(request)
    async with platform.transaction() as db:
        await service.replay(db, platform.means, client.client_id, body.hook_id, after=body.after)


async def _work(
    request: Request,
    body: ByHook,
    change: Callable[[Connection, Means, UUID, UUID], Awaitable[None]],
) -> None:
    client = await require_client(request, _SCOPE)
    platform = platform_of(request)
    async with platform.transaction() as db:
        await change(db, platform.means, client.client_id, body.hook_id)


OPERATIONS = [
    Operation(method="POST", path="/v1/apps/hooks", handler=add_hook, body=NewHook, answer=Made,
              status=201, auth="client", summary="Add a webhook", tag="apps"),
    Operation(method="GET", path="/v1/apps/hooks", handler=list_hooks, answer=list[Shown],
              auth="client", summary="My webhooks", tag="apps"),
    Operation(method="GET", path="/v1/apps/hooks/{hook_id}/deliveries", handler=hook_deliveries,
              answer=list[Delivery], auth="client", summary="Deliveries of a webhook",
              tag="apps"),
    Operation(method="POST", path="/v1/apps/hooks:pause", handler=pause_hook, body=ByHook,
              status=204, auth="client", summary="Pause a webhook", tag="apps"),
    Operation(method="POST", path="/v1/apps/hooks:resume", handler=resume_hook, body=ByHook,
              status=204, auth="client", summary="Resume a webhook", tag="apps"),
    Operation(method="POST", path="/v1/apps/hooks:replay", handler=replay_hook, body=Replay,
              status=204, auth="client", summary="Replay a webhook", tag="apps"),
    Operation(method="POST", path="/v1/apps/hooks:end", handler=end_hook, body=ByHook,
              status=204, auth="client", summary="End a webhook", tag="apps"),
]  # fmt: skip
