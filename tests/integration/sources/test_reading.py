"""Four sources read over real connections: all of it, once, whatever the weather."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from tests.integration.sources.conftest import KINDS, Reading
from tests.integration.sources.processes import Processes, free_port, made

from motma.identity.model import Assurance
from motma.kernel.errors import Declined
from motma.records.sources import letters, running, service
from motma.records.sources.errors import CircuitOpen, OtherItem, TooManyLetters
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


async def test_a_page_that_a_deadlock_ended_begins_again_and_is_taken_once(
    reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path / "drop", "a", made().tests[:5])
    await reading.add_one("labs", "tests", (tmp_path / "drop").as_uri())
    whole = letters.write
    ended: list[int] = []

    async def in_the_way(*given: Any) -> int:
        done = await whole(*given)
        if len(ended) < service.RETRIES:
            ended.append(done)
            raise asyncpg.DeadlockDetectedError
        return done

    monkeypatch.setattr(letters, "write", in_the_way)
    assert await running.drain(reading.platform.pool, reading.platform.means, "labs") == 5
    assert len(ended) == service.RETRIES
    assert await reading.value("SELECT count(*) FROM health_record") == 5


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
    assert state["letters"] == [
        ("labs", "sources.item-form", 1),
        ("labs", "sources.item-too-large", 1),
    ]

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


async def test_an_item_that_comes_well_after_all_ends_its_letter_and_comes_badly_again_opens_it(
    reading: Reading,
) -> None:
    means = reading.platform.means
    item = {**made().tests[0], "id": "T1"}
    wrong = {**item, "what": {**item["what"], "result": "no-such-result"}}
    for each, open_letters in ((wrong, 1), (item, 0), (wrong, 1)):
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


async def test_an_older_version_ends_no_letter_of_a_newer_one(reading: Reading) -> None:
    means = reading.platform.means
    item = {**made().tests[0], "id": "T1", "version": 1}
    wrong = {**item["what"], "result": "no-such-result"}
    retraction = {**item, "version": 2, "status": "entered-in-error", "what": wrong}
    unreadable = {**item, "version": "two"}
    for each in (retraction, unreadable, item, item):
        async with reading.platform.transaction() as db:
            await service.push(db, means, "lab", [_json(each)])
    async with reading.platform.transaction() as db:
        assert len(await letters.listed(db)) == 2
        await service.push(db, means, "lab", [_json({**item, "version": 3})])
        (left,) = await letters.listed(db)
        assert left.code == "sources.item-form"


async def test_a_correction_is_of_the_letters_own_item_and_the_registrars_word(
    reading: Reading,
) -> None:
    means = reading.platform.means
    await reading.add_one("people", "population", "http://127.0.0.1:9/population/changes")
    person = {
        "id": "P1",
        "full_name": "Trần Thị Thử",
        "birth": "1990-02-03",
        "documents": [{"kind": "cccd", "number": "001190900001"}],
    }
    async with reading.platform.transaction() as db:
        bad = _json({**person, "birth": "1990-13-41"})
        taken = await letters.take(db, means, "people", "population", [bad])
        await letters.write(db, means, "people", taken)
        (letter,) = await letters.listed(db)
    other = _json({**person, "id": "P2"})
    with pytest.raises(OtherItem):
        async with reading.platform.transaction() as db:
            await letters.replay(db, means, letter.letter_id, by=BY, corrected=other)
    async with reading.platform.transaction() as db:
        done = await letters.replay(db, means, letter.letter_id, by=BY, corrected=_json(person))
        assert done.taken
    assert await reading.value("SELECT max(assurance) FROM document") == Assurance.SEEN
    assert await reading.value("SELECT source FROM person_version") == f"registrar:{BY}"


async def test_an_item_that_is_too_large_is_refused_and_only_its_hash_and_size_are_kept(
    reading: Reading,
) -> None:
    means = reading.platform.means
    item = {**made().tests[0], "id": "T1"}
    large = _json({**item, "about": {"full_name": "Thử " * 20_000}})
    async with reading.platform.transaction() as db:
        taken = await service.push(db, means, "lab", [large])
        assert [dead.code for dead in taken.dead] == ["sources.item-too-large"]
        (letter,) = await letters.listed(db)
        kept = msgspec.json.decode(await letters.read(db, means, letter.letter_id, by=BY))
        assert kept == {"sha256": hashlib.sha256(large).hexdigest(), "size": len(large)}
        again = await letters.replay(db, means, letter.letter_id, by=BY)
        assert again.code == "sources.item-too-large"
        done = await letters.replay(db, means, letter.letter_id, by=BY, corrected=_json(item))
        assert done.taken


async def test_a_source_has_so_many_open_letters_and_no_more_and_they_expire(
    reading: Reading,
) -> None:
    means = reading.platform.means
    await reading.run(f"""
        INSERT INTO local.dead_letter
               (letter_id, source, item, content, sealed, code, written_at, tried_at)
        SELECT gen_random_uuid(), 'lab', sha256(n::text::bytea), sha256(n::text::bytea), '', 'x',
               at, at
          FROM generate_series(1, {letters.MOST_OPEN}) n,
               (SELECT now() - interval '32 days' AS at) t
    """)
    with pytest.raises(TooManyLetters):
        async with reading.platform.transaction() as db:
            await service.push(db, means, "lab", [b"no item"])
    async with reading.platform.transaction() as db:
        await service.push(db, means, "lab", [_json({**made().tests[0], "id": "T1"})])
        await service.forget(db, means)
        await service.push(db, means, "lab", [b"no item"])
        assert len(await letters.listed(db)) == 1


async def test_a_file_that_was_read_is_deleted_in_its_time(
    reading: Reading, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    old = drop(folder, "a", made().tests[:1])
    written = reading.platform.clock.now().timestamp() - 32 * 86_400
    os.utime(old, (written, written))
    drop(folder, "b", made().tests[1:2])
    await reading.add_one("labs", "tests", folder.as_uri())
    await running.drain(reading.platform.pool, reading.platform.means, "labs")
    stuck = folder / "done" / "0.ndjson"
    stuck.mkdir()  # something that can't be deleted like a file
    os.utime(stuck, (written, written))
    async with reading.platform.transaction() as db:
        await service.forget(db, reading.platform.means)
    stuck.rmdir()
    async with reading.platform.transaction() as db:
        await service.forget(db, reading.platform.means)
    (left,) = (folder / "done").iterdir()
    assert left.name.endswith("-b.ndjson")


async def test_a_page_that_fails_when_it_is_taken_counts_and_opens_the_circuit(
    reading: Reading, processes: Processes
) -> None:
    port = free_port()
    processes.source(port, CALM)
    await reading.add(port, "tests")
    await reading.run("ALTER TABLE local.source ADD CHECK (taken = 0)")  # a defect, say
    with pytest.raises(asyncpg.CheckViolationError):
        await _pull_one(reading)
    assert await reading.value("SELECT failures FROM local.source") == 1
    assert await reading.value("SELECT failure FROM local.source") == "sources.defect"
    await reading.run("UPDATE local.source SET not_before = now() + interval '1 hour'")
    with pytest.raises(CircuitOpen):
        await _pull_one(reading)


async def test_a_revoked_client_is_no_source_whose_records_grow_old(reading: Reading) -> None:
    means, client = reading.platform.means, UUID(int=9)
    async with reading.platform.transaction() as db:
        await service.end_client(db, means, client)  # it never pushed
        await service.push(db, means, service.pushed_by(client), [])
        assert len(await service.sentences(db, means)) == 1
        await service.end_client(db, means, client)
        assert await service.sentences(db, means) == []


async def _pull_one(reading: Reading) -> None:
    await service.pull(reading.platform.pool, reading.platform.means, "tests")


def _json(item: object) -> bytes:
    return msgspec.json.encode(item)
