"""A major upgrade carries every row over and keeps the old cluster."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from motma.storage import migrate, server, upgrade
from motma.storage.errors import DatabaseInUse

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
NOON = datetime(2022, 1, 5, 5, tzinfo=UTC)


@pytest.fixture
def old_cluster(open_directory: Path) -> Path:
    """A cluster of PostgreSQL 15 with one row, stopped."""
    if not (DEBIAN_15 / "postgres").exists():
        pytest.skip("PostgreSQL 15 is not here: apt-get install postgresql-15")
    data = open_directory / "upgrade" / "postgres"
    running = server.ensure_running(data, binaries=DEBIAN_15)
    migrate.migrate(running.dsn)
    with psycopg.connect(running.dsn) as db:
        db.execute("INSERT INTO organisation VALUES (gen_random_uuid(), 'O', 'active', now())")
    server.stop(data, binaries=DEBIAN_15)
    return data


def test_rows_of_fifteen_are_served_by_eighteen_and_the_old_data_is_kept(
    old_cluster: Path,
) -> None:
    kept = upgrade.carry_over(old_cluster, old=DEBIAN_15, at=NOON)
    running = server.ensure_running(old_cluster)
    try:
        with psycopg.connect(running.dsn) as db:
            version = db.execute("SHOW server_version").fetchone()
            assert version is not None
            assert version[0].startswith("18.")
            assert db.execute("SELECT name FROM organisation").fetchall() == [("O",)]
        assert (kept / "PG_VERSION").read_text() == "15\n"
        with pytest.raises(DatabaseInUse):
            upgrade.carry_over(old_cluster, old=DEBIAN_15, at=NOON)
    finally:
        server.stop(old_cluster)
        server.discard(old_cluster)
        server.discard(kept)
