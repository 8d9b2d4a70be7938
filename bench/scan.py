"""Scans per second, end to end: real tokens and proofs, real signatures, real views, audit on.

    python bench/scan.py [--people 100000] [--seconds 8] [--runs 5]

Load generator, server and PostgreSQL share the machine's cores. Requests are written before
the clock starts, so that the generator costs little; what it costs is printed. The opponent is a
bare Starlette handler that does the same statements with the same grouping and checks the same
proof of possession, but no token, no QR signature, no view and no event (`bench/bare.py`).
Last line: one JSON object.
"""

import argparse
import asyncio
import hashlib
import json
import os
import platform as machine
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from motma.access import service as access
from motma.access.model import Device, Reader, Session
from motma.access.tokens import b64
from motma.bootstrap import Platform, Settings, open_platform
from motma.codec.issued import Form
from motma.codec import issued
from motma.identity import issuing
from motma.identity import service as identity
from motma.kernel.ids import uuid7

DEVICES = 512
TEXTS = 4_000
PORT = 8711
CONNECTIONS = 32


@dataclass
class Run:
    """What one run measured."""

    name: str
    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int
    cpu: dict[str, float]


class Signer:
    """A device's key, written as DPoP needs it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        x, y = (b64(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
        self.jwk = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        self.point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        canonical = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
        self.thumbprint = b64(hashlib.sha256(canonical.encode()).digest())
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}
        self.head = b64(json.dumps(head, separators=(",", ":")).encode())

    def proof(self, jti: str, token: str, at_s: float) -> str:
        """A proof for POST /v1/scans."""
        ath = b64(hashlib.sha256(token.encode()).digest())
        url = f"http://127.0.0.1:{PORT}/v1/scans"
        body = {"jti": jti, "htm": "POST", "htu": url, "iat": at_s, "ath": ath}
        signed = f"{self.head}.{b64(json.dumps(body).encode())}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass
class Desk:
    """What requests are made from."""

    signers: list[Signer]
    tokens: list[str]
    place: UUID
    texts: list[str]


async def furnish(platform: Platform) -> Desk:
    """An organisation with many devices and readers, and the QR texts of many people."""
    means = platform.means
    now = means.clock.now()
    signers = [Signer() for _ in range(DEVICES)]
    sessions = []
    async with platform.transaction() as db:
        organisation = await access.add_organisation(db, means, "Bench")
        place = await access.add_place(
            db, means, organisation_id=organisation, kind="public-place", name="Bench gate"
        )
        for number, signer in enumerate(signers):
            # rows as the use cases write them, without 512 deliberately slow PIN hashes
            reader_id, device_id, session_id = (uuid7(now) for _ in range(3))
            login = f"r{number}-{organisation.hex[-6:]}@bench"
            await db.execute(
                "INSERT INTO reader VALUES ($1,$2,$3,'place','-','active',$4)",
                reader_id, organisation, login, now,
            )  # fmt: skip
            await db.execute(
                "INSERT INTO device VALUES ($1,'reader',$2,NULL,$3,$4,'bench','active',$5,NULL)",
                device_id, organisation, signer.point, signer.thumbprint, now,
            )  # fmt: skip
            ends = now.replace(year=now.year + 1)
            await db.execute(
                "INSERT INTO session VALUES ($1,$2,$3,$4,$5,NULL)",
                device_id, session_id, reader_id, now, ends,
            )  # fmt: skip
            sessions.append(
                Session(
                    device=Device(
                        device_id=device_id, kind="reader", organisation_id=organisation,
                        person_id=None, thumbprint=signer.thumbprint, status="active",
                    ),
                    session_id=session_id,
                    reader=Reader(
                        reader_id=reader_id, organisation_id=organisation, login=login,
                        role="place", pin_hash="-", status="active",
                    ),
                    ends_at=ends,
                    ended_at=None,
                )
            )  # fmt: skip
    texts = await texts_of(platform)
    return Desk(signers, [access.token_of(s, means)[0] for s in sessions], place.place_id, texts)


async def texts_of(platform: Platform) -> list[str]:
    """Signed paper codes of people spread over the whole register."""
    means = platform.means
    async with platform.pool.acquire() as db:
        rows = await db.fetch(
            "SELECT person_id FROM person ORDER BY md5(person_id::text) LIMIT $1", TEXTS
        )
        people = [await identity.resolve(db, means, row["person_id"]) for row in rows]
    kid = means.keyring.active("qr").kid
    values = [
        issuing._masked(p, 1, form=Form.PAPER, wallet=None, now=means.clock.now()) for p in people
    ]
    return [
        issued.compose(v, kid=kid, sign=lambda data: means.keyring.sign("qr", data)) for v in values
    ]


def requests(desk: Desk, count: int) -> list[bytes]:
    """Whole requests, each with a scan id and a proof of its own, spread over the devices."""
    from motma.kernel.clock import SystemClock

    now = SystemClock().now()
    made = []
    for number in range(count):
        device = number % DEVICES
        scan_id = uuid7(now)
        body = json.dumps(
            {
                "scan_id": str(scan_id),
                "code": desk.texts[number % len(desk.texts)],
                "checkpoint": str(desk.place),
                "purpose": "entry",
            }
        ).encode()
        token = desk.tokens[device]
        proof = desk.signers[device].proof(scan_id.hex, token, now.timestamp())
        head = (
            f"POST /v1/scans HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n"
            f"Authorization: DPoP {token}\r\nDPoP: {proof}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


class Line(asyncio.Protocol):
    """One kept-alive connection: one request at a time, the answer's status and length only."""

    def __init__(self) -> None:
        self.buffer = b""
        self.done: asyncio.Future[bool] | None = None
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self.done is not None and not self.done.done():
            self.done.set_exception(error or ConnectionError())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) >= length and self.done is not None:
            self.buffer = b""
            known = b" 200 " in head[:16] and b'"outcome":"known"' in body
            self.done.set_result(known)

    def send(self, request: bytes) -> "asyncio.Future[bool]":
        self.done = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.done


