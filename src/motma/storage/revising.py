"""Alembic at work: it keeps the order, plain SQL files say the change; forward only."""

from pathlib import Path
from typing import Final, cast

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import Connection

from motma.storage.migrate import VERSION_SCHEMA, folder

#: A migration that waits longer for a lock fails, instead of stopping every gate behind it.
LOCK_TIMEOUT: Final = "3s"

#: Advisory lock of whoever migrates: the eight bytes of "motma db" as a number.
_MIGRATOR: Final = int.from_bytes(b"motma db", "big")


def upgrade(dsn: str, migrations: Path) -> None:
    """Run what is missing, one transaction a migration."""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(dsn, application_name="motma migrate"),
        poolclass=pool.NullPool,
    )
    with engine.connect() as session:
        session.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATOR})")
        session.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        session.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {VERSION_SCHEMA}")
        session.commit()
        config = _config(migrations)
        config.attributes["connection"] = session
        command.upgrade(config, "head")
        session.commit()


def newest(migrations: Path) -> str | None:
    """The head as Alembic's chain of versions has it."""
    return ScriptDirectory.from_config(_config(migrations)).get_current_head()


def run_sql(session: Connection, name: str) -> None:
    """Run one SQL file, as the driver takes it: many statements and no placeholders."""
    raw = cast("psycopg.Connection", session.connection.driver_connection)
    raw.execute((folder() / name).read_bytes())


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
