"""Backup and restore: a dump, a manifest that says what must be in it, and a way back.

A backup holds sealed columns and no key: whoever steals it learns no name. A restore never
touches the database in use: it fills a new one, compares it with the manifest, lets the caller
replay what ended since, and only then takes the place of the old one, which is kept.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, LiteralString, cast
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from motma.storage import migrate
from motma.storage.binaries import Binaries
from motma.storage.errors import BackupBroken, DatabaseInUse

DUMP: Final = "database.dump"
MANIFEST: Final = "manifest.json"

#: What a dump leaves out is of no use elsewhere.
_DUMP_ARGUMENTS: Final = ["--format=custom", "--no-owner", "--no-privileges"]

_TABLES: Final = """
    SELECT format('%I.%I', schemaname, tablename)
      FROM pg_catalog.pg_tables
     WHERE schemaname IN ('public', 'local')
     ORDER BY 1
"""
_BUSY: Final = """
    SELECT count(*) FROM pg_catalog.pg_stat_activity
     WHERE datname = %s AND pid <> pg_backend_pid()
"""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds, written beside the dump."""

    made_at: datetime
    schema: str
    server: str
    size: int
    sha256: str
    rows: dict[str, int]


def back_up(dsn: str, folder: Path, programs: Binaries, *, at: datetime) -> Manifest:
    """Dump the database into a new folder; dump and row counts are of one snapshot."""
    with psycopg.connect(dsn) as db:
        folder.mkdir(mode=0o700, parents=True)
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _value(db, "SELECT pg_export_snapshot()")
        programs.run_here(
            "pg_dump",
            [*_DUMP_ARGUMENTS, f"--snapshot={snapshot}", f"--file={folder / DUMP}"],
            environment=client_environment(dsn),
        )
        rows = count_rows(db)
        server = str(_value(db, "SHOW server_version"))
    (folder / DUMP).chmod(0o600)
    manifest = Manifest(
        made_at=at,
        schema=migrate.current(dsn) or "",
        server=server,
        size=(folder / DUMP).stat().st_size,
        sha256=_sha256(folder / DUMP),
        rows=rows,
    )
    _write_durably(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest, after the dump was found to be the one that it names."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        if _sha256(folder / DUMP) != manifest.sha256:
            raise BackupBroken(part=DUMP)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError) as error:
        raise BackupBroken(part=MANIFEST) from error
    return manifest


def restore(
    dsn: str,
    folder: Path,
    programs: Binaries,
    *,
    name: str,
    after: Callable[[str], None] | None = None,
) -> str:
    """Fill the new database `name`, check it against the manifest, run `after` on its address.

    The schema is brought to this release's head first. Whatever fails, the new database is
    dropped again and the one in use was not touched. Returns the new address.
    """
    manifest = read_manifest(folder)
    target = address(dsn, database=name)
    _administer(dsn, "CREATE DATABASE {}", name)
    try:
        programs.run_here(
            "pg_restore",
            ["--exit-on-error", "--no-owner", f"--dbname={name}", str(folder / DUMP)],
            environment=client_environment(target),
        )
        with psycopg.connect(target) as db:
            _compare(manifest.rows, count_rows(db))
        migrate.migrate(target)
        if after is not None:
            after(target)
    except BaseException:
        drop(dsn, name)
        raise
    return target


def take_place(dsn: str, name: str, *, kept_as: str) -> None:
    """Let the database `name` take the name of the one at `dsn`, which is kept as `kept_as`."""
    current = str(conninfo_to_dict(dsn)["dbname"])
    with psycopg.connect(address(dsn, database="postgres"), autocommit=True) as db:
        for each in (current, name):
            if _value(db, _BUSY, each) != 0:
                raise DatabaseInUse(database=each)
        with db.transaction():
            _rename(db, current, kept_as)
            _rename(db, name, current)


def drop(dsn: str, name: str) -> None:
    """Drop a database that this module made."""
    _administer(dsn, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def count_rows(db: "psycopg.Connection[Any]") -> dict[str, int]:
    """The number of rows of each table, partitions one by one."""
    names = [str(row[0]) for row in db.execute(_TABLES)]
    count = "SELECT count(*) FROM ONLY "
    return {name: cast("int", _value(db, count + name)) for name in names}


def address(dsn: str, *, database: str) -> str:
    """The address of another database on the same server, still a URL.

    >>> address("postgresql://motma@/motma?host=/run/x", database="other")
    'postgresql://motma@/other?host=/run/x'
    """
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{quote(database)}"))


def client_environment(dsn: str) -> dict[str, str]:
    """The address for PostgreSQL's programs: never on a command line, where others see it."""
    names = {"dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    given = conninfo_to_dict(dsn)
    return {names.get(key, f"PG{key.upper()}"): str(value) for key, value in given.items()}


def _compare(wanted: dict[str, int], found: dict[str, int]) -> None:
    for table in sorted(wanted.keys() | found.keys()):
        if wanted.get(table) != found.get(table):
            raise BackupBroken(part=table)


def _rename(db: "psycopg.Connection[Any]", old: str, new: str) -> None:
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    db.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))


def _administer(dsn: str, statement: LiteralString, name: str) -> None:
    with psycopg.connect(address(dsn, database="postgres"), autocommit=True) as db:
        db.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _value(db: "psycopg.Connection[Any]", question: str, *arguments: object) -> object:
    row = db.execute(question.encode(), arguments or None).fetchone()
    return row and row[0]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_durably(path: Path, content: bytes) -> None:
    """A manifest on disk says that its dump is on disk."""
    for name, data in ((DUMP, None), (path.name, content)):
        with (path.parent / name).open("ab") as file:
            if data is not None:
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
    path.chmod(0o600)