async def closed_loop(made: list[bytes], seconds: float) -> tuple[list[float], int, float]:
    """As fast as the connections take it; latencies, failures, time used."""
    loop = asyncio.get_running_loop()
    lines = [(await loop.create_connection(Line, "127.0.0.1", PORT))[1] for _ in range(CONNECTIONS)]
    latencies: list[float] = []
    failed = 0
    source = iter(made)
    begun = time.perf_counter()

    async def work(line: Line) -> None:
        nonlocal failed
        for request in source:
            sent = time.perf_counter()
            if sent - begun > seconds:
                return
            failed += not await line.send(request)
            latencies.append(time.perf_counter() - sent)

    await asyncio.gather(*(work(line) for line in lines))
    used = time.perf_counter() - begun
    for line in lines:
        line.transport.close()
    return latencies, failed, used


async def open_loop(made: list[bytes], rate: float) -> tuple[list[float], int, float]:
    """Requests at fixed moments, whatever the answers do; latency counts from the due moment."""
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(128):
        free.put_nowait((await loop.create_connection(Line, "127.0.0.1", PORT))[1])
    latencies: list[float] = []
    failed = 0

    async def one(request: bytes, due: float) -> None:
        nonlocal failed
        line = await free.get()
        failed += not await line.send(request)
        latencies.append(time.perf_counter() - due)
        free.put_nowait(line)

    begun = time.perf_counter()
    tasks = []
    for number, request in enumerate(made):
        due = begun + number / rate
        wait = due - time.perf_counter()
        if wait > 0.0005:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*tasks)
    used = time.perf_counter() - begun
    while not free.empty():
        free.get_nowait().transport.close()
    return latencies, failed, used


def cpu_seconds(postgres: int, server: int) -> dict[str, float]:
    """CPU seconds used so far by PostgreSQL, by the server's processes, and by us."""
    totals = {"postgres": 0.0, "server": 0.0, "generator": 0.0}
    tick = os.sysconf("SC_CLK_TCK")
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parts = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(parts[1])
            used[int(entry.name)] = (int(parts[11]) + int(parts[12])) / tick
    for pid, seconds in used.items():
        if postgres in (pid, parents[pid]):
            totals["postgres"] += seconds
        elif server in (pid, parents[pid], parents.get(parents[pid], 0)):
            totals["server"] += seconds
    mine = resource.getrusage(resource.RUSAGE_SELF)
    totals["generator"] = mine.ru_utime + mine.ru_stime
    return totals


def serve(app: str, home: Path, workers: int, **more: str) -> "subprocess.Popen[bytes]":
    """The server in processes of its own, ready to answer."""
    command = [
        sys.executable, "-m", "uvicorn", app, "--factory", "--port", str(PORT), "--workers",
        str(workers), "--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http",
        "httptools", "--no-date-header", "--no-server-header", "--backlog", "4096",
    ]  # fmt: skip
    environment = {**os.environ, "MOTMA_HOME": str(home), "PYTHONPATH": str(Path(__file__).parent)}
    started = subprocess.Popen(command, env=environment | more)
    import urllib.request

    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=1)
            time.sleep(0.5)
            return started
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def stop(started: "subprocess.Popen[bytes]") -> None:
    """Stop the server and wait for its end."""
    started.send_signal(signal.SIGINT)
    started.wait(30)


