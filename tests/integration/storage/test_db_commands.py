"""`motma db` and `motma doctor` as a person runs them, on an embedded database of their own."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner, Result

from motma.bootstrap import Settings
from motma.cli import db, doctor
from motma.cli.running import EXIT
from motma.kernel.errors import Kind
from motma.storage import server

runner = CliRunner()


@pytest.fixture
def home(open_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The platform's home for one test."""
    path = open_directory / f"home-{uuid4().hex[:8]}"
    monkeypatch.setenv("MOTMA_HOME", str(path))
    yield path
    server.stop(path / "postgres", force=True)
    server.discard(path / "postgres")
    shutil.rmtree(path, ignore_errors=True)


def run(*arguments: str) -> Result:
    return runner.invoke(db.app, arguments)


def examined(home: Path) -> dict[str, str]:
    running = server.status(home / "postgres")
    patient = doctor.Patient(
        settings=Settings(), dsn=running.dsn if running else "", now=doctor.EARLIEST
    )
    return {finding.check: finding.state for finding in doctor.examine(patient)}


def test_the_server_stays_after_start_until_stop(home: Path) -> None:
    assert run("start").exit_code == 0
    assert server.status(home / "postgres") is not None
    server.stop(home / "postgres")  # this process's own use, which a real command ends by ending
    assert run("migrate").exit_code == 0  # another user comes and goes
    assert server.status(home / "postgres") is not None
    assert run("stop").exit_code == 0
    assert server.status(home / "postgres") is None
    assert run("stop", "--discard").exit_code == 0
    assert not (home / "postgres").exists()


def test_stop_leaves_a_server_that_others_use_unless_forced(home: Path) -> None:
    server.ensure_running(home / "postgres")
    server.ensure_running(home / "postgres")
    assert run("stop").exit_code == 1
    assert server.status(home / "postgres") is not None
    assert run("stop", "--force").exit_code == 0
    assert server.status(home / "postgres") is None


def test_status_names_the_schema_before_and_after_migrating(home: Path) -> None:
    assert not json.loads(run("status", "--json").stdout)["running"]
    server.ensure_running(home / "postgres")
    assert json.loads(run("status", "--json").stdout)["schema"] == "empty"
    assert run("migrate").exit_code == 0
    facts = json.loads(run("status", "--json").stdout)
    assert facts["schema"] == facts["head"]


def test_a_restore_brings_rows_back_and_what_was_revoked_since_stays_revoked(home: Path) -> None:
    running = server.ensure_running(home / "postgres")
    run("migrate")
    person = uuid4()
    with psycopg.connect(running.dsn) as connection:
        connection.execute(
            "INSERT INTO person VALUES (%s, '', 1, '123', NULL, now(), now())", [person]
        )
        connection.execute("INSERT INTO qid VALUES ('123', %s, 'active', 1, now())", [person])
    assert run("backup", str(home / "b")).exit_code == 0
    ending = {
        "qid": "123", "state": "revoked", "person_id": str(person), "at": "2022-01-05T05:00:00Z"
    }  # fmt: skip
    (home / "mirror").mkdir()
    (home / "mirror" / "revocations.jsonl").write_text(json.dumps(ending) + "\n")
    with psycopg.connect(running.dsn) as connection:
        connection.execute("DELETE FROM person")

    verified = run("restore", "--verify", "--json", str(home / "b"))
    assert verified.exit_code == 0, verified.output
    assert json.loads(verified.stdout) == {"verified": True, "replayed": 1, "kept_as": None}
    assert run("restore", str(home / "b")).exit_code == 0
    with psycopg.connect(running.dsn) as connection:
        assert connection.execute("SELECT person_id FROM person").fetchall() == [(person,)]
        assert connection.execute("SELECT state FROM qid").fetchall() == [("revoked",)]


@pytest.mark.parametrize("command", ["migrate", "backup"])
def test_an_unreachable_database_is_declined_without_its_address(
    home: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("MOTMA_DATABASE_URL", "postgresql://someone:secret@127.0.0.1:1/motma")
    result = run(command)
    assert result.exit_code == EXIT[Kind.UNAVAILABLE]
    assert "storage.unreachable" in result.output
    assert "secret" not in result.output
    assert not home.exists(), "a half-made backup or a server of its own was left"


def test_a_backup_never_writes_into_a_folder_that_is_there(home: Path) -> None:
    (home / "b").mkdir(parents=True)
    assert run("backup", str(home / "b")).exit_code == 2
    assert list((home / "b").iterdir()) == []


def test_doctor_warns_without_a_server_and_is_content_with_a_migrated_one(home: Path) -> None:
    assert examined(home)["database"] == "warn"
    server.ensure_running(home / "postgres")
    assert examined(home)["schema"] == "fail"
    run("migrate")
    healthy = {name: state for name, state in examined(home).items() if name != "keys"}
    assert set(healthy.values()) == {"ok"}


def test_doctor_sees_open_data_and_an_unset_clock(home: Path) -> None:
    server.ensure_running(home / "postgres")
    (home / "postgres").chmod(0o750)
    assert examined(home)["modes"] == "fail"
    (home / "postgres").chmod(0o700)
    early = doctor.EARLIEST.replace(year=1970)
    patient = doctor.Patient(settings=Settings(), dsn="", now=early)
    assert doctor.check_clock(patient).state == "fail"


def test_doctor_sees_a_server_that_would_lose_acknowledged_commits(home: Path) -> None:
    running = server.ensure_running(home / "postgres")
    superuser = running.address(database="postgres", role="postgres")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    server.stop(home / "postgres")
    server.ensure_running(home / "postgres")
    assert examined(home)["durability"] == "fail"
