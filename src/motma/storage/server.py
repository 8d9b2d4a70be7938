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
from pathlib import Path
from typing import Final

from motma.storage import cluster, postmaster
from motma.storage.binaries import Binaries, find_binaries
from motma.storage.errors import MajorDiffers, ServerFailed
from motma.storage.postmaster import ROLE, SUPERUSER, Server

#: How long a start may take, recovery after a crash included; seconds.
START_TIMEOUT_S: Final = 120

#: How long a stop may take: the last checkpoint; seconds.
STOP_TIMEOUT_S: Final = 60

_holds: dict[Path, list[int]] = {}


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
            server = postmaster.find(data) or _start(data, programs)
        except BaseException:
            os.close(hold)
            raise
        _holds.setdefault(data, []).append(hold)
    return server


def revive(data_dir: Path, *, binaries: Path | None = None) -> Server:
    """Start the cluster again if its postmaster died; for a process that already uses it.

    Unlike `ensure_running` it does not count the process as one more user.
    """
    programs = find_binaries(binaries)
    data = data_dir.resolve()
    with _alone(data):
        return postmaster.find(data) or _start(data, programs)


def stop(data_dir: Path, *, binaries: Path | None = None, force: bool = False) -> bool:
    """Leave the cluster; whether this stopped it, because nobody else used it (or by `force`)."""
    data = data_dir.resolve()
    if not data.exists():
        return False
    with _alone(data):
        held = _holds.get(data, [])
        if held:
            os.close(held.pop())
        if not force and (has_users(data) or _beside(data, "stay").exists()):
            return False
        if postmaster.find(data) is None:
            return False
        _shut_down(data, find_binaries(binaries))
        with suppress(OSError):  # somebody may have put a file there
            cluster.socket_path(data).rmdir()
    return True


def stay(data_dir: Path, *, up: bool) -> None:
    """Keep the server up when its last user leaves, or no longer; `force` still ends it."""
    mark = _beside(data_dir.resolve(), "stay")
    if up:
        mark.touch(mode=0o600)
    else:
        mark.unlink(missing_ok=True)


def status(data_dir: Path) -> Server | None:
    """The server when it is up, whoever started it; joins nobody's users."""
    data = data_dir.resolve()
    return postmaster.look(data) if data.exists() else None


def has_users(data_dir: Path) -> bool:
    """Whether any process, this one included, uses the cluster."""
    with suppress(FileNotFoundError):
        probe = os.open(_beside(data_dir.resolve(), "users"), os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
    return False


def _shut_down(data: Path, programs: Binaries) -> None:
    """Stop in good order; a disk too slow for the last checkpoint leaves it to recovery."""
    for mode in ("fast", "immediate"):
        arguments = ["stop", "-D", str(data), "-m", mode, "-w", "-t", str(STOP_TIMEOUT_S)]
        try:
            programs.run("pg_ctl", arguments, log=data / "log")
        except ServerFailed:
            if mode == "immediate":
                raise
        else:
            return


def discard(data_dir: Path) -> None:
    """Remove a stopped cluster with its locks and socket directory, wherever it was settled."""
    data = data_dir.resolve()
    shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(cluster.socket_path(data), ignore_errors=True)
    for kind in ("users", "starting"):
        _beside(data, kind).unlink(missing_ok=True)
    if data_dir.is_symlink():
        data_dir.unlink()
        data.parent.rmdir()


def _start(data: Path, programs: Binaries) -> Server:
    if not (data / "PG_VERSION").exists():
        cluster.make(data, programs, role=ROLE, superuser=SUPERUSER)
    held, ours = int((data / "PG_VERSION").read_text()), programs.major()
    if held != ours:
        raise MajorDiffers(data=held, binaries=ours)
    cluster.write_settings(data, programs.account, role=ROLE, superuser=SUPERUSER)
    socket_dir = cluster.socket_directory(data, programs.account)
    postmaster.clear(data, socket_dir)
    programs.run(
        "pg_ctl",
        ["start", "-D", str(data), "-w", "-t", str(START_TIMEOUT_S), "-s",
         "-l", str(data / "start.log"), "-o", f"-k {socket_dir}"],
        log=data / "log",
    )  # fmt: skip
    server = postmaster.look(data)
    if server is None:
        raise ServerFailed(step="start", log=str(data / "log"))
    return server


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
