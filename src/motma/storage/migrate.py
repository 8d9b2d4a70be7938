"""Which version the schema has, which is the newest, and the way from one to the other."""

import importlib
from pathlib import Path
from typing import Final

import psycopg

#: Where Alembic notes the version it reached.
VERSION_TABLE: Final = "schema_version"
VERSION_SCHEMA: Final = "local"

_CURRENT: Final = "SELECT version_num FROM local.schema_version"


def folder() -> Path:
    """The migrations: of the checkout we run from, else those packed into the wheel."""
    package = Path(__file__).parents[1]
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").exists() and (checkout / "migrations").exists():
        return checkout / "migrations"
    return package / "migrations"


def migrate(dsn: str) -> str:
    """Bring the database to the head; two at once run one after the other. Returns the head."""
    if current(dsn) != head():
        # Alembic and SQLAlchemy take half a second to import: only who migrates pays it
        importlib.import_module("motma.storage.revising").upgrade(dsn, folder())
    return head()


def current(dsn: str) -> str | None:
    """The version the database is at; None before the first migration."""
    with psycopg.connect(dsn) as db:
        try:
            row = db.execute(_CURRENT.encode()).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return None if row is None else str(row[0])


def head() -> str:
    """The newest version there is: the number that its file begins with."""
    return max(path.name for path in (folder() / "versions").glob("[0-9]*.py"))[:4]
