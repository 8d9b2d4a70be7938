"""The snapshot for gates: public, as it names nobody, and made at most once a minute.

Why public: a gate must be able to fetch it before anybody logs in, and from any cache on the way;
decision 0078.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from motma.access.limits import Limit, insist
from motma.bootstrap import Platform
from motma.cards.snapshot import service
from motma.cards.snapshot.model import Body
from motma.cards.snapshot.service import Gone
from motma.kernel.errors import Malformed
from motma.keys.model import Purpose
from motma.web.caching import Kept
from motma.web.calls import network_of, platform_of
from motma.web.operations import Operation

K = TypeVar("K")
V = TypeVar("V")

#: A snapshot is answered again for this long, seconds; it says itself as of when it is.
KEPT_S: Final = 60.0

#: Provinces whose snapshot is kept at once in a process; a nation's may have megabytes.
KEPT: Final = 8

#: Anybody may ask, so that a network may ask this often; the gates of many share one with others.
SNAPSHOTS: Final = Limit(name="snapshots", count=120, window_s=60)

#: Deltas kept at once in a process: gates that asked in the same minutes have the same one.
KEPT_DELTAS: Final = 64

#: About what everything but the filter weighs, bytes: a delta carries it as the whole does.
REST_BYTES: Final = 16 * 1024

_HEADERS: Final = {"Cache-Control": f"public, max-age={int(KEPT_S)}"}


@dataclass(slots=True)
class Made:
    """What this process has made: the country's endings once, and files from them by province."""

    gone: Gone | None = None
    gathered_at: float = 0.0
    bodies: dict[str | None, Body] = field(default_factory=dict)
    files: dict[str | None, Kept] = field(default_factory=dict)
    deltas: dict[tuple[str | None, datetime], Kept] = field(default_factory=dict)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


async def snapshot(request: Request, _body: None) -> Response:
    """Keys, rule books and what ended, in one signed file: what a gate needs offline.

    `province` (two digits) leaves out the books of others. `since`, the `as_of` of the snapshot
    of the same province that the gate has, brings a delta to the present one where there is one
    and it is the smaller: the first word of the file tells. 204 when there is nothing newer.
    `If-None-Match` with the `ETag` of the last answer brings 304 while nothing newer was made. The
    formats and how to check them: docs/offline.md.
    """
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    insist(platform.counters.take(SNAPSHOTS, network_of(request), at_s=at_s))
    province = request.query_params.get("province")
    service.insist_province(province)
    since = _moment(request.query_params.get("since"))
    kept = _kept(request)
    async with kept.making:
        gone = await _gathered(platform, kept)
        if since is not None and since >= gone.as_of:
            return Response(status_code=204, headers=_HEADERS)
        found = await _answer(platform, kept, gone, province, since)
    media_type = "application/octet-stream"
    return found.answer(request, media_type=media_type, max_age_s=int(KEPT_S))


def _moment(text: str | None) -> datetime | None:
    """The `as_of` of a snapshot as it stands in it."""
    try:
        found = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("snapshot.since", "since") from None
    if found is not None and found.tzinfo is None:
        raise Malformed("snapshot.since", "since")
    return None if found is None else found.astimezone(UTC)


async def _gathered(platform: Platform, kept: Made) -> Gone:
    """What ended, gathered anew when it is a minute old."""
    started = time.monotonic()
    if kept.gone is None or started - kept.gathered_at > KEPT_S:
        async with platform.transaction() as db:
            kept.gone = await service.gather(db, platform.means)
        kept.gathered_at = started
        kept.files, kept.deltas, kept.bodies = {}, {}, {}
    return kept.gone


async def _answer(
    platform: Platform, kept: Made, gone: Gone, province: str | None, since: datetime | None
) -> Kept:
    """The delta where one leads here and is smaller, else the whole."""
    body = await _body(platform, kept, gone, province)
    if since is not None and gone.reaches(since):
        found = kept.deltas.get((province, since))
        if found is None:
            found = Kept.of(await service.delta_for(platform.means, gone, body, since=since))
            _keep(kept.deltas, (province, since), found, most=KEPT_DELTAS)
        if len(found.data) < len(body.ended.hashes) + REST_BYTES:
            return found
    if province not in kept.files:
        made = Kept.of(await service.sign(platform.means, body))
        _keep(kept.files, province, made, most=KEPT)
    return kept.files[province]


async def _body(platform: Platform, kept: Made, gone: Gone, province: str | None) -> Body:
    """What a province's file says; only its books are read for it, not once more who ended."""
    if province not in kept.bodies:
        async with platform.transaction() as db:
            terms = platform.snapshot_terms
            made = await service.body_for(db, platform.means, gone, terms=terms, province=province)
        _keep(kept.bodies, province, made, most=KEPT)
    return kept.bodies[province]


def _keep(kept: dict[K, V], name: K, made: V, *, most: int) -> None:
    """Keep it for whoever asks next, and let go of what was made first."""
    if len(kept) >= most:
        kept.pop(next(iter(kept)))
    kept[name] = made


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
        query=("province", "since"),
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