def measure(name: str, desk: Desk, started: Any, postgres: int, *, seconds: float, rate: float | None) -> Run:
    """One run against a server that is up."""
    count = int((rate or 6_000) * seconds)
    made = requests(desk, count)
    asyncio.run(closed_loop(requests(desk, 400), 1.0))  # warm
    before = cpu_seconds(postgres, started.pid)
    work = open_loop(made, rate) if rate else closed_loop(made, seconds)
    latencies, failed, used = asyncio.run(work)
    after = cpu_seconds(postgres, started.pid)
    ordered = sorted(latencies)
    return Run(
        name=name,
        per_second=len(ordered) / used,
        p50_ms=1000 * ordered[len(ordered) // 2],
        p99_ms=1000 * ordered[int(len(ordered) * 0.99)],
        failed=failed,
        cpu={who: round((after[who] - before[who]) / used, 2) for who in after},
    )


def median(runs: list[Run]) -> Run:
    """Each figure's median over the runs."""
    return Run(
        name=runs[0].name,
        per_second=statistics.median(r.per_second for r in runs),
        p50_ms=statistics.median(r.p50_ms for r in runs),
        p99_ms=statistics.median(r.p99_ms for r in runs),
        failed=sum(r.failed for r in runs),
        cpu={k: round(statistics.median(r.cpu[k] for r in runs), 2) for k in runs[0].cpu},
    )


def tell(run: Run) -> None:
    """One line of the table."""
    cores = "  ".join(f"{who} {value:.2f}" for who, value in run.cpu.items())
    print(
        f"{run.name:<34}{run.per_second:>9,.0f}/s  p50 {run.p50_ms:6.1f} ms  p99 {run.p99_ms:6.1f} ms"
        f"  failed {run.failed}  cores: {cores}",
        flush=True,
    )


def prepare(home: Path, people: int) -> tuple[Desk, int]:
    """A register of that many people, imported as an operator would, and a desk to scan from."""
    file = home / "people.csv"
    motma = str(Path(sys.executable).with_name("motma"))
    environment = {**os.environ, "MOTMA_HOME": str(home)}
    quiet = {"env": environment, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([motma, "simulate", "population", "--count", str(people), "-o", str(file)], **quiet)
    subprocess.run([motma, "people", "import", str(file)], **quiet)

    async def furnished() -> tuple[Desk, int]:
        async with open_platform(Settings(home=home)) as platform:
            async with platform.pool.acquire() as db:
                await db.execute("VACUUM ANALYZE")
                fsync = await db.fetchval("SHOW fsync"), await db.fetchval("SHOW synchronous_commit")
                assert fsync == ("on", "on"), fsync
                count = await db.fetchval("SELECT count(*) FROM person")
            return await furnish(platform), count

    return asyncio.run(furnished())


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=6)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    from motma.storage import server

    with tempfile.TemporaryDirectory(prefix="motma-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        postgres = server.ensure_running(home / "postgres")
        try:
            desk, people = prepare(home, chosen.people)
            results = compare(desk, home, postgres.pid, chosen)
        finally:
            server.stop(home / "postgres", force=True)
    report(results, people)


#: name → (application, workers, settings, open-loop rate)
CASES: dict[str, tuple[str, int, dict[str, str], float | None]] = {
    "motma": ("motma.web.app:create", 2, {}, None),
    "bare": ("bare:create", 2, {}, None),
    "audit off": ("bare:create_without_audit", 2, {}, None),
    "motma 1 worker": ("motma.web.app:create", 1, {}, None),
    "audit off 1 worker": ("bare:create_without_audit", 1, {}, None),
    "motma at 1,500/s": ("motma.web.app:create", 2, {}, 1500.0),
}


def compare(desk: Desk, home: Path, postgres: int, chosen: Any) -> dict[str, Run]:
    """Every case in turn, round after round, so that the machine's moods fall on all alike."""
    runs: dict[str, list[Run]] = {name: [] for name in CASES}
    for _ in range(chosen.runs):
        for name, (app, workers, more, rate) in CASES.items():
            started = serve(app, home, workers, **more)
            try:
                seconds = chosen.seconds
                runs[name].append(
                    measure(name, desk, started, postgres, seconds=seconds, rate=rate)
                )
            finally:
                stop(started)
            tell(runs[name][-1])
    return {name: median(found) for name, found in runs.items()}


def report(results: dict[str, Run], people: int) -> None:
    """The table for people, then one JSON object."""
    print(f"\nmedians · {people:,} people · {machine.processor() or machine.machine()} · "
          f"{os.cpu_count()} cores · Python {machine.python_version()} · fsync on\n")  # fmt: skip
    for run in results.values():
        tell(run)
    figures = {
        "people": people,
        "scans_per_s": round(results["motma"].per_second),
        "of_bare": round(results["motma"].per_second / results["bare"].per_second, 3),
        "of_audit_off": round(results["motma"].per_second / results["audit off"].per_second, 3),
        "of_audit_off_1_worker": round(
            results["motma 1 worker"].per_second / results["audit off 1 worker"].per_second, 3
        ),
        "p99_ms_at_1500": round(results["motma at 1,500/s"].p99_ms, 1),
        "p50_ms_at_1500": round(results["motma at 1,500/s"].p50_ms, 1),
        "failed": sum(r.failed for r in results.values()),
        "cores": {name: run.cpu for name, run in results.items()},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
