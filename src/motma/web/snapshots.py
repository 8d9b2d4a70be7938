"""The snapshot for gates: public, as it names nobody, and made at most once a minute.

Why public: a gate must be able to fetch it before anybody logs in, and from any cache on the way;
decision 0078.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from motma.access.limits import Limit, insist
from motma.bootstrap import Platform
from motma.cards.snapshot import service
from motma.cards.snapshot.service import Gone
from motma.keys.model import Purpose
from motma.web.calls import network_of, platform_of
from motma.web.operations import Operation

#: A snapshot is answered again for this long, seconds; it says itself as of when it is.
KEPT_S: Final = 60.0

#: Provinces whose snapshot is kept at once in a process; a nation's may have megabytes.
KEPT: Final = 8

#: Anybody may ask, so that a network may ask this often; the gates of many share one with others.
SNAPSHOTS: Final = Limit(name="snapshots", count=120, window_s=60)

_HEADERS: Final = {"Cache-Control": f"public, max-age={int(KEPT_S)}"}


@dataclass(frozen=True, slots=True)
class File:
    """A signed file and its name for caches."""

    data: bytes
    tag: str


@dataclass(slots=True)
class Made:
    """What this process has made: the country's endings once, and files from them by province."""

    gone: Gone | None = None
    gathered_at: float = 0.0
    files: dict[str | None, File] = field(default_factory=dict)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


async def snapshot(request: Request, _body: None) -> Response:
    """Keys, rule books and what ended, in one signed file: what a gate needs offline.

    `province` (two digits) leaves out the books of others. `If-None-Match` with the `ETag` of the
    last answer brings 304 while nothing newer was made. The format and how to check it:
    docs/offline.md.
    """
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    insist(platform.counters.take(SNAPSHOTS, network_of(request), at_s=at_s))
    province = request.query_params.get("province")
    service.insist_province(province)
    kept = _kept(request)
    async with kept.making:
        found = await _file(platform, kept, province)
    headers = _HEADERS | {"ETag": found.tag}
    if found.tag in _tags(request.headers.get("If-None-Match", "")):
        return Response(status_code=304, headers=headers)
    return Response(found.data, headers=headers, media_type="application/octet-stream")


async def _file(platform: Platform, kept: Made, province: str | None) -> File:
    """The file of a province; only its books are read for it, not once more who ended."""
    started = time.monotonic()
    if kept.gone is None or started - kept.gathered_at > KEPT_S:
        async with platform.transaction() as db:
            kept.gone = await service.gather(db, platform.means)
        kept.gathered_at, kept.files = started, {}
    if province not in kept.files:
        async with platform.transaction() as db:
            made = await service.write_for(
                db, platform.means, kept.gone, terms=platform.snapshot_terms, province=province
            )
        if len(kept.files) >= KEPT:
            kept.files.pop(next(iter(kept.files)))
        kept.files[province] = File(made, f'"{hashlib.sha256(made).hexdigest()[:32]}"')
    return kept.files[province]


def _tags(header: str) -> set[str]:
    """The tags that a cache has (RFC 9110 §13.1.2); a weak one will do for a whole file."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


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
