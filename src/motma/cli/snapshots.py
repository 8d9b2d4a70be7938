"""`motma snapshot`: the signed file with which gates decide without the network."""

import os
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from motma.bootstrap import Platform
from motma.cards.snapshot import model, service
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
    as_json: AsJson = False,
) -> None:
    """Write a snapshot: keys, rule books and what ended, signed.

    Example: motma snapshot write gate.snapshot --province 56
    """

    async def work(platform: Platform) -> bytes:
        async with platform.transaction() as db:
            terms = platform.snapshot_terms
            return await service.make(db, platform.means, terms=terms, province=province)

    made = run(work)
    whole = file.with_name(f".{file.name}.new")
    try:
        whole.write_bytes(made)
        os.replace(whole, file)  # noqa: PTH105 - replaces in one step on every system
    except OSError:
        decline(Malformed("snapshot.file-not-writable", "file"))
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


@app.command()
def keys() -> None:
    """Print the keys that sign snapshots, as a JWK set: what a gate trusts from its set-up on.

    Example: motma snapshot keys > gate-keys.json
    """

    async def work(platform: Platform) -> dict[str, Any]:
        return platform.keyring.jwks(Purpose.SNAPSHOT)

    found = run(work)
    out(found, as_json=True, text=msgspec.json.encode(found).decode())
