"""`motma doctor`: looks at what the platform stands on, and says what to do."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec
import psycopg
import typer
from rich.table import Table

from motma.audit.model import MERGE_DELAY
from motma.bootstrap import Settings
from motma.cli.running import out, told
from motma.kernel.clock import SystemClock
from motma.kernel.errors import Declined
from motma.keys.keyring import Keyring
from motma.storage import migrate, server

#: Below this PostgreSQL may stop within hours; bytes.
LEAST_FREE: Final = 1 << 30
#: Below this it is time to act; bytes.
LITTLE_FREE: Final = 5 << 30

#: Devices' tokens and living codes bear less than this between two machines; seconds.
CLOCK_APART_S: Final = 5.0

#: Before this the clock was never set.
EARLIEST: Final = datetime(2026, 1, 1, tzinfo=UTC)

_OPEN_TO_OTHERS: Final = 0o077


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a check saw, and what to do about it."""

    check: str
    state: State
    saw: str
    do: str = ""


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """What checks look at; `dsn` is empty when there is no database to ask."""

    settings: Settings
    dsn: str
    now: datetime


#: Raises nothing it expects: a check that fails says so in its finding.
Check = Callable[[Patient], Finding]


def check_database(patient: Patient) -> Finding:
    """Whether the database answers."""
    if not patient.dsn:
        return Finding(
            check="database",
            state=State.WARN,
            saw="the embedded server is not running",
            do="`motma demo`, `motma serve` and `motma db start` start it",
        )
    try:
        version = _ask(patient.dsn, "SHOW server_version")
    except psycopg.OperationalError:
        return Finding(
            check="database",
            state=State.FAIL,
            saw="no answer",
            do="see MOTMA_DATABASE_URL, or the log in the data directory",
        )
    return Finding(check="database", state=State.OK, saw=f"PostgreSQL {version}")


def check_durability(patient: Patient) -> Finding:
    """Whether an acknowledged commit is on disk."""
    if not _answers(patient.dsn):
        return _unasked("durability")
    off = [
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")
        if _ask(patient.dsn, f"SHOW {name}") == "off"
    ]
    if not off:
        return Finding(check="durability", state=State.OK, saw="commits are flushed")
    lost = State.WARN if off == ["data_checksums"] else State.FAIL
    do = "set it to on in postgresql.conf" if lost is State.FAIL else "see pg_checksums"
    return Finding(check="durability", state=lost, saw=f"off: {', '.join(off)}", do=do)


def check_schema(patient: Patient) -> Finding:
    """Whether the schema is this release's."""
    if not _answers(patient.dsn):
        return _unasked("schema")
    at, head = migrate.current(patient.dsn), migrate.head()
    if at == head:
        return Finding(check="schema", state=State.OK, saw=head)
    return Finding(
        check="schema", state=State.FAIL, saw=f"{at or 'empty'}, not {head}", do="motma db migrate"
    )


def check_disk(patient: Patient) -> Finding:
    """Whether there is room for what is coming."""
    home = patient.settings.home.absolute()
    free = shutil.disk_usage(next(p for p in (home, *home.parents) if p.exists())).free
    state = State.OK if free >= LITTLE_FREE else State.WARN if free >= LEAST_FREE else State.FAIL
    do = "" if state is State.OK else "make room: a full disk stops every scan"
    return Finding(check="disk", state=state, saw=f"{free / (1 << 30):.1f} GiB free", do=do)


def check_clock(patient: Patient) -> Finding:
    """Whether this machine and the database agree about the time, and it can be true."""
    if patient.now < EARLIEST:
        return Finding(
            check="clock", state=State.FAIL, saw=f"{patient.now:%Y-%m-%d}", do="set the clock"
        )
    if not _answers(patient.dsn):
        return _unasked("clock")
    theirs = float(str(_ask(patient.dsn, "SELECT extract(epoch FROM clock_timestamp())")))
    apart = abs(theirs - SystemClock().now().timestamp())
    state = State.OK if apart < CLOCK_APART_S else State.FAIL
    do = "" if state is State.OK else "keep both machines on the same time server"
    return Finding(check="clock", state=state, saw=f"{apart:.1f} s apart", do=do)


