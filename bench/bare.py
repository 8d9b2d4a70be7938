"""What `bench/scan.py` compares with: a bare Starlette handler, and motma without its audit.

`create`: the same reading statement, the same grouped append, the same proof of possession; no
token, no QR signature, no view, no event of its own. `create_without_audit`: motma itself, except
that a scan is answered without being appended.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from unittest.mock import patch
from uuid import UUID

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from motma.access.tokens import read_proof
from motma.audit.model import PLATFORM, Event
from motma.bootstrap import open_platform
from motma.kernel.clock import SystemClock
from motma.scan.appending import Appended, Appender
from motma.scan.looking import Register, Wanted
from motma.web.app import create as create_motma

_CLOCK: Final = SystemClock()


class Body(msgspec.Struct):
    """The same request body."""

    scan_id: UUID
    code: str
    checkpoint: UUID
    purpose: str


_decode: Final = msgspec.json.Decoder(Body).decode


def create() -> Starlette:
    """The bare handler."""
    routes = [
        Route("/v1/scans", scan, methods=["POST"]),
        Route("/healthz", lambda _request: Response(b"{}")),
    ]
    return Starlette(routes=routes, lifespan=_lifespan)


def create_without_audit() -> Starlette:
    """Motma, answering scans without appending them."""
    patch.object(Appender, "append", _at_once).start()
    return create_motma()


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with open_platform() as platform:
        app.state.appender = Appender(platform.pool, platform.keyring)
        app.state.register = Register(platform.pool)
        async with platform.pool.acquire() as db:
            app.state.device = await db.fetchrow("SELECT device_id, session_id FROM session")
        yield


async def scan(request: Request) -> Response:
    """Read, append, answer."""
    body, now, state = _decode(await request.body()), _CLOCK.now(), request.app.state
    token = request.headers["authorization"].partition(" ")[2]
    read_proof(request.headers["dpop"], method="POST", path="/v1/scans", token=token, now=now)
    row = await state.register.look_up(
        Wanted(
            device_id=state.device["device_id"],
            session_id=state.device["session_id"],
            scan_id=body.scan_id,
            place_id=body.checkpoint,
            qid=body.code.split("|")[4],
            blinds=(),
            wallets=False,
            now=now,
        )
    )
    event = Event(
        device_id=PLATFORM,
        event_id=body.scan_id,
        kind="bare",
        at=now,
        known_at=now,
        person_tag=bytes(16),
        outcome="known",
        body_hash=bytes(16),
        sealed=bytes(row["profile"])[:300],
        salt=os.urandom(16),
        commitment=bytes(32),
    )
    await state.appender.append(event)
    return Response(b'{"outcome":"known"}', media_type="application/json")


async def _at_once(_self: Appender, _event: Event) -> Appended:
    return Appended(new=True, receipt={})
