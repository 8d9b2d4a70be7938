"""Four sources read over real connections: all of it, once, whatever the weather."""

import asyncio
from pathlib import Path
from uuid import UUID

import msgspec
from tests.integration.sources.conftest import KINDS, Reading
from tests.integration.sources.processes import Processes, free_port, made

from motma.kernel.errors import Declined
from motma.records.sources import letters, running, service
from motma.simulate.laboratory import drop
from motma.simulate.serving import Weather

CALM = Weather(most=50)
BY = UUID(int=7)


async def _drain(reading: Reading, *kinds: str) -> int:
    """Read to the end, waiting for nothing: the circuit is closed by hand after each failure."""
    taken = 0
    for kind in kinds:
        for _ in range(200):
            try:
                taken += await running.drain(reading.platform.pool, reading.platform.means, kind)
                break
            except Declined:
                await reading.run("UPDATE local.source SET not_before = NULL")
        else:
            raise AssertionError(f"{kind} was not read to its end")
    return taken


async def test_all_four_sources_arrive_whole_and_a_second_import_changes_nothing(
    reading: Reading, processes: Processes
) -> None:
    port = free_port()
    processes.source(port, CALM)
    await reading.add(port, *KINDS)
    await _drain(reading, *KINDS)

    sent = made()
    good = {item["id"] for item in sent.immunisation if item["what"]["product"][:2] != "no"}
    good |= {item["id"] for item in sent.tests if len(item["what"]["at"]) > 10}
    state = await reading.state()
    assert state["records"] == [(len(good),)]
    assert state["people"][0][0] >= 100
    assert state["attached"][0][0] > 50
    broken = {item["id"] for item in sent.population if item["birth"] == "1980-13-41"}
    named = {row[1]: row[2] for row in state["letters"] if row[0] == "population"}
    assert named.get("birth.not-a-date", 0) == len(broken)

    await reading.run("UPDATE local.source SET cursor = ''")
    assert await _drain(reading, *KINDS) > len(good)
    assert await reading.state() == state


async def test_bad_weather_ends_in_the_same_state_as_good(
    reading: Reading, processes: Processes
) -> None:
    calm, rough = free_port(), free_port()
    processes.source(calm, CALM)
    processes.source(
        rough, Weather(latency_s=0.002, outages=0.2, cuts=0.2, overlaps=0.5, most=40, seed=7)
    )
    await reading.add(rough, *KINDS)
    await _drain(reading, *KINDS)
    state = await reading.state()
    assert await reading.value("SELECT sum(failures) FROM local.source_hour") > 3

    await reading.run("UPDATE local.source SET cursor = ''")
    await reading.add(calm, *KINDS)  # the same sources at another address
    await _drain(reading, *KINDS)
    assert await reading.state() == state


async def test_two_registers_of_the_same_people_are_read_beside_each_other(
    reading: Reading, processes: Processes
) -> None:
    port = free_port()
    processes.source(port, Weather(most=30))
    await reading.add(port, *KINDS)
    pool, means = reading.platform.pool, reading.platform.means
    await asyncio.gather(*(running.drain(pool, means, kind) for kind in KINDS))  # none gives up
    together = await reading.state()
    assert together["people"] == await _registered(reading)
    await reading.run("UPDATE local.source SET cursor = ''")
    await _drain(reading, *KINDS)
    assert await reading.state() == together


async def _registered(reading: Reading) -> list[tuple[int]]:
    events = "SELECT count(*) FROM event WHERE kind = 'identity.registered'"
    return [(await reading.value(events),)]


