"""`motma apps`: apps of other makers that show the code and hear of changes."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import decline, out, run
from motma.interop import apps
from motma.interop.conformance.evidence import Expected
from motma.interop.errors import NoSandbox
from motma.interop.model import App, Registration
from motma.interop.sandbox import service as people
from motma.interop.sandbox.service import Made
from motma.kernel.errors import Malformed

app = typer.Typer(no_args_is_help=True, help="Connected apps, each known by its public key.")

#: What an app may be allowed.
SCOPES = ["card:read", "code:read", "feed:read", "people:enrol"]


@app.command()
def register(
    organisation: UUID,
    name_vi: str,
    name_en: str,
    key: Annotated[Path, typer.Option("--key", help="Public key: a P-256 JWK in a file.")],
    redirect: Annotated[
        list[str], typer.Option("--redirect", help="Where the app takes people back to.")
    ],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="All of them, unless some are named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Admit an app; prints the client id with which it signs its assertions.

    Example: motma apps register ORGANISATION "Sổ sức khỏe" "Health book" --key app.jwk
    --redirect https://app.example/back
    """
    try:
        jwk = msgspec.json.decode(key.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError:
        decline(Malformed("access.key-form", "key"))
    described = Registration(
        name_vi=name_vi, name_en=name_en, redirects=redirect, scopes=scope or SCOPES, jwk=jwk
    )

    async def work(platform: Platform) -> UUID:
        async with platform.transaction() as db:
            return await apps.register(db, platform.means, organisation, described)

    made = str(run(work))
    out({"client_id": made}, as_json=as_json, text=made)


@app.command("list")
def list_apps(as_json: AsJson = False) -> None:
    """List the apps, ended ones too; `motma clients revoke` ends one."""

    async def work(platform: Platform) -> list[App]:
        async with platform.pool.acquire() as db:
            return await apps.listed(db)

    found = run(work)
    text = "\n".join(
        f"{one.client_id}  {'active' if one.active else 'ended '}  "
        f"{one.organisation}: {one.name_vi}"
        for one in found
    )
    out([msgspec.to_builtins(one) for one in found], as_json=as_json, text=text)


@app.command()
def sandbox(
    folder: Annotated[Path, typer.Argument(help="Where people.json and expected.json go.")],
    as_json: AsJson = False,
) -> None:
    """Make thirty people to develop with, in a demo; a repeat gives them new activation codes.

    people.json tells each story and how to open the wallet, expected.json is what
    `motma conformance run` compares an app's pictures with.

    Example: motma apps sandbox sandbox/
    """

    async def work(platform: Platform) -> list[Made]:
        if not platform.demo:
            raise NoSandbox
        async with platform.transaction() as db:
            made = await people.make(db, platform.means)
        await platform.carry_endings()
        expected = Expected(people=people.expected(made), jwks=platform.keyring.jwks())
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in (("people", made), ("expected", expected)):
            text = msgspec.json.format(msgspec.json.encode(body)) + b"\n"
            (folder / f"{name}.json").write_bytes(text)
        return made

    made = run(work)
    text = "\n".join(f"{one.activation}  {one.id:<12} {one.vi} ({one.en})" for one in made)
    out([msgspec.to_builtins(one) for one in made], as_json=as_json, text=text)
