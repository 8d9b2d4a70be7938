"""Sets the checkout up: a virtual environment from the hashed locks, and motma in it.

Runs on the system's Python with the standard library only, and does nothing when nothing that
it reads has changed. Debian's Python may come without `venv`, `ensurepip` or `pip`.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
VENV_PACKAGES = "python3-venv"

#: What each kind of set-up installs; the build lock is for the editable install's hook.
LOCKS = {
    "run": ("requirements.lock", "requirements-build.lock"),
    "dev": ("requirements-dev.lock",),
}

#: Made or fetched, so no reason to set up anew.
NOT_SOURCES = {"node_modules", "dist", "__pycache__"}


def main() -> None:
    """Set up for running, or with `--dev` for testing as well."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dev", action="store_true", help="what tests and linters need, too")
    options.add_argument("--chromium", action="store_true", help="fail when Chromium is missing")
    chosen = options.parse_args()
    if sys.version_info < OLDEST:
        fail(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    if chosen.chromium and not (shutil.which("chromium") or shutil.which("chromium-browser")):
        fail("the browser tests need Chromium:\n    apt-get install -y chromium")
    set_up("dev" if chosen.dev else "run")


def set_up(kind: str) -> None:
    """Bring the environment to the state of the locks and sources."""
    if not usable():
        make_environment()
    locks = [ROOT / name for name in LOCKS[kind]]
    # the larger set-up holds the smaller one
    if not any(stamp_holds(each, digest(LOCKS[each])) for each in {kind, "dev"}):
        print(f"motma: installing from {', '.join(LOCKS[kind])}", flush=True)
        requirements = [part for lock in locks for part in ("-r", str(lock))]
        pip("install", "--require-hashes", "--no-deps", *requirements)
        write_stamp(kind, digest(LOCKS[kind]))
    if not stamp_holds("built", digest(build_inputs())):
        print("motma: building", flush=True)
        pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
        write_stamp("built", digest(build_inputs()))


def usable() -> bool:
    """Whether the environment's Python still runs: its system Python may have been replaced."""
    try:
        return subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def make_environment() -> None:
    """Make `.venv` by whatever way this machine has."""
    if make_venv() and have_pip():
        return
    if make_venv("--without-pip") and have_pip():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"motma: apt-get install {VENV_PACKAGES}", flush=True)
        run_apt("update", "-qq")
        run_apt("install", "-y", "-qq", "--no-install-recommends", VENV_PACKAGES)
        if make_venv() and have_pip():
            return
    fail(f"Python cannot make virtual environments here:\n    apt-get install -y {VENV_PACKAGES}")


def run_apt(*arguments: str) -> None:
    """Run apt-get without questions."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", *arguments]
    subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL)


def make_venv(*arguments: str) -> bool:
    """One try; nothing half-made stays."""
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", *arguments, str(VENV)]
    made = subprocess.run(command, check=False, capture_output=True).returncode == 0
    if not made:
        shutil.rmtree(VENV, ignore_errors=True)
    return made


def have_pip() -> bool:
    """Whether some pip can install into the environment."""
    command = [*pip_command(), "--version"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def pip_command() -> list[str]:
    """The environment's own pip, or the system's pointed at the environment."""
    if (VENV / "bin" / "pip").exists():
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def pip(*arguments: str) -> None:
    """Run pip; only its errors are shown."""
    command = [*pip_command(), "--disable-pip-version-check", *arguments, "--quiet", "--quiet"]
    done = subprocess.run(command, check=False, cwd=ROOT)
    if done.returncode != 0:
        fail("the installation failed; the lines above say why")


def build_inputs() -> list[str]:
    """What the build hook reads, and what says how to install."""
    names = ["pyproject.toml", "hatch_build.py"]
    names += sorted(str(p.relative_to(ROOT)) for p in (ROOT / "tools").glob("build_*.py"))
    return names + sorted(str(p.relative_to(ROOT)) for p in sources(ROOT / "ui"))


def sources(folder: Path) -> Iterator[Path]:
    """The files below a folder that people wrote."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name in NOT_SOURCES:
            continue
        if path.is_dir():
            yield from sources(path)
        else:
            yield path


def digest(names: Sequence[str]) -> str:
    """One hash over files, their names, and the Python that they are installed for."""
    total = hashlib.sha256(sys.version.encode())
    for name in names:
        content = (ROOT / name).read_bytes() if (ROOT / name).exists() else b""
        total.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()


def stamp_holds(kind: str, wanted: str) -> bool:
    """Whether a set-up of this kind finished with these inputs."""
    stamp = VENV / f".{kind}-stamp"
    return stamp.exists() and stamp.read_text() == wanted


def write_stamp(kind: str, reached: str) -> None:
    """Note that it finished."""
    (VENV / f".{kind}-stamp").write_text(reached)


def fail(reason: str) -> None:
    """Stop with a sentence for people."""
    sys.exit(f"motma: {reason}")


if __name__ == "__main__":
    main()
