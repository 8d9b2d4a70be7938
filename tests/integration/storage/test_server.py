"""The embedded server: made once, shared, adopted, recovered, stopped by its last user."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from motma.storage import postmaster, server
from motma.storage.binaries import find_binaries
from motma.storage.errors import BinariesMissing, MajorDiffers, RuntimeUnsafe
from motma.storage.migrate import current, head, migrate
from motma.storage.postmaster import Server

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")

#: Another process that uses the cluster: says its postmaster, then waits for its end.
USER = """
import sys
from pathlib import Path
from motma.storage import server
print(server.ensure_running(Path(sys.argv[1])).pid, flush=True)
sys.stdin.read()
server.stop(Path(sys.argv[1]))
"""

#: Backends that work on the endless statement of a test.
COUNTING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE state = 'active' AND query LIKE '%generate_series%' AND pid <> pg_backend_pid()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it changes its user")


@pytest.fixture
def data(open_directory: Path) -> Iterator[Path]:
    """The name of a cluster that is not there yet."""
    path = open_directory / uuid4().hex[:8] / "postgres"
    yield path
    server.stop(path, force=True)
    server.discard(path)


def other_process(data: Path) -> subprocess.Popen[str]:
    """Another user of the cluster."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> int:
    """The postmaster that the other process uses."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def leave(process: subprocess.Popen[str]) -> None:
    """Let the other process stop in good order."""
    process.communicate("", timeout=30)
    assert process.returncode == 0


def kill(pid: int) -> None:
    """Kill the process and wait until it is gone, or a zombie without a directory."""
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}/cwd").is_symlink():
        time.sleep(0.01)


def ask(running: Server, question: str) -> object:
    """The answer of one statement."""
    with psycopg.connect(running.dsn, autocommit=True) as db:
        row = db.execute(question.encode()).fetchone()
    return row and row[0]


def test_a_killed_postmaster_is_started_again_and_lost_nothing(data: Path) -> None:
    first = server.ensure_running(data)
    with psycopg.connect(first.dsn, autocommit=True) as db:
        db.execute("CREATE TABLE kept AS SELECT 7 AS n")
        kill(first.pid)
    second = server.ensure_running(data)
    assert second.pid != first.pid
    assert ask(second, "SELECT n FROM kept") == 7


def test_a_busy_orphan_of_a_killed_postmaster_does_not_hold_up_the_next(data: Path) -> None:
    first = server.ensure_running(data)
    with ThreadPoolExecutor(1) as thread:
        endless = "SELECT count(*) FROM generate_series(1, 100000000)"
        busy = thread.submit(ask, first, endless)
        while ask(first, COUNTING) != 1:
            time.sleep(0.01)
        kill(first.pid)
        assert server.ensure_running(data).pid != first.pid
        assert isinstance(busy.exception(), psycopg.OperationalError)


def test_reviving_starts_a_killed_server_and_counts_nobody_twice(data: Path) -> None:
    first = server.ensure_running(data)
    assert server.revive(data) == first
    kill(first.pid)
    second = server.revive(data)
    assert second.pid != first.pid
    assert ask(second, "SELECT 1") == 1
    assert server.stop(data)


def test_the_server_outlives_a_killed_starter_and_is_adopted(data: Path) -> None:
    starter = other_process(data)
    pid = said(starter)
    starter.kill()
    starter.communicate()
    assert server.ensure_running(data).pid == pid
    assert server.stop(data)


def test_four_starters_at_once_start_one_server(data: Path) -> None:
    starters = [other_process(data) for _ in range(4)]
    assert len({said(each) for each in starters}) == 1
    for each in starters:
        leave(each)
    assert server.status(data) is None


def test_only_the_last_user_stops_the_server(data: Path) -> None:
    ours = server.ensure_running(data)
    other = other_process(data)
    assert said(other) == ours.pid
    assert not server.stop(data)
    assert server.status(data) == ours
    leave(other)
    assert server.status(data) is None


def test_a_pid_file_that_names_a_foreign_process_is_no_server(data: Path) -> None:
    server.ensure_running(data)
    note = (data / "postmaster.pid").read_text().splitlines()
    server.stop(data)
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *note[1:]]) + "\n")
    assert server.status(data) is None
    assert ask(server.ensure_running(data), "SELECT 1") == 1


def test_a_server_whose_socket_was_cleaned_away_is_started_again(data: Path) -> None:
    first = server.ensure_running(data)
    shutil.rmtree(first.socket_dir)
    assert server.status(data) is None
    second = server.ensure_running(data)
    assert second.pid != first.pid
    assert ask(second, "SELECT 1") == 1


def test_an_unfinished_cluster_is_made_anew(data: Path) -> None:
    unfinished = data.with_name("postgres.making")
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    assert ask(server.ensure_running(data), "SELECT 1") == 1


def test_a_cluster_of_another_major_is_declined_and_left_alone(data: Path) -> None:
    server.ensure_running(data)
    server.stop(data)
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(MajorDiffers):
        server.ensure_running(data)
    assert (data / "PG_VERSION").read_text() == "17\n"
    assert not server.has_users(data)


def test_nothing_of_the_cluster_is_open_to_others(data: Path) -> None:
    running = server.ensure_running(data)
    for directory in (data, running.socket_dir):
        assert directory.stat().st_mode & 0o777 == 0o700
    assert len(str(running.socket_dir / ".s.PGSQL.5432")) < 100
    assert ask(running, "SHOW listen_addresses") == ""
    assert not ask(running, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")


@as_root
def test_another_unix_user_cannot_connect_even_when_the_directory_is_opened(data: Path) -> None:
    running = server.ensure_running(data)
    nobody = pwd.getpwnam("nobody")

    def attempt(role: str) -> str:
        done = subprocess.run(
            [find_binaries().folder / "psql", running.address(database="motma", role=role)],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=(),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        assert done.returncode != 0
        return done.stderr

    assert "Permission denied" in attempt("motma")
    running.socket_dir.chmod(0o755)
    (running.socket_dir / ".s.PGSQL.5432").chmod(0o777)
    assert "Peer authentication failed" in attempt("motma")
    assert "Peer authentication failed" in attempt("postgres")


@as_root
def test_a_cluster_under_a_closed_directory_runs_elsewhere_behind_a_link(
    open_directory: Path,
) -> None:
    closed = open_directory / "closed"
    closed.mkdir(mode=0o700)
    path = closed / "home" / "postgres"
    try:
        assert ask(server.ensure_running(path), "SELECT 1") == 1
        assert path.is_symlink()
        assert server.stop(path)
    finally:
        real = path.resolve()
        server.discard(path)
        assert not real.exists()


@as_root
def test_programs_in_a_closed_directory_are_copied_and_run(data: Path) -> None:
    closed = data.parent.with_name(f"closed-{uuid4().hex[:6]}")
    closed.mkdir(mode=0o700)
    wheel = find_binaries().folder.parents[1]
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    programs = closed / find_binaries().folder.relative_to(wheel.parent)
    copied = find_binaries(programs)
    assert not copied.folder.is_relative_to(closed)
    assert find_binaries(programs) == copied
    assert ask(server.ensure_running(data, binaries=programs), "SELECT 1") == 1
    assert server.stop(data, binaries=programs)
    shutil.rmtree(copied.folder.parents[2])
    shutil.rmtree(closed)


@as_root
def test_a_squatted_socket_directory_is_refused(data: Path) -> None:
    running = server.ensure_running(data)
    server.stop(data)
    assert not running.socket_dir.exists()
    running.socket_dir.mkdir(mode=0o700)
    os.chown(running.socket_dir, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(RuntimeUnsafe):
        server.ensure_running(data)


def test_missing_binaries_are_named(data: Path) -> None:
    with pytest.raises(BinariesMissing):
        server.ensure_running(data, binaries=Path("/nonexistent"))


def test_nothing_trades_durability_for_speed(postgres: Server) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert ask(postgres, f"SHOW {setting}") == "on"


def unflushed_commits(running: Server, *, synchronous: str) -> int:
    """How many of 50 acknowledged commits were not yet flushed when they were acknowledged."""
    late = 0
    with psycopg.connect(running.dsn, autocommit=True) as db:
        db.execute(f"SET synchronous_commit = {synchronous}".encode())
        db.execute("CREATE TEMPORARY TABLE scratch (n int)")
        for _ in range(50):
            with db.transaction():
                db.execute("SELECT pg_current_xact_id()")
                db.execute("SELECT pg_logical_emit_message(true, 'test', 'x')")
                written = db.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
            flushed = db.execute("SELECT pg_current_wal_flush_lsn() >= %s", written).fetchone()
            late += flushed != (True,)
    return late


def test_an_acknowledged_commit_is_flushed(postgres: Server) -> None:
    assert unflushed_commits(postgres, synchronous="on") == 0
    # the measurement can tell the difference: without waiting, commits are seen unflushed
    assert unflushed_commits(postgres, synchronous="off") > 0


def test_a_crash_of_one_backend_is_survived_by_the_server(data: Path) -> None:
    running = server.ensure_running(data)
    with psycopg.connect(running.dsn, autocommit=True) as db:
        os.kill(db.info.backend_pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            assert ask(running, "SELECT 1") == 1
            break
        except psycopg.OperationalError:
            time.sleep(0.1)
    assert postmaster.find(data) == running


def test_the_server_log_holds_no_value_of_a_row(data: Path) -> None:
    running = server.ensure_running(data)
    with psycopg.connect(running.dsn, autocommit=True) as db:
        db.execute("CREATE TABLE people (n text PRIMARY KEY)")
        db.execute("INSERT INTO people VALUES ('canary-031')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            db.execute("INSERT INTO people VALUES ('canary-031')")
    server.stop(data)  # until then the collector may still hold lines back
    logs = "".join(log.read_text() for log in (data / "log").iterdir())
    assert "duplicate key" in logs
    assert "canary-031" not in logs


def test_debians_postgresql_15_serves_the_same_schema(open_directory: Path) -> None:
    if not (DEBIAN_15 / "postgres").exists():
        pytest.skip("PostgreSQL 15 is not here: apt-get install postgresql-15")
    path = open_directory / "fifteen" / "postgres"
    running = server.ensure_running(path, binaries=DEBIAN_15)
    try:
        assert str(ask(running, "SHOW server_version")).startswith("15.")
        migrate(running.dsn)
        assert current(running.dsn) == head()
        server.stop(path, binaries=DEBIAN_15)
        with pytest.raises(MajorDiffers):
            server.ensure_running(path)
    finally:
        server.stop(path, binaries=DEBIAN_15, force=True)
        server.discard(path)
