"""The four sources as a real HTTP service: slow, away, cut off, repeating itself, as asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from motma.kernel.clock import Clock
from motma.simulate.doors import Door
from motma.simulate.feeds import Feeds, Item

#: How far behind a source seems that was not read at all; its end is the present.
_BEHIND: Final = timedelta(days=14)


class CutOff(Exception):
    """The connection is cut in the middle of an answer."""


class _Corrections(msgspec.Struct):
    corrections: list[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What happens to requests; shares of them."""

    latency_s: float = 0.0
    outages: float = 0.0
    cuts: float = 0.0
    #: Pages that begin a few items too early.
    overlaps: float = 0.0
    #: Largest page.
    most: int = 500
    seed: int = 1


@dataclass(slots=True)
class Station:
    """Serves the feeds, takes corrections; `asked` counts requests for pages."""

    feeds: Feeds
    clock: Clock
    weather: Weather = field(default_factory=Weather)
    #: Who asks has to prove it, if there is one.
    door: Door | None = None
    asked: int = 0
    #: What each feed was told, by id: the same again changes nothing.
    told: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.weather.seed)  # noqa: S311 - must be repeatable

    def app(self) -> Starlette:
        """The application: `/population/changes`, `/insurance/…`, `/immunisation/…`, `/tests/…`.

        Corrections are posted to the same addresses and shown at `/…/corrections`; with a door
        `/token` gives tokens.
        """
        tokens = [Route("/token", self.door.token, methods=["POST"])] if self.door else []
        return Starlette(
            routes=[
                *tokens,
                Route("/{feed}/changes", self.changes),
                Route("/{feed}/changes", self.correct, methods=["POST"]),
                Route("/{feed}/corrections", self.corrections),
            ]
        )

    async def changes(self, request: Request) -> Response:
        """Items after a cursor, as `records.sources.model.Page` reads them."""
        self.asked += 1
        if self.door and not self.door.opens(request):
            return Response("who asks?", 401)
        weather, chance = self.weather, self._random.random
        if weather.latency_s:
            await asyncio.sleep(self._random.expovariate(1 / weather.latency_s))
        if chance() < weather.outages:
            return Response("away", 503)
        items: list[Item] | None = getattr(self.feeds, request.path_params["feed"], None)
        if items is None:
            return Response("no such feed", 404)
        try:
            start = int(request.query_params.get("after") or 0)
            most = min(weather.most, int(request.query_params.get("limit") or weather.most))
        except ValueError:
            return Response("no such cursor", 400)
        body = self._page(items, start, most)
        if chance() < weather.cuts:
            headers = {"content-length": str(len(body))}
            return StreamingResponse(_half(body), headers=headers)
        return Response(body, media_type="application/json")

    async def correct(self, request: Request) -> Response:
        """Take corrections, each once by its id; it may be away as any request may."""
        if self.door and not self.door.opens(request):
            return Response("who tells?", 401)
        if self._random.random() < self.weather.outages:
            return Response("away", 503)
        try:
            body = msgspec.json.decode(await request.body(), type=_Corrections)
        except (msgspec.DecodeError, ValueError):
            return Response("no corrections", 400)
        told = self.told.setdefault(request.path_params["feed"], {})
        for each in body.corrections:
            told.setdefault(str(each.get("id")), each)
        return Response(status_code=204)

    async def corrections(self, request: Request) -> Response:
        """What this feed was told."""
        told = self.told.get(request.path_params["feed"], {})
        return Response(msgspec.json.encode(told), media_type="application/json")

    def _page(self, items: list[Item], start: int, most: int) -> bytes:
        end = min(len(items), start + most)
        first = start
        if self._random.random() < self.weather.overlaps and end > start:
            first = max(0, start - min(3, most - 1))  # a page still leads on
            end = min(end, first + most)
        left = len(items) - end
        page = {
            "items": items[first:end],
            "cursor": str(max(end, start)),
            "more": left > 0,
            "backlog": left,
            "as_of": self.clock.now() - _BEHIND * (left / max(1, len(items))),
        }
        return msgspec.json.encode(page)


async def _half(body: bytes) -> AsyncIterator[bytes]:
    yield body[: len(body) // 2]
    raise CutOff
