"""The snapshot for gates: public, as it names nobody, and made at most once a minute.

Why public: a gate must be able to fetch it before anybody logs in, and from any cache on the way;
decision 0078.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from motma.cards.snapshot import service
from motma.keys.model import Purpose
from motma.web.calls import platform_of
from motma.web.operations import Operation

#: A snapshot is answered again for this long, seconds; it says itself as of when it is.
KEPT_S: Final = 60.0

#: Provinces whose snapshot is kept at once in a process; a nation's may have megabytes.
KEPT: Final = 8

_HEADERS: Final = {"Cache-Control": f"public, max-age={int(KEPT_S)}"}


@dataclass(slots=True)
class Made:
    """The snapshots of this process by province; one is made at a time."""

    made: dict[str | None, tuple[float, bytes]] = field(default_factory=dict)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


async def snapshot(request: Request, _body: None) -> Response:
    """Keys, rule books and what ended, in one signed file: what a gate needs offline.

    `province` (two digits) leaves out the books of others. The format and how to check it:
    docs/offline.md.
    """
    province = request.query_params.get("province")
    kept = _kept(request)
    async with kept.making:
        found = kept.made.get(province)
        if found is None or time.monotonic() - found[0] > KEPT_S:
            platform = platform_of(request)
            started = time.monotonic()
            async with platform.transaction() as db:
                fresh = await service.make(db, platform.means, province=province)
            kept.made.pop(province, None)
            found = kept.made[province] = (started, fresh)
            while len(kept.made) > KEPT:
                kept.made.pop(next(iter(kept.made)))
    return Response(found[1], headers=_HEADERS, media_type="application/octet-stream")


async def snapshot_keys(request: Request, _body: None) -> Response:
    """The keys that sign snapshots (RFC 7517): a gate trusts them from its set-up on."""
    body = msgspec.json.encode(platform_of(request).keyring.jwks(Purpose.SNAPSHOT))
    return Response(body, headers=_HEADERS, media_type="application/jwk-set+json")


def _kept(request: Request) -> Made:
    """What this process has made."""
    kept: Made | None = getattr(request.app.state, "snapshots", None)
    if kept is None:
        kept = request.app.state.snapshots = Made()
    return kept


OPERATIONS = [
    Operation(
        method="GET",
        path="/v1/snapshot",
        handler=snapshot,
        summary="Signed snapshot for gates",
        query=("province",),
        media_type="application/octet-stream",
    ),
    Operation(
        method="GET",
        path="/v1/snapshot/keys",
        handler=snapshot_keys,
        answer=dict[str, Any],
        summary="Keys of snapshots",
    ),
]
