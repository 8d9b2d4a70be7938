"""A cluster's files: where they may stand, how they are made, and the settings they carry."""

import hashlib
import os
import pwd
import shutil
import stat
from pathlib import Path
from typing import Final

from motma.storage.binaries import STATE_DIR, Account, Binaries
from motma.storage.errors import RuntimeUnsafe

#: For 2 cores and a machine that also runs the platform itself. Durability is never traded.
#: The log leaves out details and statements: they hold values of rows.
SETTINGS: Final = """\
# Written by motma at each start: changes here are lost. Yours go into postgresql.conf.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = on
shared_buffers = '256MB'
effective_cache_size = '4GB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
jit = off
timezone = 'UTC'
idle_in_transaction_session_timeout = '60s'
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_file_mode = 0600
log_truncate_on_rotation = on
log_rotation_age = '1d'
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
log_statement = none
log_min_duration_statement = -1
"""

_OPEN_TO_OTHERS: Final = 0o077

#: A socket's whole path has at most 107 bytes; ours adds 37. Source: unix(7).
_LONGEST_RUNTIME_ROOT: Final = 60


def settle(data_dir: Path, account: Account) -> Path:
    """Where the cluster really stands: a directory that `account` can reach.

    Under a directory closed to the account (such as /root) the name becomes a link to a place
    under /var/lib.
    """
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    if account.reaches(data_dir):
        return data_dir.resolve()
    name = hashlib.sha256(str(data_dir.absolute()).encode()).hexdigest()[:12]
    real = STATE_DIR / name / "postgres"
    real.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not data_dir.is_symlink():
        data_dir.symlink_to(real)
    return real


def make(data: Path, programs: Binaries, *, role: str, superuser: str) -> None:
    """Make a cluster with the platform's role and database; all of it or nothing."""
    making = data.with_name(f"{data.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    programs.account.owns(making)
    programs.run(
        "initdb",
        ["-D", str(making), "--username", superuser, "--auth-local=peer", "--auth-host=reject",
         "--encoding=UTF8", "--no-locale", "--data-checksums", "--no-instructions"],
    )  # fmt: skip
    with (making / "postgresql.conf").open("a") as file:
        file.write("\ninclude = 'motma.conf'\n")
    write_settings(making, programs.account, role=role, superuser=superuser)
    programs.run(
        "postgres",
        ["--single", "-D", str(making), superuser],
        stdin=f"CREATE ROLE {role} LOGIN CREATEDB;\nCREATE DATABASE {role} OWNER {role};\n",
    )
    if data.exists():
        data.rmdir()  # an empty one; anything else is not ours to remove
    making.rename(data)


def write_settings(data: Path, account: Account, *, role: str, superuser: str) -> None:
    """Write our settings and who may connect: this user and root, by the kernel's word (peer)."""
    users = sorted({account.name, _own_name()})
    names = "".join(f"motma {user} {r}\n" for user in users for r in (role, superuser))
    for name, text in (
        ("motma.conf", SETTINGS),
        ("pg_hba.conf", "local all all peer map=motma\n"),
        ("pg_ident.conf", names),
    ):
        path = data / name
        path.write_text(text)
        path.chmod(0o600)
        account.owns(path)


def socket_directory(data: Path, account: Account) -> Path:
    """A short path, closed to others: the kernel allows a socket's path about 100 bytes."""
    directory = socket_path(data)
    directory.mkdir(mode=0o700, exist_ok=True)
    status = directory.lstat()
    ours = status.st_uid in (account.uid, os.geteuid()) and stat.S_ISDIR(status.st_mode)
    if not ours or status.st_mode & _OPEN_TO_OTHERS:
        raise RuntimeUnsafe(directory=str(directory))
    account.owns(directory)
    return directory


def socket_path(data: Path) -> Path:
    """The name of the cluster's socket directory, the same for all our processes."""
    return _runtime_root() / ("motma-" + hashlib.sha256(str(data).encode()).hexdigest()[:12])


def _runtime_root() -> Path:
    if os.geteuid() == 0:
        return Path("/run")
    offered = os.environ.get("XDG_RUNTIME_DIR", "")
    short_enough = 0 < len(offered) <= _LONGEST_RUNTIME_ROOT
    return Path(offered) if short_enough and Path(offered).is_dir() else Path("/tmp")  # noqa: S108 - ours is made 0700 and checked


def _own_name() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
