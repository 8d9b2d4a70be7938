"""`motma simulate sources`: the four national sources as a real HTTP service."""

import asyncio
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from motma.cli.running import decline, told
from motma.egress.client import Egress
from motma.kernel.clock import SystemClock
from motma.kernel.errors import Declined, Malformed
from motma.simulate.doors import CLIENT, HEADER, Door
from motma.simulate.feeds import Disturbance, Item, feeds
from motma.simulate.laboratory import Laboratory, drop
from motma.simulate.rates import PRESETS
from motma.simulate.serving import Station, Weather

Share = Annotated[float, typer.Option(min=0.0, max=1.0)]
_FEEDS: Final = ("population", "insurance", "immunisation", "tests")
#: Lines of a dropped file.
_FILE: Final = 500


def sources(
    port: Annotated[int, typer.Option("--port", help="Port on this machine.")] = 8900,
    people: Annotated[int, typer.Option("--people", min=1)] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed sends the same.")] = 1,
    latency_ms: Annotated[float, typer.Option("--latency-ms", help="On average.")] = 50.0,
    outages: Share = 0.02,
    cuts: Share = 0.02,
    late: Share = 0.05,
    duplicated: Share = 0.05,
    reordered: Share = 0.10,
    folder: Annotated[
        Path | None, typer.Option("--drop", help="Leave half of the tests as files here.")
    ] = None,
    push: Annotated[
        str, typer.Option("--push", help="Push the other half to the platform at this URL.")
    ] = "",
    client: Annotated[
        UUID | None, typer.Option("--client", help="The laboratory's client id, to push.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="Its private key, PEM, to push.")
    ] = None,
    known: Annotated[
        Path | None, typer.Option("--known", help="Answer who signs with a key of this JWK set.")
    ] = None,
    secret: Annotated[
        Path | None, typer.Option("--secret", help="Answer who has this file's text in x-api-key.")
    ] = None,
) -> None:
    """Serve population, insurance, immunisation and tests of synthetic people until Ctrl-C.

    Shares are of requests (outages, cuts) and of items (late, duplicated, reordered). For --known
    take what `motma sources keys` prints.
    """
    disturbance = Disturbance(late=late, duplicated=duplicated, reordered=reordered)
    made = feeds(PRESETS["national-2021"], people=people, seed=seed, disturbance=disturbance)
    weather = Weather(
        latency_s=latency_ms / 1000, outages=outages, cuts=cuts, overlaps=duplicated, seed=seed
    )
    if folder is not None:
        half = made.tests[::2]
        for start in range(0, len(half), _FILE):
            drop(folder, f"lab-{start // _FILE:05d}", half[start : start + _FILE])
    for feed in _FEEDS:
        address = f"http://127.0.0.1:{port}/{feed}/changes"
        proof = _proof(port, known, secret)
        told.print(f"motma sources add {feed} {feed} {address} --private{proof}", soft_wrap=True)
    app = Station(made, SystemClock(), weather, _door(known, secret)).app()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical")
    try:
        private = _private_key(key) if key else None
        asyncio.run(_serve(uvicorn.Server(config), push, client, private, made.tests[1::2]))
    except Declined as declined:
        decline(declined)


async def _serve(
    server: uvicorn.Server,
    push: str,
    client: UUID | None,
    key: ec.EllipticCurvePrivateKey | None,
    tests: list[Item],
) -> None:
    """The service, and beside it the laboratory that pushes."""
    if not push:
        await server.serve()
        return
    if client is None or key is None:
        raise Malformed("access.client-form", "client")
    serving = asyncio.create_task(server.serve())
    async with Egress(private_network=True) as egress:
        lab = Laboratory(push.rstrip("/"), client, key, SystemClock(), egress)
        taken = await lab.push(tests)
    told.print(f"pushed: {taken} taken, {len(lab.refused)} refused")
    await serving


def _door(known: Path | None, secret: Path | None) -> Door | None:
    """The door, if who asks has to prove it."""
    if known is None and secret is None:
        return None
    return Door(
        clock=SystemClock(),
        jwks=msgspec.json.decode(known.read_bytes()) if known else None,
        secret=secret.read_text(encoding="ascii").strip() if secret else "",
    )


def _proof(port: int, known: Path | None, secret: Path | None) -> str:
    """The options with which the platform gets in."""
    if known is not None:
        return f" --token http://127.0.0.1:{port}/token --client {CLIENT}"
    return f" --header {HEADER} --secret {secret}" if secret is not None else ""


def _private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    private = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise Malformed("access.key-form", "key")
    return private
