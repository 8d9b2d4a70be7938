"""The embedded PostgreSQL: made, started, adopted and stopped; one for all our processes.

Who uses a cluster is written nowhere: each user holds a shared `flock` on `<data>.users`, which
the kernel drops when the user dies, however it dies. The last one to leave stops the server.
`<data>.starting` is held while one process looks, makes, starts or stops.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from motma.storage import cluster
from motma.storage.binaries import STATE_DIR, Binaries, find_binaries
from motma.storage.errors import MajorDiffers, ServerFailed

#: The role and the database of the platform; the role is no superuser.
ROLE: Final = "motma"
SUPERUSER: Final = "postgres"

#: How long a start may take, recovery after a crash included; seconds.
START_TIMEOUT_S: Final = 120

#: How long a stop may take: the last checkpoint; seconds.
STOP_TIMEOUT_S: Final = 120

_holds: dict[Path, list[int]] = {}


@dataclass(frozen=True, slots=True)
class Server:
    """A running embedded server."""

    data_dir: Path
    socket_dir: Path
    pid: int

    @property
    def dsn(self) -> str:
        """The address of the platform's database, for asyncpg, psycopg and libpq alike."""
        return self.address(database=ROLE)

    def address(self, *, database: str, role: str = ROLE) -> str:
        """The address of another database, or for another role."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='/')}"


def ensure_running(data_dir: Path, *, binaries: Path | None = None) -> Server:
    """Make the cluster if it is not there, start it if it is down, adopt it if it is up.

    The calling process is a user of the cluster until it calls `stop` or ends.
    """
    programs = find_binaries(binaries)
    data = cluster.settle(data_dir, programs.account)
    with _alone(data):
        hold = os.open(_beside(data, "users"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(hold, fcntl.LOCK_SH)
        try:
            server = _running(data) or _start(data, programs)
        except BaseException:
            os.close(hold)
            raise
        _holds.setdefault(data, []).append(hold)
    return server


def stop(data_dir: Path, *, binaries: Path | None = None, force: bool = False) -> bool:
    """Leave the cluster; whether this stopped it, because nobody else used it (or by `force`)."""
    data = data_dir.resolve()
    with _alone(data):
        held = _holds.get(data, [])
        if held:
            os.close(held.pop())
        if not force and _has_users(data):
            return False
        if _running(data) is None:
            return False
        programs = find_binaries(binaries)
        programs.run(
            "pg_ctl",
            ["stop", "-D", str(data), "-m", "fast", "-w", "-t", str(STOP_TIMEOUT_S)],
            log=data / "log",
        )
    return True


def status(data_dir: Path) -> Server | None:
    """The server when it runs, whoever started it; joins nobody's users."""
    data = data_dir.resolve()
    return _running(data) if data.exists() else None


def _running(data: Path) -> Server | None:
    """The live postmaster of this directory, and of no other.

    A process id may be used again after a reboot: a postmaster is known by its working
    directory. A foreign one's file is removed, since it would keep ours from starting.
    """
    lock = data / "postmaster.pid"
    try:
        lines = lock.read_text().splitlines()
        pid, socket_dir, state = int(lines[0]), lines[4], lines[7].strip()
    except (FileNotFoundError, IndexError, ValueError):
        return None
    try:
        home = Path(f"/proc/{pid}/cwd").readlink()
    except FileNotFoundError:
        return None
    if home != data:
        lock.unlink()
        return None
    if state != "ready":
        return None
    return Server(data_dir=data, socket_dir=Path(socket_dir), pid=pid)


def _start(data: Path, programs: Binaries) -> Server:
    if not (data / "PG_VERSION").exists():
        cluster.make(data, programs, role=ROLE, superuser=SUPERUSER)
    held, ours = int((data / "PG_VERSION").read_text()), programs.major()
    if held != ours:
        raise MajorDiffers(data=held, binaries=ours)
    cluster.write_settings(data, programs.account, role=ROLE, superuser=SUPERUSER)
    socket_dir = cluster.socket_directory(data, programs.account)
    programs.run(
        "pg_ctl",
        ["start", "-D", str(data), "-w", "-t", str(START_TIMEOUT_S), "-s",
         "-l", str(data / "start.log"), "-o", f"-k {socket_dir}"],
        log=data / "start.log",
    )  # fmt: skip
    server = _running(data)
    if server is None:
        raise ServerFailed(step="start", log=str(data / "start.log"))
    return server


def discard(data_dir: Path) -> None:
    """Remove a stopped cluster with its lock files, wherever it was settled."""
    data = data_dir.resolve()
    shutil.rmtree(data, ignore_errors=True)
    for kind in ("users", "starting"):
        _beside(data, kind).unlink(missing_ok=True)
    if data_dir.is_symlink() and data.is_relative_to(STATE_DIR):
        data_dir.unlink()


def _has_users(data: Path) -> bool:
    with suppress(FileNotFoundError):
        probe = os.open(_beside(data, "users"), os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
    return False


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold off every other process that would start or stop this cluster."""
    gate = os.open(_beside(data, "starting"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield
    finally:
        os.close(gate)


def _beside(data: Path, kind: str) -> Path:
    return data.with_name(f"{data.name}.{kind}")
