"""Writes the requirement locks: hashed, a week old at least, and naming no registry."""

import subprocess
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: A release this young may still be withdrawn as malicious. Source: docs/decisions/0020.
QUARANTINE = timedelta(days=7)

#: hatchling asks for it when it installs in place.
EDITABLE = "editables>=0.5"


def main() -> None:
    """Lock what runs, then what builds and what tests, agreeing with what runs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    build = [*project["build-system"]["requires"], EDITABLE]
    dev = project["project"]["optional-dependencies"]["dev"]
    lock("requirements.lock", runtime)
    lock("requirements-build.lock", build, agreeing_with="requirements.lock")
    lock("requirements-dev.lock", runtime + build + dev, agreeing_with="requirements.lock")


def lock(name: str, requirements: list[str], *, agreeing_with: str | None = None) -> None:
    """Resolve for every platform and each Python we support."""
    newest = (datetime.now(UTC) - QUARANTINE).date().isoformat()
    subprocess.run(
        [str(ROOT / ".venv/bin/uv"), "pip", "compile", "-", "-o", name, "--generate-hashes",
         "--universal", "--python-version", "3.11", "--no-header", "--no-annotate",
         "--no-emit-index-url", "--exclude-newer", newest, "--quiet", "--upgrade",
         *(["-c", agreeing_with] if agreeing_with else [])],
        input="\n".join(requirements),
        text=True,
        check=True,
        cwd=ROOT,
    )  # fmt: skip


if __name__ == "__main__":
    main()
