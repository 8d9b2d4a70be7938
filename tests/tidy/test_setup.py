"""Set-up does what is due, nothing twice, and says what it lacks."""

import subprocess
import sys
from pathlib import Path

import pytest
from tools import setup


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout with an environment."""
    for name in ("pyproject.toml", "hatch_build.py", "ui/page.ts", "ui/node_modules/x/index.js"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "PYTHON", tmp_path / ".venv/bin/python")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("pyproject.toml", True),
        ("hatch_build.py", True),
        ("ui/page.ts", True),
        ("ui/another.ts", True),
        ("ui/node_modules/x/index.js", False),
        ("README.md", False),
    ],
)
def test_only_what_the_build_reads_makes_it_due_again(checkout: Path, name: str, due: bool) -> None:  # noqa: FBT001 - a column of the table
    setup.write_stamp("built", setup.digest(setup.build_inputs()))
    assert setup.stamp_holds("built", setup.digest(setup.build_inputs()))
    (checkout / name).write_text("2")
    assert setup.stamp_holds("built", setup.digest(setup.build_inputs())) != due


def test_nothing_counts_as_installed_before_its_stamp(checkout: Path) -> None:
    assert not setup.stamp_holds("run", setup.digest(setup.LOCKS["run"]))
    assert not setup.usable(), f"{checkout} has no Python yet"


def test_without_chromium_tests_do_not_begin_and_the_apt_line_is_printed(tmp_path: Path) -> None:
    script = Path(setup.__file__)
    done = subprocess.run(
        [sys.executable, str(script), "--dev", "--chromium"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "apt-get install -y chromium" in done.stderr
    assert done.stdout == ""
