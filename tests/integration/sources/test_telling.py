"""What was decided of a record reaches its source: at least once, under an id, when it is back."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from tests.integration.sources.conftest import Reading
from tests.integration.sources.processes import Processes, free_port, made
from tests.staging import DeviceKey

from motma.access import service as access
from motma.access.clients import service as clients
from motma.egress.client import Egress
from motma.egress.errors import NoAnswer
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.service import Registered
from motma.records import service as records
from motma.records.claims import corrections
from motma.records.claims.corrections import Errand
from motma.records.sources import letters, running, service, telling
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
    assert await telling.tell(pool, means, "immunisation") == 2
    first, wanted = (await _heard(port)).values()
    assert (first["source_id"], first["effect"]) == ("D1", "retracted")
    assert wanted["effect"] == "forwarded"
    await reading.run("UPDATE local.outbox SET done_at = NULL WHERE key = 'immunisation'")
    assert await telling.tell(pool, means, "immunisation") == 1  # as if the commit had been lost
    assert len(await _heard(port)) == 2
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
    assert await reading.value(sent) in {1, 2}  # together, unless bad weather came between


async def _wanted(reading: Reading, kind: str) -> None:
    """A record that nobody has is to be looked for at every source of its kind."""
    async with reading.platform.transaction() as db:
        person_id = await db.fetchval("SELECT person_id FROM person")
        errand = Errand(person_id=person_id, claim_id=CLAIM, effect="forwarded")
        await corrections.leave(db, reading.platform.means, errand, record=None, kind=kind)


async def _person(reading: Reading) -> None:
    claim = Claim(
        full_name="Trần Thị Thử",
        birth="1990-02-03",
        documents=(ShownDocument(kind="cccd", number="001190900001", seen=True),),
    )
    async with reading.platform.transaction() as db:
        await identity.register(
            db, reading.platform.means, claim, source="desk", assurance=Assurance.SEEN
        )


async def _lab(reading: Reading, *scopes: str) -> str:
    """A laboratory's program, which has pushed before; the name of the source that it is."""
    means = reading.platform.means
    async with reading.platform.transaction() as db:
        client = await clients.add(
            db,
            means,
            organisation_id=reading.stage.organisation,
            name="Lab",
            scopes=["tests:write", *scopes],
            jwk={**DeviceKey().jwk},
        )
        await service.push(db, means, service.pushed_by(client), [])
    return service.pushed_by(client)


async def test_what_everybody_is_to_look_for_reaches_feeds_folders_and_laboratories_once_each(
    reading: Reading, processes: Processes, tmp_path: Path
) -> None:
    port, pool, means = free_port(), reading.platform.pool, reading.platform.means
    folder = tmp_path / "drop"
    folder.mkdir()
    await _person(reading)
    lab, silent = await _lab(reading, "corrections:read"), await _lab(reading)
    await reading.add(port, "tests")
    await reading.add_one("labs", "tests", folder.as_uri())
    await _wanted(reading, "test")

    async def fetched(name: str, *heard: str) -> list[telling.Sent]:
        async with reading.platform.transaction() as db:
            return await telling.fetch(db, means, name, heard=heard)

    for _ in range(2):
        await telling.tell(pool, means, "labs")
    (file,) = (folder / "corrections").iterdir()
    said = msgspec.json.decode(file.read_bytes(), type=telling.Sent)
    assert file.name == f"{said.id}.json"
    assert (said.effect, said.whose["document_number"]) == ("forwarded", "001190900001")
    with pytest.raises(NoAnswer):
        await telling.tell(pool, means, "tests")  # away: it keeps nobody from hearing
    (same,) = await fetched(lab)
    assert same == said
    assert await fetched(lab, said.id) == []
    assert await _open(reading) == 1

    processes.source(port, Weather())
    assert await telling.tell(pool, means, "tests") == 1
    assert await telling.tell(pool, means, "tests") == 0
    assert await _open(reading) == 0
    heard = "SELECT array_agg(source ORDER BY source) FROM local.correction_heard"
    assert set(await reading.value(heard)) == {"labs", "tests", lab}
    assert silent not in await reading.value(heard)  # its key may not read what was decided


async def _open(reading: Reading) -> int:
    return int(await reading.value("SELECT count(*) FROM local.outbox WHERE done_at IS NULL"))


async def test_nobody_waits_for_a_source_that_ended_or_an_organisation_that_closed(
    reading: Reading, tmp_path: Path
) -> None:
    pool, means = reading.platform.pool, reading.platform.means
    folder = tmp_path / "drop"
    folder.mkdir()
    await _person(reading)
    lab = await _lab(reading, "corrections:read")
    await reading.add_one("labs", "tests", folder.as_uri())
    await reading.add(9, "tests")
    await _wanted(reading, "test")
    assert await telling.tell(pool, means, "labs") == 1
    assert await _open(reading) == 1
    async with reading.platform.transaction() as db:
        await service.end(db, means, "tests")
        assert lab in [one.source for one in await service.health(db, means)]
        await access.set_organisation_status(
            db, means, organisation_id=reading.stage.organisation, status="closed"
        )
        assert [one.source for one in await service.health(db, means)] == ["labs"]
    assert await telling.tell(pool, means, "labs") == 0
    assert await _open(reading) == 0
    async with reading.platform.transaction() as db:
        await access.set_organisation_status(
            db, means, organisation_id=reading.stage.organisation, status="active"
        )
        assert lab in [one.source for one in await service.health(db, means)]


async def test_what_a_folder_left_lying_is_deleted_in_its_time(
    reading: Reading, tmp_path: Path
) -> None:
    await _person(reading)
    await reading.add_one("labs", "tests", tmp_path.as_uri())
    await _wanted(reading, "test")
    await telling.tell(reading.platform.pool, reading.platform.means, "labs")
    (file,) = (tmp_path / "corrections").iterdir()
    assert file.stat().st_mode & 0o007 == 0
    written = reading.platform.clock.now().timestamp() - 32 * 86_400
    os.utime(file, (written, written))
    await reading.run("DELETE FROM local.outbox")
    async with reading.platform.transaction() as db:
        await service.forget(db, reading.platform.means)
    assert not file.exists()
    assert await reading.value("SELECT count(*) FROM local.correction_heard") == 0
