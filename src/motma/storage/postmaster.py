"""The postmaster of a data directory: whether it lives, whether it is ours, what it left behind."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

#: The role and the database of the platform; the role is no superuser.
ROLE: Final = "motma"
SUPERUSER: Final = "postgres"

#: The socket's name, after the default port.
SOCKET: Final = ".s.PGSQL.5432"

#: How long a postmaster that is starting or stopping is waited for; seconds.
PATIENCE_S: Final = 120.0

#: How long the orphans of a killed postmaster may take to notice; seconds.
ORPHAN_PATIENCE_S: Final = 10.0

_LOOK_EVERY_S: Final = 0.05


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

    @property
    def reachable(self) -> bool:
        """Whether its socket is still there."""
        return (self.socket_dir / SOCKET).is_socket()

    def address(self, *, database: str, role: str = ROLE) -> str:
        """The address of another database, or for another role."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='/')}"


def find(data: Path) -> Server | None:
    """The server, waited for while it is between states; None when there is none (any more).

    A process number alone proves nothing: after a reboot it may be somebody else's, and a
    killed postmaster whose parent does not ask for its end stays as a zombie. A server whose
    socket was cleaned away (a runtime directory goes with its log-in) is none: nobody reaches it.
    """
    end = time.monotonic() + PATIENCE_S
    while (pid := _noted_pid(data)) is not None and _lives_in(pid, data):
        server = _ready(data)
        if server is not None:
            return server if server.reachable else None
        if time.monotonic() > end:
            return None
        time.sleep(_LOOK_EVERY_S)
    return None


def look(data: Path) -> Server | None:
    """The server if it is ready at this moment."""
    server = _ready(data)
    return server if server is not None and server.reachable else None


def _ready(data: Path) -> Server | None:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid, socket_dir, state = int(lines[0]), lines[4], lines[7].strip()
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if state != "ready" or not _lives_in(pid, data):
        return None
    return Server(data_dir=data, socket_dir=Path(socket_dir), pid=pid)


def clear(data: Path, socket_dir: Path) -> None:
    """Remove what a killed postmaster left behind, once `find` has seen that none lives.

    PostgreSQL does not start over files that name a process which seems to live, nor over the
    shared memory of orphans.
    """
    _end_orphans(data)
    (data / "postmaster.pid").unlink(missing_ok=True)
    (socket_dir / f"{SOCKET}.lock").unlink(missing_ok=True)


def _end_orphans(data: Path) -> None:
    end = time.monotonic() + ORPHAN_PATIENCE_S
    while orphans := list(_processes_in(data)):
        how = signal.SIGTERM if time.monotonic() < end else signal.SIGKILL
        for pid in orphans:
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        time.sleep(_LOOK_EVERY_S)


def _noted_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _lives_in(pid: int, data: Path) -> bool:
    """Whether the process works in the data directory, as its postmaster and backends do."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


def _processes_in(data: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _lives_in(int(entry.name), data):
            yield int(entry.name)
