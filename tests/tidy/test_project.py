"""What the project promises about itself: its locks, its make targets, its continuous check."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LOCKS: Final = sorted(ROOT.glob("requirements*.lock"))

#: GPL or AGPL: may help to build, never to run. Source: architecture.md §2.
NOT_AT_RUN_TIME: Final = {"unidecode", "pymerkle", "pykcs11", "vietnamadminunits"}


def locked(lock: Path) -> dict[str, str]:
    """The packages of a lock, each with the lines of its hashes."""
    parts = re.split(r"^(?=\w)", lock.read_text(), flags=re.MULTILINE)
    return {part.split("==")[0].lower(): part for part in parts if "==" in part}


def required(names: list[str]) -> set[str]:
    """The bare, normalised names of requirements."""
    return {re.split(r"[\[>=<~! ]", name)[0].lower().replace("_", "-") for name in names}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_a_hash_for_everything_and_names_no_registry(lock: Path) -> None:
    assert [name for name, part in locked(lock).items() if "--hash=sha256:" not in part] == []
    assert re.findall(r"https?://|index-url|find-links", lock.read_text()) == []


def test_the_locks_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = required(project["project"]["dependencies"])
    build = required(project["build-system"]["requires"])
    dev = required(project["project"]["optional-dependencies"]["dev"])
    assert runtime - locked(ROOT / "requirements.lock").keys() == set()
    assert build - locked(ROOT / "requirements-build.lock").keys() == set()
    assert (runtime | build | dev) - locked(ROOT / "requirements-dev.lock").keys() == set()


def test_nothing_under_a_viral_licence_runs_with_us() -> None:
    assert locked(ROOT / "requirements.lock").keys() & NOT_AT_RUN_TIME == set()


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    said = subprocess.run(
        ["make"],  # noqa: S607 - the make that a newcomer has
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MAKEFLAGS": "", "MAKELEVEL": "0"},
    ).stdout
    assert {line.split()[1] for line in said.splitlines()} == targets
    assert all(len(line.split()) > 3 for line in said.splitlines())


def test_ci_runs_make_check_and_nothing_else_of_ours() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("exec make check </dev/null")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_the_locks_agree_with_what_is_tested(lock: Path) -> None:
    tested = locked(ROOT / "requirements-dev.lock")
    versions = {name: part.split()[0] for name, part in locked(lock).items()}
    assert {n: v for n, v in versions.items() if tested.get(n, "").split()[:1] != [v]} == {}
