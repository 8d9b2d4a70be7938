"""`motma readers`: organisations, places, readers and their devices."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from motma.access import posts, queries, service
from motma.access.accounts import losing
from motma.bootstrap import Platform
from motma.cli.running import out, run
from motma.kernel.errors import Malformed

app = typer.Typer(no_args_is_help=True, help="Who may read codes, and on which devices.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for pipes.")]


@app.command("list")
def list_readers(as_json: AsJson = False) -> None:
    """List the readers with their role and organisation."""

    async def work(platform: Platform) -> list[dict[str, Any]]:
        async with platform.pool.acquire() as db:
            return [dict(row) for row in await db.fetch(queries.READERS)]

    found = run(work)
    text = "\n".join(
        f"{r['login']:<24} {r['role']:<11} {r['status']:<10} "
        f"{'may move' if r['may_move'] else 'stays':<9} {r['organisation']}"
        for r in found
    )
    out(found, as_json=as_json, text=text)


@app.command("add-organisation")
def add_organisation(name: str, as_json: AsJson = False) -> None:
    """Found an organisation.

    Example: motma readers add-organisation "Chợ Bến Thành"
    """

    async def work(platform: Platform) -> UUID:
        async with platform.transaction() as db:
            return await service.add_organisation(db, platform.means, name)

    made = str(run(work))
    out({"organisation_id": made}, as_json=as_json, text=made)


@app.command("add-place")
def add_place(
    organisation: UUID,
    kind: str,
    name: str,
    commune: Annotated[str | None, typer.Option(help="Five-digit code of its commune.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day on which it is valid.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register a place: public-place, checkpoint, transport, clinic or office.

    Its commune decides which rule book speaks there; without one cards stay neutral.
    Example: motma readers add-place ORGANISATION public-place "Chợ Đầm" --commune 22366
    """

    async def work(platform: Platform) -> UUID:
        async with platform.transaction() as db:
            place = await service.add_place(
                db,
                platform.means,
                organisation_id=organisation,
                kind=kind,
                name=name,
                commune_code=commune,
                commune_as_of=as_of.date() if as_of else None,
            )
        return place.place_id

    made = str(run(work))
    out({"place_id": made}, as_json=as_json, text=made)


@app.command()
def add(
    organisation: UUID,
    login: str,
    role: str,
    pin: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="6–12 digits"),
    ],
    may_move: Annotated[
        bool, typer.Option("--may-move", help="May choose another place than the device's.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give somebody a role and a log-in (name@organisation); the PIN is asked for.

    Roles: place, checkpoint, medical, tracer, inspector, registrar, operator.
    """

    async def work(platform: Platform) -> UUID:
        async with platform.transaction() as db:
            reader = await service.add_reader(
                db,
                platform.means,
                organisation_id=organisation,
                login=login,
                role=role,
                pin=pin,
                may_move=may_move,
            )
        return reader.reader_id

    made = str(run(work))
    out({"reader_id": made}, as_json=as_json, text=made)


@app.command()
def enrol(organisation: UUID, as_json: AsJson = False) -> None:
    """Make a one-time code with which a device joins an organisation; good for 24 hours."""

    async def work(platform: Platform) -> tuple[str, str]:
        async with platform.transaction() as db:
            code, until = await service.new_code(db, platform.means, organisation_id=organisation)
        return code, until.isoformat()

    code, until = run(work)
    out({"code": code, "expires_at": until}, as_json=as_json, text=f"{code}  (until {until})")


@app.command()
def devices(as_json: AsJson = False) -> None:
    """List the enrolled reader devices."""

    async def work(platform: Platform) -> list[dict[str, str]]:
        async with platform.pool.acquire() as db:
            return [{k: str(v) for k, v in row.items()} for row in await db.fetch(queries.DEVICES)]

    found = run(work)
    text = "\n".join(f"{d['device_id']}  {d['status']:<7} {d['label']}" for d in found)
    out(found, as_json=as_json, text=text)


@app.command()
def lose(device: UUID) -> None:
    """Report a device lost: its tokens die at once."""

    async def work(platform: Platform) -> bool:
        async with platform.transaction() as db:
            return await losing.lose(db, platform.means, device)

    run(work)


@app.command("move-rule")
def move_rule(
    login: str,
    may_move: Annotated[bool, typer.Option("--may-move/--stays", help="From the next request on.")],
) -> None:
    """Say whether a reader may choose another place than the one where a device stands.

    Example: motma readers move-rule chief@market --may-move
    """

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            if not await posts.set_rule(db, platform.means, login=login, may_move=may_move):
                raise Malformed("access.login-unknown", "login")

    run(work)


@app.command()
def place(device: UUID, place: UUID) -> None:
    """Put a device at a place of its organisation."""

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            if not await posts.place(db, platform.means, device_id=device, place_id=place):
                raise Malformed("access.place-unknown", "place")

    run(work)


@app.command()
def suspend(login: str) -> None:
    """Stop a reader at the very next request."""
    _set_status(login, "suspended")


@app.command()
def activate(login: str) -> None:
    """Let a suspended reader work again."""
    _set_status(login, "active")


def _set_status(login: str, status: str) -> None:
    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            if not await service.set_reader_status(db, platform.means, login=login, status=status):
                raise Malformed("access.login-unknown", "login")

    run(work)
