"""`motma snapshot`: the signed file with which gates decide without the network."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from motma.bootstrap import Platform
from motma.cards.snapshot import delta, model, service
from motma.cards.snapshot.model import Body
from motma.cards.snapshot.signed import DELTA
from motma.cli import gate_files
from motma.cli.readers import AsJson
from motma.cli.running import decline, out, run
from motma.kernel.errors import Malformed
from motma.keys.model import Purpose

app = typer.Typer(no_args_is_help=True, help="Snapshots: what gates need without the network.")


@app.command()
def write(
    file: Annotated[Path, typer.Argument(help="Written whole or not at all.")],
    province: Annotated[
        str | None, typer.Option(help="Two digits: the books of one province only.")
    ] = None,
    since: Annotated[
        Path | None, typer.Option(help="A gate's file or folder: write a delta to follow it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a snapshot: keys, rule books and what ended, signed; or what leads to it.

    Example: motma snapshot write gate.snapshot --province 56
    """

    async def work(platform: Platform) -> bytes:
        terms = platform.snapshot_terms
        async with platform.transaction() as db:
            if since is None:
                return await service.make(db, platform.means, terms=terms, province=province)
            base = _base(platform, since, province)
            return await service.make_delta(db, platform.means, terms=terms, base=base)

    made = run(work)
    try:
        gate_files.write(file, made)
    except Malformed as malformed:
        decline(malformed)
    if DELTA.is_one(made):
        _tell_delta(file, made, as_json=as_json)
    else:
        _tell_whole(file, made, as_json=as_json)


def _base(platform: Platform, path: Path, province: str | None) -> Body:
    """What the gate has; a delta never leads to another province."""
    trusted = model.trusting(platform.keyring.jwks(Purpose.SNAPSHOT))
    found = gate_files.newest(path, trusted).body
    if province not in {None, found.province}:
        raise Malformed("snapshot.province", "province")
    return found


def _tell_whole(file: Path, made: bytes, *, as_json: bool) -> None:
    body = model.body_of(made)
    result = {
        "file": file.name,
        "bytes": len(made),
        "as_of": body.as_of,
        "province": body.province,
        "books": len(body.books),
        "ended": len(body.ended),
        "false_rate": body.ended.false_rate,
    }
    text = (
        f"{file.name}: {len(made):,} bytes, as of {body.as_of:%Y-%m-%d %H:%M:%S} UTC, "
        f"{len(body.books)} books, {len(body.ended)} codes that ended"
    )
    out(result, as_json=as_json, text=text)


def _tell_delta(file: Path, made: bytes, *, as_json: bool) -> None:
    found = delta.own(made)
    result = {"file": file.name, "bytes": len(made), "base": found.base}
    text = f"{file.name}: {len(made):,} bytes, follows {found.base:%Y-%m-%d %H:%M:%S} UTC"
    out(result, as_json=as_json, text=text)


@app.command()
def keys() -> None:
    """Print the keys that sign snapshots, as a JWK set: what a gate trusts from its set-up on.

    Example: motma snapshot keys > gate-keys.json
    """

    async def work(platform: Platform) -> dict[str, Any]:
        return platform.keyring.jwks(Purpose.SNAPSHOT)

    found = run(work)
    out(found, as_json=True, text=msgspec.json.encode(found).decode())