def check_modes(patient: Patient) -> Finding:
    """Whether what must be closed to others is closed."""
    settings = patient.settings
    closed = (settings.database_dir, settings.keys_dir, settings.mirror_path.parent)
    open_ones = [path for path in closed if path.exists() and path.stat().st_mode & _OPEN_TO_OTHERS]
    if not open_ones:
        return Finding(check="modes", state=State.OK, saw="closed to others")
    names = " ".join(str(path) for path in open_ones)
    return Finding(
        check="modes", state=State.FAIL, saw=f"open: {names}", do=f"chmod -R go= {names}"
    )


def check_keys(patient: Patient) -> Finding:
    """Whether every purpose has an active key, and no demo key serves production."""
    directory = patient.settings.keys_dir
    if not (directory / "ring.json").exists():
        made = "motma keys create" if patient.settings.production else "the demo makes its own"
        return Finding(check="keys", state=State.WARN, saw="none yet", do=made)
    try:
        ring = Keyring.open(directory)
    except Declined as declined:
        return Finding(
            check="keys", state=State.FAIL, saw=str(declined), do="restore the key directory"
        )
    problems = ring.problems(production=patient.settings.production)
    if problems:
        return Finding(
            check="keys", state=State.FAIL, saw="; ".join(problems), do="motma keys create"
        )
    return Finding(check="keys", state=State.OK, saw="DEMO keys" if ring.demo else "real keys")


def check_log(patient: Patient) -> Finding:
    """Whether events get their place in the tree in time; `motma audit verify` recomputes it."""
    if not _answers(patient.dsn) or migrate.current(patient.dsn) is None:
        return _unasked("log")
    sql = """
        SELECT max(extract(epoch FROM now() - e.known_at))
          FROM event e LEFT JOIN local.log_leaf l USING (event_id, device_id)
         WHERE l.seq IS NULL AND e.known_at > now() - interval '1 hour'
    """
    late = float(str(_ask(patient.dsn, sql) or 0))
    if late <= MERGE_DELAY.total_seconds():
        return Finding(check="log", state=State.OK, saw="every event has its place")
    return Finding(
        check="log", state=State.WARN, saw=f"an event waits for {late:.0f} s",
        do="start the server: it places events; or motma audit checkpoint",
    )  # fmt: skip


#: In the order of the table.
CHECKS: Final[list[Check]] = [
    check_database,
    check_durability,
    check_schema,
    check_disk,
    check_clock,
    check_modes,
    check_keys,
    check_log,
]


def examine(patient: Patient) -> list[Finding]:
    """Run every check."""
    return [check(patient) for check in CHECKS]


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for pipes.")] = False,
) -> None:
    """Look at database, schema, disk, clock, keys and log, and say what to do.

    Ends with 1 when something fails; warnings do not count.
    """
    settings = Settings()
    own = settings.database_url.get_secret_value()
    running = None if own else server.status(settings.database_dir)
    dsn = own or (running.dsn if running else "")
    findings = examine(Patient(settings=settings, dsn=dsn, now=SystemClock().now()))
    failed = any(finding.state is State.FAIL for finding in findings)
    if as_json:
        out({"ok": not failed, "findings": findings}, as_json=True, text="")
    else:
        _show(findings)
    raise typer.Exit(1 if failed else 0)


def _show(findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("", "check", "saw", "do"):
        table.add_column(column)
    colours = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}
    for finding in findings:
        mark = f"[{colours[finding.state]}]{finding.state}[/]"
        table.add_row(mark, finding.check, finding.saw, finding.do)
    told.print(table)


def _unasked(check: str) -> Finding:
    return Finding(check=check, state=State.WARN, saw="no database to ask")


def _answers(dsn: str) -> bool:
    try:
        return bool(dsn) and _ask(dsn, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def _ask(dsn: str, question: str) -> object:
    with psycopg.connect(dsn, connect_timeout=5) as db:
        row = db.execute(question.encode()).fetchone()
    return row and row[0]
