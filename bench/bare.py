"""What `bench/scan.py` compares with: a bare Starlette handler, and motma without its audit.

`create`: the same reading statement, the same grouped append, the same proof of possession; no
token, no QR signature, no view, no event of its own. `create_without_audit`: motma itself, except
that a scan is answered without being appended.
"""

import os
from contextlib import asynccontextmanager
from datetime import datetime
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


class Body(msgspec.Struct):
    """The same request body."""

    scan_id: UUID
    code: str
    checkpoint: UUID
    purpose: str


def create() -> Starlette:
    """The bare handler."""
    decoder = msgspec.json.Decoder(Body)
    clock = SystemClock()

    @asynccontextmanager
    async def lifespan(app: Starlette):
        async with open_platform() as platform:
            app.state.appender = Appender(platform.pool, platform.keyring)
            app.state.register = Register(platform.pool)
            async with platform.pool.acquire() as db:
                row = await db.fetchrow("SELECT device_id, session_id FROM session LIMIT 1")
            app.state.session = tuple(row)
            yield

    async def scan(request: Request) -> Response:
        body = decoder.decode(await request.body())
        now: datetime = clock.now()
        token = request.headers["authorization"].partition(" ")[2]
        read_proof(request.headers["dpop"], method="POST", path="/v1/scans", token=token, now=now)
        device, session = request.app.state.session
        row = await request.app.state.register.look_up(
            Wanted(
                device_id=device, session_id=session, scan_id=body.scan_id,
                place_id=body.checkpoint, qid=body.code.split("|")[4], blinds=(), wallets=False,
            )
        )  # fmt: skip
        event = Event(
            device_id=PLATFORM, event_id=body.scan_id, kind="bare", at=now, known_at=now,
            person_tag=b"0" * 16, outcome="known", body_hash=b"0" * 16, sealed=bytes(row["profile"])[:300],
            salt=os.urandom(16), commitment=b"0" * 32,
        )  # fmt: skip
        await request.app.state.appender.append(event)
        return Response(b'{"outcome":"known"}', media_type="application/json")

    async def healthz(_request: Request) -> Response:
        return Response(b"{}")

    return Starlette(
        routes=[Route("/v1/scans", scan, methods=["POST"]), Route("/healthz", healthz)],
        lifespan=lifespan,
    )


def create_without_audit() -> Starlette:
    """Motma, answering scans without appending them."""

    async def at_once(_self: Appender, _event: Event) -> Appended:
        return Appended(new=True, receipt={})

    Appender.append = at_once  # type: ignore[method-assign]
    return create_motma()
