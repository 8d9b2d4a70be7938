"""Migrations: Alembic keeps the order, plain SQL files say the change; forward only."""

from pathlib import Path
from typing import Final, cast

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import Connection

#: Where Alembic notes the version it reached.
VERSION_TABLE: Final = "schema_version"
VERSION_SCHEMA: Final = "local"

#: A migration that waits longer for a lock fails, instead of stopping every gate behind it.
LOCK_TIMEOUT: Final = "3s"

#: Advisory lock of whoever migrates: the first eight bytes of "motma db" as a number.
_MIGRATOR: Final = int.from_bytes(b"motma db", "big")


def folder() -> Path:
    """The migrations: of the checkout we run from, else those packed into the wheel."""
    package = Path(__file__).parents[1]
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").exists() and (checkout / "migrations").exists():
        return checkout / "migrations"
    return package / "migrations"


def migrate(dsn: str) -> str:
    """Bring the database to the head; two at once run one after the other. Returns the head."""
    with _session(dsn) as session:
        session.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATOR})")
        session.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        session.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {VERSION_SCHEMA}")
        session.commit()
        config = _config()
        config.attributes["connection"] = session
        command.upgrade(config, "head")
        session.commit()
    return head()


def current(dsn: str) -> str | None:
    """The version the database is at; None before the first migration."""
    with _session(dsn) as session:
        options = {"version_table": VERSION_TABLE, "version_table_schema": VERSION_SCHEMA}
        return MigrationContext.configure(session, opts=options).get_current_revision()


def head() -> str:
    """The newest version there is."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise LookupError(f"no migration in {folder()}")
    return newest


def run_sql(session: Connection, name: str) -> None:
    """Run one SQL file, as the driver takes it: many statements and no placeholders."""
    raw = cast("psycopg.Connection", session.connection.driver_connection)
    raw.execute((folder() / name).read_bytes())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _session(dsn: str) -> Connection:
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(dsn, application_name="motma migrate"),
        poolclass=pool.NullPool,
    )
    return engine.connect()
