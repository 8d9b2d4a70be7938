"""`motma clients`: programs that call the platform, each known by its public key."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from motma.access.clients import service
from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import decline, out, run
from motma.kernel.errors import Malformed
from motma.records.sources import service as sources

app = typer.Typer(no_args_is_help=True, help="Programs of laboratories and sources, by their key.")


@app.command()
def add(
    organisation: UUID,
    name: str,
    key: Annotated[Path, typer.Option("--key", help="Public key: a P-256 JWK in a file.")],
    scope: Annotated[list[str], typer.Option("--scope", help="tests:write, corrections:read.")],
    as_json: AsJson = False,
) -> None:
    """Admit a program; prints the client id with which it signs its assertions.

    Example: motma clients add ORGANISATION "Lab 7" --key lab7.jwk --scope tests:write
    """
    try:
        jwk = msgspec.json.decode(key.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError:
        decline(Malformed("access.key-form", "key"))

    async def work(platform: Platform) -> UUID:
        async with platform.transaction() as db:
            return await service.add(
                db,
                platform.means,
                organisation_id=organisation,
                name=name,
                scopes=scope,
                jwk=jwk,
            )

    made = str(run(work))
    out({"client_id": made}, as_json=as_json, text=made)


@app.command("list")
def list_clients(as_json: AsJson = False) -> None:
    """List the programs, ended ones too."""

    async def work(platform: Platform) -> list[dict[str, Any]]:
        async with platform.pool.acquire() as db:
            return await service.listed(db)

    found = run(work)
    text = "\n".join(
        f"{c['client_id']}  {'ended ' if c['ended_at'] else 'active'}  "
        f"{' '.join(c['scopes']):<16}  {c['organisation']}: {c['name']}"
        for c in found
    )
    out(found, as_json=as_json, text=text)


@app.command()
def revoke(client: UUID) -> None:
    """End a program: its tokens are refused from the next request on."""

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            await service.revoke(db, platform.means, client)
            await sources.end_client(db, platform.means, client)

    run(work)
