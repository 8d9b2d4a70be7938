"""Assembles the application from bootstrap's parts; one per worker process."""

import asyncio
import gc
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from motma.access.pushes.running import Knocker
from motma.audit.running import Sequencer
from motma.audit.witness import RemoteWitness
from motma.bootstrap import Platform, Settings, open_platform, sender_of
from motma.cards.shelf import Shelf
from motma.cards.soon import running as soon
from motma.codec.pictures import PictureReader
from motma.interop import feed
from motma.interop.hooks.running import Courier as HookCourier
from motma.messages.running import Courier
from motma.printing.press import Press
from motma.scan.appending import Appender
from motma.scan.judging import Gate
from motma.scan.looking import Register
from motma.scan.published import PublishedKeys
from motma.web import (
    access,
    accounts,
    accounts_passkeys,
    books,
    cards,
    checks,
    claims,
    clients,
    connecting,
    dependants,
    desk,
    genuine,
    hooks,
    inbox,
    inbox_push,
    listing,
    matching,
    me,
    me_account,
    me_devices,
    me_export,
    me_reports,
    openapi,
    pages,
    people,
    places,
    printing,
    problems,
    recodes,
    records,
    records_jobs,
    scans,
    snapshots,
    sources,
    upkeep,
)
from motma.web import open as public
from motma.web.calls import Proofs, Tokens

#: The scan stands first: routes are tried in this order.
OPERATIONS: Final = [
    *scans.OPERATIONS,
    *checks.OPERATIONS,
    *public.OPERATIONS,
    *snapshots.OPERATIONS,
    *genuine.OPERATIONS,
    *access.OPERATIONS,
    *places.OPERATIONS,
    *accounts.OPERATIONS,
    *accounts_passkeys.OPERATIONS,
    *clients.OPERATIONS,
    *sources.OPERATIONS,
    *connecting.OPERATIONS,
    *hooks.OPERATIONS,
    *listing.OPERATIONS,
    *people.OPERATIONS,
    *desk.OPERATIONS,
    *records.OPERATIONS,
    *records_jobs.OPERATIONS,
    *books.OPERATIONS,
    *cards.OPERATIONS,
    *recodes.OPERATIONS,
    *matching.OPERATIONS,
    *me.OPERATIONS,
    *me_account.OPERATIONS,
    *inbox.OPERATIONS,
    *inbox_push.OPERATIONS,
    *me_export.OPERATIONS,
    *me_reports.OPERATIONS,
    *dependants.OPERATIONS,
    *printing.OPERATIONS,
    *me_devices.OPERATIONS,
    *claims.OPERATIONS,
]
#: What every gate asks for all day.
HOT: Final = {
    o.path: o.endpoint() for o in OPERATIONS if o.path in {"/v1/scans", "/v1/scans:batch"}
}
_METHOD: Final = 405
_METHODS: Final = {
    o.path: {other.method for other in OPERATIONS if other.path == o.path} for o in OPERATIONS
}

_log = structlog.get_logger("motma.web")


def create(settings: Settings | None = None, platform: Platform | None = None) -> Starlette:
    """The application; opens its own platform unless one is given."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            ready = platform
            if ready is None:
                ready = await stack.enter_async_context(open_platform(settings))
            async with _at_work(app, ready):
                yield

    return Starlette(
        routes=[*(o.route() for o in OPERATIONS), *pages.routes()],
        middleware=[Middleware(pages.Guarded), Middleware(pages.Shortcut, endpoints=HOT)],
        lifespan=lifespan,
        exception_handlers={404: _no_route, _METHOD: _no_route},
    )


@asynccontextmanager
async def _at_work(app: Starlette, platform: Platform) -> AsyncIterator[None]:
    """The application furnished, upkeep and sequencer running beside it."""
    _furnish(app, platform)
    await records_jobs.resume(platform)
    _spare_the_collector()
    app.state.sequencer = sequencer_of(platform)
    stop, app.state.pictures = asyncio.Event(), PictureReader()
    app.state.press = Press()
    tasks = [
        asyncio.create_task(upkeep.run(platform, app.state.gate.keys, stop)),
        asyncio.create_task(app.state.sequencer.run(stop)),
        asyncio.create_task(feed.run(platform.pool, platform.means, stop)),
        asyncio.create_task(
            HookCourier(platform.pool, platform.means, private_network=platform.demo).run(stop)
        ),
    ]
    tasks.append(asyncio.create_task(knocker_of(platform).run(stop)))
    tasks.append(asyncio.create_task(soon.run(platform.pool, platform.means, stop)))
    sender = sender_of(platform.settings)
    if sender is not None:
        courier = Courier(platform.pool, platform.vault, platform.clock, sender)
        tasks.append(asyncio.create_task(courier.run(stop)))
    yield
    stop.set()
    await records_jobs.stop()
    await asyncio.gather(*tasks, return_exceptions=True)
    app.state.pictures.close()
    app.state.press.close()


def _spare_the_collector() -> None:
    """Let the garbage collector pass over what lives as long as the process.

    Scans make few cycles; looking through everything every 700 new objects cost a tenth of a scan.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def sequencer_of(platform: Platform) -> Sequencer:
    """The log's sequencer for this platform; of several processes one at a time works."""
    return Sequencer(
        platform.dsn,
        origin=platform.settings.log_origin,
        signer=platform.keyring,
        clock=platform.clock,
        mirror=platform.settings.mirror_path.parent,
        witnesses=[RemoteWitness(host, port) for host, port in platform.settings.witness_list],
    )


def knocker_of(platform: Platform) -> Knocker:
    """Who knocks at wallets' browsers for this platform."""
    return Knocker(
        pool=platform.pool,
        means=platform.means,
        contact=platform.settings.public_url or "https://motma.invalid",
        private_network=platform.demo,
    )


def _furnish(app: Starlette, platform: Platform) -> None:
    """Put on the application what its operations work with."""
    app.state.platform = platform
    app.state.proofs = Proofs(OrderedDict())
    app.state.tokens = Tokens(platform.keyring)
    app.state.openapi = msgspec.json.encode(openapi.document(OPERATIONS))
    app.state.gate = gate_of(platform)


def gate_of(platform: Platform) -> Gate:
    """The scan path of this process."""
    return Gate(
        means=platform.means,
        pool=platform.pool,
        register=Register(platform.pool),
        appender=Appender(platform.pool, platform.keyring),
        counters=platform.counters,
        keys=PublishedKeys(platform.keyring, platform.clock),
        shelf=Shelf(),
    )


async def _no_route(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    code = "request.method" if status == _METHOD else "request.path"
    text = ("Không có địa chỉ này.", "There is nothing at this address.")
    headers = getattr(error, "headers", None)
    if status == _METHOD and (methods := _METHODS.get(request.scope["path"])):
        headers = {"Allow": ", ".join(sorted(methods))}  # the router names one of them
    return problems.document(request, status=status, code=code, text=text, headers=headers)
