"""Scans per second, end to end: real tokens and proofs, real signatures, real views, audit on.

    python bench/scan.py [--people 100000] [--seconds 5] [--runs 5]

Load generator, server and PostgreSQL share the machine's cores. Requests are written before
the clock starts, so that the generator costs little; what it costs is printed. The opponent is a
bare Starlette handler that does the same statements with the same grouping and checks the same
proof of possession, but no token, no QR signature, no view and no event (`bench/bare.py`).
Last line: one JSON object.
"""

import argparse
import asyncio
import json
import os
import platform as machine
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from gates import Gates, furnish
from load import closed_loop, cpu_seconds, go_along, go_first, open_loop

from motma.bootstrap import Settings, open_platform
from motma.storage import server

PORT: Final = 8711
#: Requests prepared for each second of a closed loop; more than can be answered.
MOST_PER_SECOND: Final = 6_000


class Case(NamedTuple):
    """What is measured: an application, its workers, and the rate of an open loop."""

    app: str
    workers: int
    rate: float | None = None


CASES: Final = {
    "motma": Case("motma.web.app:create", 2),
    "bare": Case("bare:create", 2),
    "audit off": Case("bare:create_without_audit", 2),
    "motma 1 worker": Case("motma.web.app:create", 1),
    "audit off 1 worker": Case("bare:create_without_audit", 1),
    "motma at 1,500/s": Case("motma.web.app:create", 2, 1500.0),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What one run measured."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int
    cores: dict[str, float]

    def line(self, name: str) -> str:
        """One line of the table."""
        cores = "  ".join(f"{who} {value:.2f}" for who, value in self.cores.items())
        return (
            f"{name:<20}{self.per_second:>7,.0f}/s  p50 {self.p50_ms:6.1f} ms"
            f"  p99 {self.p99_ms:6.1f} ms  failed {self.failed}  cores: {cores}"
        )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="motma-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        postgres = server.ensure_running(home / "postgres").pid
        try:
            import_people(home, chosen.people)
            gates, people = asyncio.run(prepare(home))
            runs: dict[str, list[Run]] = {name: [] for name in CASES}
            # round after round, so that the machine's moods fall on all alike
            for _ in range(chosen.runs):
                for name, case in CASES.items():
                    runs[name].append(measure(case, gates, home, postgres, chosen.seconds))
                    print(runs[name][-1].line(name), flush=True)
        finally:
            server.stop(home / "postgres", force=True)
    report({name: median(found) for name, found in runs.items()}, people, chosen.runs)


def import_people(home: Path, count: int) -> None:
    """A register of that many people, imported as an operator would."""
    motma = str(Path(sys.executable).with_name("motma"))
    file = str(home / "people.csv")
    for command in (
        [motma, "simulate", "population", "--count", str(count), "-o", file],
        [motma, "people", "import", file],
    ):
        environment = {**os.environ, "MOTMA_HOME": str(home)}
        subprocess.run(command, env=environment, check=True, capture_output=True)


async def prepare(home: Path) -> tuple[Gates, int]:
    """The gates, and how many people there are; refuses to measure without durability."""
    async with open_platform(Settings(home=home)) as platform:
        async with platform.pool.acquire() as db:
            await db.execute("VACUUM ANALYZE")
            for setting in ("fsync", "synchronous_commit"):
                if await db.fetchval(f"SHOW {setting}") != "on":
                    raise SystemExit(f"{setting} is off: this would measure nothing")
            people: int = await db.fetchval("SELECT count(*) FROM person")
        return await furnish(platform), people


def measure(case: Case, gates: Gates, home: Path, postgres: int, seconds: float) -> Run:
    """One run against a freshly started server."""
    started = serve(case, home)
    try:
        asyncio.run(closed_loop(gates.requests(400, port=PORT), port=PORT, seconds=1))
        made = gates.requests(int((case.rate or MOST_PER_SECOND) * seconds), port=PORT)
        go_first()
        before = cpu_seconds(postgres=postgres, server=started.pid)
        work = (
            open_loop(made, port=PORT, rate=case.rate)
            if case.rate
            else closed_loop(made, port=PORT, seconds=seconds)
        )
        answers = asyncio.run(work)
        after = cpu_seconds(postgres=postgres, server=started.pid)
    finally:
        go_along()
        started.send_signal(signal.SIGINT)
        started.wait(30)
    ordered = sorted(answers.latencies)
    return Run(
        per_second=len(ordered) / answers.seconds,
        p50_ms=1000 * ordered[len(ordered) // 2],
        p99_ms=1000 * ordered[int(len(ordered) * 0.99)],
        failed=answers.failed,
        cores={who: round((after[who] - before[who]) / answers.seconds, 2) for who in after},
    )


def serve(case: Case, home: Path) -> "subprocess.Popen[bytes]":
    """The server in processes of its own, ready to answer."""
    site = f"host='127.0.0.1', port={PORT}, workers={case.workers}, app='{case.app}'"
    program = (
        f"from motma.web.workers import Site, serve\nif __name__ == '__main__': serve(Site({site}))"
    )
    command = [sys.executable, "-c", program]
    more = {"MOTMA_HOME": str(home), "PYTHONPATH": str(Path(__file__).parent)}
    started = subprocess.Popen(command, env=os.environ | more)
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=1):
                time.sleep(1.5)  # for the other worker
                return started
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def median(runs: list[Run]) -> Run:
    """Each figure's median over the runs."""
    return Run(
        per_second=statistics.median(run.per_second for run in runs),
        p50_ms=statistics.median(run.p50_ms for run in runs),
        p99_ms=statistics.median(run.p99_ms for run in runs),
        failed=sum(run.failed for run in runs),
        cores={
            who: round(statistics.median(run.cores[who] for run in runs), 2)
            for who in runs[0].cores
        },
    )


def report(results: dict[str, Run], people: int, runs: int) -> None:
    """The table for people, then one JSON object."""
    print(
        f"\nmedian of {runs} · {people:,} people · {machine.machine()} · {os.cpu_count()} cores · "
        f"Python {machine.python_version()} · fsync on"
    )
    for name, run in results.items():
        print(run.line(name))
    rate = {name: run.per_second for name, run in results.items()}
    figures = {
        "people": people,
        "scans_per_s": round(rate["motma"]),
        "of_bare": round(rate["motma"] / rate["bare"], 3),
        "of_audit_off": round(rate["motma"] / rate["audit off"], 3),
        "of_audit_off_1_worker": round(rate["motma 1 worker"] / rate["audit off 1 worker"], 3),
        "p50_ms_at_1500": round(results["motma at 1,500/s"].p50_ms, 1),
        "p99_ms_at_1500": round(results["motma at 1,500/s"].p99_ms, 1),
        "failed": sum(run.failed for run in results.values()),
        "cores": {name: run.cores for name, run in results.items()},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
