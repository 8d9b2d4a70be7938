"""`motma db`: the database's server, its schema, its backups."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from motma.bootstrap import Settings
from motma.cli.running import decline, out, told
from motma.identity import mirror
from motma.kernel.clock import SystemClock
from motma.kernel.errors import Declined
from motma.storage import backup, migrate, server, upgrade
from motma.storage.binaries import find_binaries
from motma.storage.errors import DatabaseUnreachable
from motma.storage.pool import connect

app = typer.Typer(
    no_args_is_help=True, help="The database: start, stop, status, migrate, backup, restore."
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for pipes.")]


@app.command()
def start() -> None:
    """Start the embedded server and leave it running; `motma db stop` ends it."""
    with _declining(), _address(stay=True) as dsn:
        _stay(Settings(), up=True)
        told.print(dsn, markup=False)


@app.command()
def stop(
    force: Annotated[
        bool, typer.Option("--force", help="Even while other processes use it.")
    ] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Then remove its data. There is no way back.")
    ] = False,
) -> None:
    """Stop the embedded server."""
    settings = Settings()
    with _declining():
        _stay(settings, up=False)
        stopped = server.stop(settings.database_dir, force=force)
        left = server.status(settings.database_dir)
        if discard and left is None:
            server.discard(settings.database_dir)
    if left is not None:
        told.print("It goes on: other processes use it. Stop them first, or say --force.")
        raise typer.Exit(1)
    told.print("Stopped." if stopped else "It was not running.")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say whether the database is up, and which version its schema has."""
    settings = Settings()
    own = settings.database_url.get_secret_value()
    running = None if own else server.status(settings.database_dir)
    dsn = own or (running.dsn if running else "")
    version = _version(dsn) if dsn else None
    facts = {
        "embedded": not own,
        "running": version is not None,
        "pid": running.pid if running else None,
        "schema": version,
        "head": migrate.head(),
    }
    lines = [f"{name:9} {'-' if value is None else value}" for name, value in facts.items()]
    out(facts, as_json=as_json, text="\n".join(lines))


@app.command("migrate")
def migrate_schema() -> None:
    """Bring the schema to the newest version; forward only."""
    with _declining(), _address() as dsn:
        told.print(f"The schema is at {migrate.migrate(dsn)}.")


@app.command("backup")
def back_up(
    folder: Annotated[
        Path | None, typer.Argument(help="A new folder; a name of its time when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a dump and its manifest into a new folder; keys and mirror are not in it.

    Examples:
      motma db backup

      motma db backup /backups/motma-monday
    """
    settings, now = Settings(), SystemClock().now()
    target = folder or settings.home / "backups" / _stamp(now)
    if target.exists():
        told.print(f"{target} is there already: a backup goes into a new folder.", markup=False)
        raise typer.Exit(2)
    with _declining(), _address() as dsn:
        manifest = backup.back_up(dsn, target, find_binaries(), at=now)
    facts = {
        "folder": str(target),
        "bytes": manifest.size,
        "sha256": manifest.sha256,
        "rows": sum(manifest.rows.values()),
    }
    text = f"{target}: {facts['rows']:,} rows, {manifest.size:,} bytes, SHA-256 {manifest.sha256}"
    out(facts, as_json=as_json, text=text)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that `motma db backup` wrote.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Only try it in a new database, which is dropped.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup; what was revoked since stays revoked, the old database is kept.

    Examples:
      motma db restore --verify .motma/backups/20220105T050000Z

      motma db restore .motma/backups/20220105T050000Z
    """
    settings, stamp = Settings(), _stamp(SystemClock().now()).lower()
    name, kept = f"motma_restored_{stamp}", f"motma_before_{stamp}"
    replayed: list[int] = []

    def replay(dsn: str) -> None:
        replayed.append(asyncio.run(_replay(dsn, settings.mirror_path)))

    with _declining(), _address() as dsn:
        backup.restore(dsn, folder, find_binaries(), name=name, after=replay)
        if verify:
            backup.drop(dsn, name)
        else:
            backup.take_place(dsn, name, kept_as=kept)
    facts = {"verified": True, "replayed": replayed[0], "kept_as": None if verify else kept}
    done = "It can be restored" if verify else f"Restored; the old database is kept as {kept}"
    out(facts, as_json=as_json, text=f"{done}; endings replayed: {replayed[0]}.")


@app.command("upgrade")
def upgrade_cluster(
    old_binaries: Annotated[
        Path, typer.Option("--old-binaries", help="The programs of the old PostgreSQL.")
    ],
) -> None:
    """Carry the embedded database over to this release's PostgreSQL; the old data is kept."""
    settings = Settings()
    with _declining():
        kept = upgrade.carry_over(settings.database_dir, old=old_binaries, at=SystemClock().now())
    told.print(f"Carried over. The old data is kept in {kept}.", markup=False)


async def _replay(dsn: str, path: Path) -> int:
    db = await connect(dsn)
    try:
        return await mirror.replay(db, path)
    finally:
        await db.close()


@contextmanager
def _address(*, stay: bool = False) -> Iterator[str]:
    """The database's address, the embedded server running while it is used (or longer)."""
    settings = Settings()
    own = settings.database_url.get_secret_value()
    if own:
        yield own
        return
    running = server.ensure_running(settings.database_dir)
    try:
        yield running.dsn
    finally:
        if not stay:
            server.stop(settings.database_dir)


def _stay(settings: Settings, *, up: bool) -> None:
    """Keep the embedded server up between commands, or no longer."""
    if not settings.database_url.get_secret_value() and settings.home.exists():
        server.stay(settings.database_dir, up=up)


@contextmanager
def _declining() -> Iterator[None]:
    try:
        yield
    except Declined as declined:
        decline(declined)
    except psycopg.OperationalError:  # its text may hold the address, so it is not shown
        decline(DatabaseUnreachable())


def _version(dsn: str) -> str | None:
    try:
        return migrate.current(dsn) or "empty"
    except psycopg.OperationalError:
        return None


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
