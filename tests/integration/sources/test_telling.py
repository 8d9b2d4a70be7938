"""What was decided of a record reaches its source: at least once, under an id, when it is back."""

import asyncio
from contextlib import suppress
from uuid import UUID

import msgspec
import pytest
from tests.integration.sources.conftest import Reading
from tests.integration.sources.processes import Processes, free_port, made

from motma.egress.client import Egress
from motma.egress.errors import NoAnswer
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.service import Registered
from motma.records import service as records
from motma.records.claims import corrections
from motma.records.claims.corrections import Errand
from motma.records.sources import letters, running, telling
from motma.simulate.serving import Weather

CLAIM = UUID(int=5)


async def decided(reading: Reading) -> None:
    """A record of the registry that was taken back here, and a dose that nobody has."""
    means = reading.platform.means
    item = {**made().immunisation[0], "id": "D1"}
    claim = Claim(
        full_name="Trần Thị Thử",
        birth="1990-02-03",
        documents=(ShownDocument(kind="cccd", number="001190900001", seen=True),),
    )
    async with reading.platform.transaction() as db:
        taken = await letters.take(
            db, means, "immunisation", "immunisation", [msgspec.json.encode(item)]
        )
        assert taken.ids == ("D1",)
        done = await identity.register(db, means, claim, source="desk", assurance=Assurance.SEEN)
        assert isinstance(done, Registered)
        person_id = await db.fetchval("SELECT person_id FROM person")
        record_id = await db.fetchval("SELECT record_id FROM health_record")
        errand = Errand(
            person_id=person_id, claim_id=CLAIM, effect="retracted", record_id=record_id
        )
        shown = await records.find(db, means, record_id)
        await corrections.leave(db, means, errand, record=shown, kind="dose")
        wanted = Errand(person_id=person_id, claim_id=CLAIM, effect="forwarded")
        await corrections.leave(db, means, wanted, record=None, kind="dose")


async def _heard(port: int) -> dict[str, dict[str, object]]:
    async with Egress(private_network=True) as egress:
        body = await egress.get(f"http://127.0.0.1:{port}/immunisation/corrections")
    return msgspec.json.decode(body, type=dict[str, dict[str, object]])


async def test_a_decision_waits_until_its_source_is_back_and_comes_under_the_same_id(
    reading: Reading, processes: Processes
) -> None:
    port, pool, means = free_port(), reading.platform.pool, reading.platform.means
    await reading.add(port, "immunisation", "tests")
    await decided(reading)
    with pytest.raises(NoAnswer):
        await telling.tell(pool, means, "immunisation")
    async with pool.acquire() as db:
        waiting = await telling.waiting(db)
    assert [(each.key, each.corrections) for each in waiting] == [
        ("any:dose", 1),
        ("immunisation", 1),
    ]

    processes.source(port, Weather())
    assert await telling.tell(pool, means, "immunisation") == 1
    (first,) = (await _heard(port)).values()
    assert (first["source_id"], first["effect"]) == ("D1", "retracted")
    await reading.run("UPDATE local.outbox SET done_at = NULL WHERE key = 'immunisation'")
    assert await telling.tell(pool, means, "immunisation") == 1  # as if the commit had been lost
    assert len(await _heard(port)) == 1
    assert await telling.tell(pool, means, "immunisation") == 0


async def test_the_running_reader_tells_its_sources_in_bad_weather_too(
    reading: Reading, processes: Processes
) -> None:
    port, pool, means = free_port(), reading.platform.pool, reading.platform.means
    processes.source(port, Weather(outages=0.3, seed=3))
    await reading.add(port, "immunisation")
    await decided(reading)
    stop = asyncio.Event()
    task = asyncio.create_task(running.run(pool, means, stop, idle_s=0.05))
    with suppress(TimeoutError):
        async with asyncio.timeout(30):
            while await reading.value("SELECT count(*) FROM local.outbox WHERE done_at IS NULL"):
                await asyncio.sleep(0.05)
    stop.set()
    await task
    heard = (await _heard(port)).values()
    assert {each["effect"] for each in heard} == {"retracted", "forwarded"}
    async with pool.acquire() as db:
        assert await telling.waiting(db) == []
    sent = "SELECT count(*) FROM event WHERE kind = 'sources.corrections-sent'"
    assert await reading.value(sent) == 2
