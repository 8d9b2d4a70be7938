"""kill -9 of the server or of PostgreSQL under load: what was answered is kept, once."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from tests.staging import PIN, DeviceKey, free_port, person_claim

from motma.access import service as access
from motma.bootstrap import Settings, open_platform
from motma.codec.issued import Form
from motma.identity import issuing, service
from motma.identity.model import Assurance
from motma.identity.service import Registered
from motma.kernel.clock import SystemClock
from motma.kernel.ids import uuid7
from motma.scan.appending import Appender
from motma.storage import server
from motma.storage.pool import connect

SEED = 1405
#: Kills of the server at named points, and of PostgreSQL at any moment.
SERVER_KILLS = 18
POSTGRES_KILLS = 4
WORKERS = 6


@dataclass
class Gate:
    """A device that scans one code again and again, each scan until it is acknowledged."""

    port: int
    key: DeviceKey
    token: str
    place: str
    text: str
    acknowledged: set[UUID] = field(default_factory=set)
    stop: bool = False

    async def scan_on(self) -> None:
        """Scan until told to stop; a scan that was not answered is sent again as it is."""
        scan_id = uuid7(SystemClock().now())
        while not self.stop:
            if await self._sent(scan_id):
                scan_id = uuid7(SystemClock().now())
            else:
                await asyncio.sleep(0.05)

    async def _sent(self, scan_id: UUID) -> bool:
        url = f"http://127.0.0.1:{self.port}/v1/scans"
        proof = self.key.proof("POST", url, token=self.token, at=SystemClock().now())
        headers = {"Authorization": f"DPoP {self.token}", "DPoP": proof}
        body = {
            "scan_id": str(scan_id),
            "code": self.text,
            "checkpoint": self.place,
            "purpose": "entry",
        }
        try:
            async with httpx.AsyncClient(timeout=10) as client:
                answer = await client.post(url, json=body, headers=headers)
        except httpx.HTTPError:
            return False
        if answer.status_code == 200:
            self.acknowledged.add(scan_id)
            return True
        assert answer.status_code in {500, 503}, answer.text
        return False


@pytest.fixture
async def home(open_directory: Path) -> AsyncIterator[Path]:
    """A platform of its own, whose PostgreSQL may be killed."""
    directory = open_directory / uuid4().hex
    directory.mkdir(mode=0o711)
    yield directory
    server.stop(directory / "postgres", force=True)


async def gate_for(home: Path, port: int) -> Gate:
    """Somebody to scan, and a guard's device to scan with."""
    key = DeviceKey()
    async with open_platform(Settings(home=home)) as platform, platform.transaction() as db:
        means = platform.means
        organisation = await access.add_organisation(db, means, "Gate")
        place = await access.add_place(
            db, means, organisation_id=organisation, kind="public-place", name="Gate"
        )
        await access.add_reader(
            db, means, organisation_id=organisation, login="guard@gate", role="place", pin=PIN
        )
        code, _ = await access.new_code(db, means, organisation_id=organisation)
        device = await access.enrol(db, means, code=code, jwk=dict(key.jwk), label="gate")
        session = await access.sign_in(
            db, means, device_id=device.device_id, thumbprint=device.thumbprint,
            login="guard@gate", pin=PIN,
        )  # fmt: skip
        done = await service.register(
            db, means, person_claim(), source="test", assurance=Assurance.SEEN
        )
        assert isinstance(done, Registered)
        person = await service.find(db, means, done.qid)
        text = await issuing.issue(db, means, person, form=Form.PAPER)
        token, _ = access.token_of(session, means)
    return Gate(port, key, token, str(place.place_id), text)


def started(home: Path, port: int, point: str, nth: int) -> "subprocess.Popen[bytes]":
    script = Path(__file__).with_name("killed_server.py")
    return subprocess.Popen(
        [sys.executable, str(script), str(port), point, str(nth)],
        env={**os.environ, "MOTMA_HOME": str(home)},
    )


async def test_killing_any_process_loses_no_acknowledged_scan_and_doubles_none(home: Path) -> None:
    chance = random.Random(SEED)
    gate = await gate_for(home, free_port())
    scanning = [asyncio.create_task(gate.scan_on()) for _ in range(WORKERS)]
    killed = 0
    for number in range(SERVER_KILLS):
        point = ("before-append", "after-flush", "before-answer")[number % 3]
        process = started(home, gate.port, point, chance.randint(1, 12))
        assert await asyncio.to_thread(process.wait, 60) == -signal.SIGKILL
        killed += 1
    process = started(home, gate.port, "never", 0)
    for _ in range(POSTGRES_KILLS):
        before = len(gate.acknowledged)
        while len(gate.acknowledged) < before + 20:
            await asyncio.sleep(chance.random() / 10)
        running = server.status(home / "postgres")
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        killed += 1
    before = len(gate.acknowledged)
    while len(gate.acknowledged) < before + 20:
        await asyncio.sleep(0.1)
    gate.stop = True
    await asyncio.gather(*scanning)
    kept = await kept_scans(home)
    process.send_signal(signal.SIGINT)
    await asyncio.to_thread(process.wait, 30)

    assert killed >= 20
    assert gate.acknowledged <= kept.keys(), "an acknowledged scan is lost"
    assert set(kept.values()) == {1}, "a scan is kept twice"


async def kept_scans(home: Path) -> dict[UUID, int]:
    db = await connect(server.ensure_running(home / "postgres").dsn)
    try:
        rows = await db.fetch(
            "SELECT event_id, count(*) AS n FROM event WHERE kind = 'scan.read' GROUP BY event_id"
        )
    finally:
        await db.close()
    return {row["event_id"]: row["n"] for row in rows}


async def test_an_answer_waits_until_its_append_is_flushed(home: Path) -> None:
    """SIGKILL passes with fsync off too, so what makes it durable is asked for by name."""
    async with open_platform(Settings(home=home)) as platform, platform.pool.acquire() as db:
        settings = {
            name: await db.fetchval(f"SHOW {name}")
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        }
        assert settings == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        behind = []
        for _ in range(5):  # PostgreSQL's own background may write between the two
            appender = Appender(platform.pool, platform.keyring)
            await appender.append(platform.means.event("test.flushed", {}))
            behind.append(
                await db.fetchval(
                    "SELECT pg_wal_lsn_diff("
                    "pg_current_wal_insert_lsn(), pg_current_wal_flush_lsn())"
                )
            )
        assert 0 in behind