async def test_a_dropped_file_is_read_once_and_put_away_and_a_bad_line_is_a_letter(
    reading: Reading, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    tests = [item for item in made().tests if len(item["what"]["at"]) > 10]
    drop(folder, "b", tests[:5])
    first = drop(folder, "a", tests[5:8])
    first.write_bytes(first.read_bytes() + b"no json\n\n" + b"x" * 200_000 + b"\n")
    await reading.add_one("labs", "tests", folder.as_uri())
    assert await running.drain(reading.platform.pool, reading.platform.means, "labs") == 8
    assert list(folder.glob("*.ndjson")) == []
    assert len(list((folder / "done").iterdir())) == 2
    state = await reading.state()
    assert state["letters"] == [("labs", "sources.item-form", 2)]

    drop(folder, "a", tests[5:8])  # the same name, another file
    assert await running.drain(reading.platform.pool, reading.platform.means, "labs") == 3
    assert await reading.state() == state


async def test_a_process_that_dies_between_commit_and_move_moves_the_file_later(
    reading: Reading, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    file = drop(folder, "a", made().tests[:4])
    await reading.add_one("labs", "tests", folder.as_uri())
    pool, means = reading.platform.pool, reading.platform.means
    await service.pull(pool, means, "labs")
    put_away = next((folder / "done").iterdir())
    put_away.rename(file)  # as if the move had not been done; inode and time are the same
    assert (await service.pull(pool, means, "labs")).items == 0
    assert not file.exists()


async def test_a_letter_is_read_corrected_and_replayed_and_all_is_in_the_log(
    reading: Reading,
) -> None:
    means = reading.platform.means
    item = {**made().tests[0], "id": "T1"}
    wrong = {**item, "what": {**item["what"], "result": "no-such-result"}}
    async with reading.platform.transaction() as db:
        taken = await service.push(db, means, "lab", [_json(wrong), _json(wrong)])
    assert [dead.code for dead in taken.dead] == ["records.code-unknown"] * 2
    async with reading.platform.transaction() as db:
        (letter,) = await letters.listed(db)
        assert (letter.code, letter.field) == ("records.code-unknown", "result")
        text = await letters.read(db, means, letter.letter_id, by=BY)
        assert b"no-such-result" in text
        still = await letters.replay(db, means, letter.letter_id, by=BY)
        assert not still.taken
        done = await letters.replay(db, means, letter.letter_id, by=BY, corrected=_json(item))
        assert done.taken
        assert await letters.listed(db) == []
    assert await reading.value("SELECT count(*) FROM health_record") == 1
    kinds = "SELECT count(*) FROM event WHERE kind = $1"
    assert await reading.value(kinds, "sources.letter-read") == 1
    assert await reading.value(kinds, "sources.letter-replayed") == 2


async def test_an_item_that_comes_well_after_all_ends_its_letter(reading: Reading) -> None:
    means = reading.platform.means
    item = {**made().tests[0], "id": "T1"}
    wrong = {**item, "what": {**item["what"], "result": "no-such-result"}}
    for each, open_letters in ((wrong, 1), (item, 0), (wrong, 0)):
        async with reading.platform.transaction() as db:
            await service.push(db, means, "lab", [_json(each)])
            assert len(await letters.listed(db)) == open_letters


async def test_a_population_item_that_comes_in_another_order_changes_nothing_more(
    reading: Reading,
) -> None:
    means = reading.platform.means
    await reading.add_one("people", "population", "http://127.0.0.1:9/population/changes")
    first = {
        "id": "P1",
        "full_name": "Trần Thị Thử",
        "birth": "1990-02-03",
        "documents": [{"kind": "cccd", "number": "001190900001"}],
    }
    newer = {**first, "version": 2, "full_name": "TRẦN THỊ THỬ"}
    for item in (newer, first, newer):
        async with reading.platform.transaction() as db:
            taken = await letters.take(db, means, "people", "population", [_json(item)])
            assert taken.ids == ("P1",)
    assert await reading.value("SELECT count(*) FROM person_version") == 1
    assert await reading.value("SELECT version FROM source_item") == 2


async def test_a_source_of_tests_delivers_no_vaccination_and_no_recovery(reading: Reading) -> None:
    means = reading.platform.means
    sent = made()
    dose = {**sent.immunisation[0], "id": "D1"}
    over = {"type": "recovery", "disease": "840539006", "first_positive": "2021-08-01"}
    recovery = {**sent.tests[0], "id": "R1", "what": over}
    async with reading.platform.transaction() as db:
        taken = await service.push(db, means, "lab", [_json(dose), _json(recovery)])
        assert taken.ids == ()
        assert {dead.code for dead in taken.dead} == {"sources.type-not-allowed"}
        for letter in await letters.listed(db):
            again = await letters.replay(db, means, letter.letter_id, by=BY)
            assert again.code == "sources.type-not-allowed"
    assert await reading.value("SELECT count(*) FROM health_record") == 0


def _json(item: object) -> bytes:
    return msgspec.json.encode(item)
