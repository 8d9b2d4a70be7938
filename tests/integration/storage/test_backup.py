"""A backup comes back whole or not at all, and never over the database in use."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from motma.storage import backup
from motma.storage.binaries import Binaries, find_binaries
from motma.storage.errors import BackupBroken, DatabaseInUse

NOON = datetime(2022, 1, 5, 5, tzinfo=UTC)


@pytest.fixture
def programs(test_binaries: Path | None) -> Binaries:
    """The programs of the run's own server."""
    return find_binaries(test_binaries)


def add_organisations(dsn: str, count: int) -> None:
    with psycopg.connect(dsn) as db:
        db.execute(
            "INSERT INTO organisation SELECT gen_random_uuid(), 'O', 'active', now()"
            "  FROM generate_series(1, %s)",
            [count],
        )


def organisations(dsn: str) -> int:
    with psycopg.connect(dsn) as db:
        return backup.count_rows(db)["public.organisation"]


def databases(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as db:
        return {row[0] for row in db.execute("SELECT datname FROM pg_database")}


def test_a_backup_is_restored_beside_the_original_and_takes_its_place(
    database: str, tmp_path: Path, programs: Binaries
) -> None:
    add_organisations(database, 3)
    manifest = backup.back_up(database, tmp_path / "b", programs, at=NOON)
    assert manifest.rows["public.organisation"] == 3
    add_organisations(database, 2)

    heard: list[int] = []
    seen = backup.restore(
        database,
        tmp_path / "b",
        programs,
        name="restored",
        after=lambda dsn: heard.append(organisations(dsn)),
    )
    assert heard == [organisations(seen)] == [3]
    assert organisations(database) == 5

    backup.take_place(database, "restored", kept_as="before")
    assert organisations(database) == 3
    assert organisations(backup.address(database, database="before")) == 5
    backup.drop(database, "before")


def test_a_changed_dump_is_refused_before_any_database_is_made(
    database: str, tmp_path: Path, programs: Binaries
) -> None:
    backup.back_up(database, tmp_path / "b", programs, at=NOON)
    dump = tmp_path / "b" / backup.DUMP
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    with pytest.raises(BackupBroken) as caught:
        backup.restore(database, tmp_path / "b", programs, name="restored")
    assert caught.value.part == backup.DUMP
    assert "restored" not in databases(database)


def test_a_manifest_that_promises_other_rows_is_refused_and_leaves_nothing(
    database: str, tmp_path: Path, programs: Binaries
) -> None:
    add_organisations(database, 1)
    backup.back_up(database, tmp_path / "b", programs, at=NOON)
    manifest = tmp_path / "b" / backup.MANIFEST
    text = manifest.read_text()
    manifest.write_text(text.replace('"public.organisation": 1', '"public.organisation": 2'))
    assert manifest.read_text() != text
    with pytest.raises(BackupBroken) as caught:
        backup.restore(database, tmp_path / "b", programs, name="restored")
    assert caught.value.part == "public.organisation"
    assert "restored" not in databases(database)


def test_a_failing_replay_leaves_nothing_that_could_be_served(
    database: str, tmp_path: Path, programs: Binaries
) -> None:
    backup.back_up(database, tmp_path / "b", programs, at=NOON)

    def fails(_dsn: str) -> None:
        raise RuntimeError("mirror unreadable")

    with pytest.raises(RuntimeError):
        backup.restore(database, tmp_path / "b", programs, name="restored", after=fails)
    assert "restored" not in databases(database)


def test_a_database_with_other_sessions_keeps_its_place(
    database: str, tmp_path: Path, programs: Binaries
) -> None:
    backup.back_up(database, tmp_path / "b", programs, at=NOON)
    backup.restore(database, tmp_path / "b", programs, name="restored")
    with psycopg.connect(database), pytest.raises(DatabaseInUse):
        backup.take_place(database, "restored", kept_as="before")
    backup.drop(database, "restored")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\x00", b"[" * 10_000])
def test_a_manifest_of_any_bytes_is_declined(tmp_path: Path, content: bytes) -> None:
    (tmp_path / backup.MANIFEST).write_bytes(content)
    with pytest.raises(BackupBroken):
        backup.read_manifest(tmp_path)


def test_an_address_with_a_password_stays_off_the_command_line() -> None:
    environment = backup.client_environment("postgresql://u:pw@h:5433/d?sslmode=require")
    assert environment == {
        "PGUSER": "u",
        "PGPASSWORD": "pw",
        "PGHOST": "h",
        "PGPORT": "5433",
        "PGDATABASE": "d",
        "PGSSLMODE": "require",
    }
