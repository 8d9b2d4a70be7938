"""`motma keys` and `motma audit` as an operator uses them."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from motma.audit.model import record
from motma.audit.promise import promise
from motma.cli import audit, keys
from motma.kernel.clock import SystemClock
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault

RUNNER = CliRunner()


@pytest.fixture
def home(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demo on a fresh database."""
    monkeypatch.setenv("MOTMA_HOME", str(tmp_path))
    monkeypatch.setenv("MOTMA_DATABASE_URL", database)
    monkeypatch.setenv("MOTMA_LOG_ORIGIN", "motma.test/log")
    assert call(keys, "rotate", "qr").exit_code == 0  # makes the demo ring, leaves an event
    return tmp_path


def call(module: ModuleType, *arguments: str) -> Result:
    return RUNNER.invoke(module.app, list(arguments))


def answer(module: ModuleType, *arguments: str) -> Any:
    result = call(module, *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("home")
def test_keys_are_listed_staged_rotated_published_and_retired() -> None:
    staged = answer(keys, "stage", "qr", "--json")["kid"]
    published = answer(keys, "export-jwks")["keys"]
    assert [key["state"] for key in published] == ["verify-only", "active", "pending"]
    assert answer(keys, "rotate", "qr", "--json")["kid"] == staged
    assert answer(keys, "retire", published[0]["kid"], "--yes", "--json")
    states = {key["kid"]: key["state"] for key in answer(keys, "list", "--json")}
    assert states[published[0]["kid"]] == "retired"
    assert states[staged] == "active"
    assert call(keys, "list").stdout.startswith("DEMO keys\n")
    assert call(keys, "retire", staged, "--yes").exit_code == 5
    assert call(keys, "retire", "nobody", "--yes").exit_code == 4
    assert call(keys, "rotate", "nothing").exit_code == 2
    assert call(keys, "create").exit_code == 5


def test_real_keys_are_made_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTMA_HOME", str(tmp_path / "new"))
    assert call(keys, "create").exit_code == 0
    assert not any(key["demo"] for key in answer(keys, "list", "--json"))


def test_a_rotation_is_in_the_log_and_proved(home: Path, database: str) -> None:
    assert call(audit, "checkpoint").stdout.startswith("motma.test/log\n1\n")
    with psycopg.connect(database) as db:
        row = db.execute("SELECT event_id, kind FROM event").fetchone()
    assert row is not None
    assert row[1] == "keys.rotated"
    assert answer(audit, "prove", str(row[0]), "--json")["holds"]
    assert call(audit, "prove", "00000000-0000-0000-0000-000000000001").exit_code == 4
    assert (home / "mirror" / "checkpoints.txt").exists()


def test_verify_says_what_was_changed_and_so_does_the_exported_file(
    home: Path, database: str
) -> None:
    call(audit, "checkpoint")
    assert answer(audit, "verify", "--json")["whole"]
    file = str(home / "log.jsonl")
    assert answer(audit, "export", file, "--json")["leaves"] == 1
    assert answer(audit, "verify", "--export", file, "--json")["whole"]
    with psycopg.connect(database) as db:
        db.execute("UPDATE event SET kind = 'keys.nothing'")
    changed = call(audit, "verify", "--json")
    assert changed.exit_code == 5
    assert "audit.row-changed" in changed.stdout
    call(audit, "export", file)
    assert "audit.row-changed" in call(audit, "verify", "--export", file).stdout
    assert call(audit, "verify", "--export", str(home / "nothing")).exit_code == 3
    assert call(audit, "verify", "--export", str(home)).exit_code == 3


def test_help_has_examples() -> None:
    for module, command in ((audit, "verify"), (audit, "prove"), (keys, "list"), (keys, "rotate")):
        assert "Examples" in call(module, command, "--help").stdout


def test_a_receipt_that_was_not_kept_is_evidence(home: Path, database: str) -> None:
    ring = Keyring.open(home / "keys")
    event = record(Vault(ring), SystemClock(), system_random, kind="scan.read", details={})
    dropped, file = promise(ring, event), home / "receipt.json"
    file.write_text(json.dumps(dropped))
    assert call(audit, "promise", str(file)).stdout == "signed by this log, NOT kept\n"

    with psycopg.connect(database) as db:
        db.execute(
            "INSERT INTO local.log_leaf VALUES (0, %s, %s, %s)",
            (event.device_id, event.event_id, event.commitment),
        )
    assert answer(audit, "promise", str(file), "--json") == {"signed": True, "kept": True}
    file.write_text(json.dumps(dropped | {"known_at": "2022-01-01T00:00:00+00:00"}))
    assert call(audit, "promise", str(file)).exit_code == 5
    for junk in ("", "[]", "{}", '{"event_id": 1}'):
        file.write_text(junk)
        assert call(audit, "promise", str(file)).exit_code == 3
