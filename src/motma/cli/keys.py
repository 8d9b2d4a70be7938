"""`motma keys`: the ring of keys, and their rotation."""

import json
from collections.abc import Callable
from typing import Annotated, Final

import typer

from motma.bootstrap import Platform, Settings
from motma.cli.running import decline, out, run
from motma.kernel.clock import SystemClock
from motma.kernel.errors import Declined
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.model import Purpose

app = typer.Typer(no_args_is_help=True, help="List, rotate and retire keys.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Chosen = Annotated[Purpose, typer.Argument(help="What the key is for.")]

_LIST: Final = """Examples:

  motma keys list

  motma keys list --json | jq '.[] | select(.state == "active")'
"""
_ROTATE: Final = """Examples:

  motma keys stage qr     # publish the next key: phones and gates fetch it

  motma keys rotate qr    # a day later: sign with it; the earlier key only verifies
"""
_RETIRE: Final = """Examples:

  motma keys retire 571275
"""
_EXPORT: Final = """Examples:

  motma keys export-jwks > jwks.json

  motma qr parse --keys jwks.json < texts.txt
"""


@app.command()
def create() -> None:
    """Make real keys in MOTMA_HOME/keys; a ring that is there is never written over."""
    directory = Settings().keys_dir
    try:
        Keyring.create(directory, clock=SystemClock(), random=system_random, demo=False)
    except Declined as declined:
        decline(declined)
    out({"created": True}, as_json=False, text=f"Keys made in {directory}: back them up apart.")


@app.command("list", epilog=_LIST)
def listing(as_json: Json = False) -> None:
    """Print every key: id, purpose, state, since when."""
    ring = _ring()
    rows = [
        {
            "kid": key.kid,
            "purpose": key.purpose.value,
            "algorithm": key.algorithm.value,
            "state": key.state.value,
            "not_before": key.not_before,
            "not_after": key.not_after,
            "demo": ring.demo,
        }
        for key in ring.listed()
    ]
    lines = [f"{r['kid']}  {r['purpose']:<7} {r['algorithm']:<12} {r['state']:<12}" for r in rows]
    title = ["DEMO keys"] if ring.demo else []
    out(rows, as_json=as_json, text="\n".join([*title, *lines]))


@app.command(epilog=_ROTATE)
def stage(purpose: Chosen, as_json: Json = False) -> None:
    """Make the next key of a purpose and publish it, without using it yet."""
    _changed("keys.staged", purpose, lambda ring: ring.stage(purpose), as_json=as_json)


@app.command(epilog=_ROTATE)
def rotate(purpose: Chosen, as_json: Json = False) -> None:
    """Put the staged key (or a new one) of a purpose to use; the earlier one only verifies."""
    _changed("keys.rotated", purpose, lambda ring: ring.rotate(purpose), as_json=as_json)


@app.command(epilog=_RETIRE)
def retire(
    kid: Annotated[str, typer.Argument(help="Id of a key that is not active.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Destroy a key for good: nothing it signed is believed, nothing it sealed opens again."""
    key = next((key for key in _ring().listed() if key.kid == kid), None)
    if not yes:
        what = f"{key.purpose.value} key {kid}" if key else f"key {kid}"
        typer.confirm(f"Destroy the {what} for good?", abort=True)

    def forget(ring: Keyring) -> str:
        ring.retire(kid)
        return kid

    _changed("keys.retired", key.purpose if key else None, forget, as_json=as_json)


@app.command("export-jwks", epilog=_EXPORT)
def export_jwks() -> None:
    """Print the published keys of personal codes as a JWK set."""
    typer.echo(json.dumps(_ring().jwks(), indent=1))


def _ring() -> Keyring:
    try:
        return Keyring.open(Settings().keys_dir)
    except Declined as declined:
        decline(declined)


def _changed(
    kind: str, purpose: Purpose | None, change: Callable[[Keyring], str], *, as_json: bool
) -> None:
    """Change the ring, then say so in the log: the ring is what counts if power fails between."""

    async def work(platform: Platform) -> str:
        kid = change(platform.keyring)
        details = {"kid": kid, "purpose": purpose and purpose.value}
        async with platform.transaction() as db:
            await platform.means.log(db, kind, details)
        return kid

    kid = run(work)
    out({"kid": kid, "event": kind}, as_json=as_json, text=f"{kind} {kid}")
