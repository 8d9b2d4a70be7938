"""What every test may ask for: a real database of its own, the corpora, and shut sockets.

One embedded PostgreSQL a run. A template is migrated once; `database` is a fresh copy of it,
`db` a connection to a shared copy inside a transaction that is rolled back.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
import pytest

from motma.storage import server
from motma.storage.migrate import migrate
from motma.storage.pool import Connection, connect
from motma.storage.postmaster import Server

ROOT: Final = Path(__file__).parents[1]
LOCAL: Final = ("127.", "::1", "localhost")


@pytest.fixture(scope="session")
def open_directory() -> Iterator[Path]:
    """A directory that PostgreSQL's account can reach; pytest's own are closed to it."""
    directory = Path(tempfile.mkdtemp(prefix="motma-test-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def test_binaries() -> Path | None:
    """Another PostgreSQL than the wheel's, e.g. Debian's: MOTMA_TEST_PG_BIN."""
    folder = os.environ.get("MOTMA_TEST_PG_BIN")
    return Path(folder) if folder else None


@pytest.fixture(scope="session")
def postgres(open_directory: Path, test_binaries: Path | None) -> Iterator[Server]:
    """The run's own server."""
    data = open_directory / "postgres"
    yield server.ensure_running(data, binaries=test_binaries)
    server.stop(data, binaries=test_binaries, force=True)
    server.discard(data)


@pytest.fixture(scope="session")
def template(postgres: Server) -> str:
    """The name of a migrated database that nobody is connected to."""
    name = "template_motma"
    _administer(postgres, f"CREATE DATABASE {name} OWNER motma")
    migrate(postgres.address(database=name))
    return name


@pytest.fixture
def database(postgres: Server, template: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test_{uuid4().hex}"
    _administer(postgres, f"CREATE DATABASE {name} OWNER motma TEMPLATE {template}")
    yield postgres.address(database=name)
    _administer(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def empty_database(postgres: Server) -> Iterator[str]:
    """The address of a fresh database without any table."""
    name = f"test_{uuid4().hex}"
    _administer(postgres, f"CREATE DATABASE {name} OWNER motma")
    yield postgres.address(database=name)
    _administer(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def shared_database(postgres: Server, template: str) -> str:
    """The address of the database behind `db`; nothing is ever committed to it."""
    _administer(postgres, f"CREATE DATABASE shared OWNER motma TEMPLATE {template}")
    return postgres.address(database="shared")


@pytest.fixture
async def db(shared_database: str) -> AsyncIterator[Connection]:
    """A connection in a transaction that is rolled back after the test."""
    connection = await connect(shared_database)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of public test corpora; they are not part of this repository."""
    folder = Path(os.environ.get("MOTMA_CORPORA", ROOT.parent / "shared" / "corpora"))
    if not folder.is_dir():
        pytest.skip("the test corpora are not here: set MOTMA_CORPORA to their folder")
    return folder


def _administer(postgres: Server, statement: str) -> None:
    address = postgres.address(database="postgres", role="postgres")
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(statement.encode())


def _only_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse a connection to any other machine: tests depend on nothing outside."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not str(address[0]).startswith(LOCAL):
        raise PermissionError("tests connect to no other machine")


sys.addaudithook(_only_this_machine)
