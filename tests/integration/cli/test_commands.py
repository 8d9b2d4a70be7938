"""Commands as people and pipes use them: help, exit codes by kind, JSON, production's refusal."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
import typer

from motma.cli.main import app
from motma.storage import server

MOTMA: Final = Path(sys.executable).with_name("motma")


@pytest.fixture(scope="module")
def home(open_directory: Path) -> Iterator[Path]:
    """An installation whose database stays up between commands, as beside a running server."""
    directory = open_directory / uuid4().hex
    directory.mkdir(mode=0o711)
    server.ensure_running(directory / "postgres")
    yield directory
    server.stop(directory / "postgres", force=True)


def motma(home: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(MOTMA), *arguments],
        env={**os.environ, "MOTMA_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200"} | more,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_command_has_help_that_says_what_it_does() -> None:
    root = typer.main.get_command(app)
    pending: list[tuple[tuple[str, ...], Any]] = [((), root)]
    silent = []
    while pending:
        path, command = pending.pop()
        if not (command.help or "").strip():
            silent.append(path)
        for name, inner in getattr(command, "commands", {}).items():
            pending.append(((*path, name), inner))
    assert silent == []


def test_the_exit_code_tells_the_kind_of_error(home: Path) -> None:
    assert motma(home, "people", "show", "123456789012345678").returncode == 4
    assert motma(home, "people", "register", "X", "1990-13-01").returncode == 3
    assert motma(home, "people", "register", "Thử Ai", "1990-01-01").returncode == 0
    assert motma(home, "readers", "suspend", "nobody@here").returncode == 3
    assert motma(home, "nonsense").returncode == 2


def test_an_error_names_its_permanent_code_and_not_the_input(home: Path) -> None:
    done = motma(home, "people", "register", "=Canary()", "1990-01-01")
    assert "name.formula" in done.stderr
    assert "Canary" not in done.stderr


def test_the_same_document_again_is_the_same_person_and_a_conflict_says_so(home: Path) -> None:
    first = motma(home, "people", "register", "Thử Một", "1990-01-01",
                  "--document", "cccd:001090000009", "--json")  # fmt: skip
    again = motma(home, "people", "register", "THU MOT", "1990",
                  "--document", "cccd:001090000009", "--json")  # fmt: skip
    other = motma(home, "people", "register", "Thử Hai", "1990-01-01",
                  "--document", "cccd:001090000009")  # fmt: skip
    assert json.loads(first.stdout)["qid"] == json.loads(again.stdout)["qid"]
    assert (json.loads(first.stdout)["created"], json.loads(again.stdout)["created"]) == (
        True,
        False,
    )
    assert (other.returncode, "identity.conflict" in other.stderr) == (5, True)


def test_production_refuses_to_start_and_names_each_missing_setting(tmp_path: Path) -> None:
    done = motma(tmp_path, "serve", MOTMA_PRODUCTION="1")
    assert done.returncode == 9
    for name in ("MOTMA_DATABASE_URL", "MOTMA_PUBLIC_URL", "MOTMA_LOG_ORIGIN", "motma keys create"):
        assert name in done.stderr
    assert not (tmp_path / "keys").exists()


def test_production_refuses_demo_keys(home: Path) -> None:
    motma(home, "readers", "list")  # makes the demo's keys
    settings = {
        "MOTMA_PRODUCTION": "1",
        "MOTMA_PUBLIC_URL": "https://qr.example.vn",
        "MOTMA_LOG_ORIGIN": "qr.example.vn/log",
        "MOTMA_DATABASE_URL": "postgresql://x@/y",
    }
    done = motma(home, "serve", **settings)
    assert done.returncode == 9
    assert "keys.demo" in done.stderr


def test_scanning_as_a_reader_is_for_the_demo_only(home: Path) -> None:
    done = motma(home, "scan", "hello", "--as", "guard@demo")
    assert (done.returncode, "access.forbidden" in done.stderr) == (6, True)


def test_a_gate_follows_by_deltas_that_are_written_for_what_it_has(
    home: Path, tmp_path: Path
) -> None:
    gate, keys = tmp_path / "gate", tmp_path / "keys.json"
    gate.mkdir()
    keys.write_text(motma(home, "snapshot", "keys").stdout)
    whole, later = str(gate / "56.snapshot"), str(gate / "56.delta")
    assert motma(home, "snapshot", "write", whole, "--province", "56").returncode == 0
    delta = motma(home, "snapshot", "write", later, "--since", str(gate), "--json")
    assert delta.returncode == 0, delta.stderr
    base = json.loads(delta.stdout)["base"]
    heard = motma(
        tmp_path / "own", "scan", "x", "--offline", str(gate), "--keys", str(keys), "--json"
    )
    assert heard.returncode == 0, heard.stderr
    assert json.loads(heard.stdout)["snapshot"]["as_of"] > base


def test_places_that_nobody_scans_are_listed_and_posts_are_the_organisations(home: Path) -> None:
    organisation = motma(home, "readers", "add-organisation", "Chợ").stdout.strip()
    place = motma(home, "readers", "add-place", organisation, "public-place", "Cổng").stdout.strip()
    told = motma(home, "places", "counts", organisation)
    assert told.stdout == "Cổng  (public-place, never scanned): 0\n", told.stderr
    unknown = motma(home, "readers", "place", str(uuid4()), place)
    assert (unknown.returncode, "access.place-unknown" in unknown.stderr) == (3, True)
    nobody = motma(home, "readers", "move-rule", "nobody@here", "--may-move")
    assert (nobody.returncode, "access.login-unknown" in nobody.stderr) == (3, True)
