"""A file of records: findings by row, resumed after kill -9, and taken back as a whole."""

import csv
import signal
from collections.abc import AsyncIterator, Iterable
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from tests.integration.records.conftest import BY, HERS, NOON, Desk, dose
from tests.records_process import start

from motma.access.means import Means
from motma.kernel.clock import SetClock
from motma.kernel.errors import Malformed
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault
from motma.records import importing, jobs, plain, service
from motma.records.codes import shipped
from motma.records.errors import JobUnknown, NothingToUndo
from motma.records.fhir import writing
from motma.records.importing import Order
from motma.records.model import Delivery
from motma.storage.pool import connect

CHUNK = 2


@pytest.fixture
async def committed(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk outside any transaction: an import makes its own."""
    clock = SetClock(NOON)
    ring = Keyring.create(tmp_path / "keys", clock=clock, random=system_random, demo=True)
    db = await connect(database)
    yield Desk(db, Means(clock, system_random, ring, Vault(ring)), clock, database)
    await db.close()


def lines(path: Path, items: Iterable[Delivery | bytes]) -> Order:
    """An NDJSON file in small chunks."""
    texts = (item if isinstance(item, bytes) else msgspec.json.encode(item) for item in items)
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return replace(Order.of_file(path, "a source"), chunk_rows=CHUNK)


def doses(count: int) -> list[Delivery]:
    """Doses of the made-up adult on days of their own."""
    return [dose(f"d{n}", on=f"20{20 + n // 300:02d}-{1 + n % 12:02d}-{1 + n % 28:02d}")
            for n in range(count)]  # fmt: skip


async def test_bad_rows_are_findings_and_stop_nothing(committed: Desk, tmp_path: Path) -> None:
    person = await committed.register()
    order = lines(
        tmp_path / "doses.ndjson",
        [
            dose("a"),
            b"{",
            b"",
            dose("b", product="snake oil"),
            b'{"resourceType": "Immunization", "status": "done"}',
            b'{"id": "x", "what": {"type": "dose"}}',
            dose("c", on="2025-10-01"),
        ],
    )
    job = await importing.run(committed.db, committed.means, order)
    assert (job.rows, job.received, job.attached, job.failed) == (7, 2, 2, 4)
    found = await jobs.findings(committed.db, job.job_id)
    assert [(one.row, one.column, one.code) for one in found] == [
        (2, "", "records.json"),
        (4, "product", "records.code-unknown"),
        (5, "Immunization", "fhir.shape"),
        (6, "what", "records.json"),
    ]
    assert await committed.days(person) == ["2025-09-03", "2025-10-01"]


async def test_one_file_as_csv_ndjson_and_fhir_is_one_set_of_records(
    committed: Desk, tmp_path: Path
) -> None:
    await committed.register()
    items = doses(3)
    table = tmp_path / "doses.csv"
    with table.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(plain.COLUMNS)
        writer.writerows(plain.cells_of(item) for item in items)
    bundle = msgspec.json.encode(writing.bundle(items, shipped()))
    orders = [
        lines(tmp_path / "doses.ndjson", items),
        Order.of_file(table, "a source"),
        lines(tmp_path / "bundle.ndjson", [bundle]),
    ]
    counts = []
    for order in orders:
        job = await importing.run(committed.db, committed.means, order)
        counts.append((job.received, job.known, job.failed))
    assert counts == [(3, 0, 0), (0, 3, 0), (0, 3, 0)]


async def test_a_file_that_was_read_whole_is_not_read_again(
    committed: Desk, tmp_path: Path
) -> None:
    order = lines(tmp_path / "doses.ndjson", doses(3))
    first = await importing.run(committed.db, committed.means, order)
    assert await importing.run(committed.db, committed.means, order) == first
    again = await importing.run(committed.db, committed.means, replace(order, again="once more"))
    assert (again.received, again.known) == (0, 3)


async def test_a_killed_import_goes_on_and_nothing_comes_twice(
    committed: Desk, tmp_path: Path
) -> None:
    person = await committed.register()
    order = lines(tmp_path / "doses.ndjson", doses(60))
    assert order.path is not None
    for chunks in (1, 2, 4):
        process = start(committed.address, tmp_path / "keys", order.path, chunk_rows=CHUNK)
        assert process.stdout is not None
        for _ in range(chunks + 1):  # the first line says where it goes on
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
    killed_at = await committed.db.fetchval("SELECT rows_done FROM local.record_job")
    assert 0 < killed_at < 60

    job = await importing.run(committed.db, committed.means, order)

    assert (job.rows, job.received, job.known, job.failed) == (60, 60, 0, 0)
    assert await committed.db.fetchval("SELECT count(*) FROM health_record_version") == 60
    assert len(await committed.days(person)) == 60


async def test_an_undone_import_leaves_everything_as_it_was(
    committed: Desk, tmp_path: Path
) -> None:
    person = await committed.register()
    await committed.receive(dose("d0", on="2025-08-08"), source="a source")
    before = await service.facts(committed.db, committed.means, person)
    order = lines(tmp_path / "doses.ndjson", [replace(one, version=2) for one in doses(5)])
    job = await importing.run(committed.db, committed.means, order)
    assert len(await committed.days(person)) == 5

    assert await jobs.undo(committed.db, committed.means, job.job_id, by=BY) == 5

    assert await service.facts(committed.db, committed.means, person) == before
    [left] = await service.records_of(committed.db, committed.means, person)
    assert left.provenance.version == 1
    with pytest.raises(NothingToUndo):
        await jobs.undo(committed.db, committed.means, job.job_id, by=BY)
    again = await importing.run(committed.db, committed.means, order)
    assert (again.received, len(await committed.days(person))) == (5, 5)


async def test_a_table_without_ids_is_refused_whole(committed: Desk, tmp_path: Path) -> None:
    path = tmp_path / "doses.csv"
    path.write_text("Họ và tên,Ngày tiêm\nThử,2025-09-03\n", encoding="utf-8")
    with pytest.raises(Malformed, match=r"records\.column-missing"):
        await importing.run(committed.db, committed.means, Order.of_file(path, "a source"))
    assert await committed.db.fetchval("SELECT count(*) FROM local.record_job") == 0


async def test_jobs_go_with_their_findings_at_their_keep_until(
    committed: Desk, tmp_path: Path
) -> None:
    order = lines(tmp_path / "doses.ndjson", [b"{"])
    job = await importing.run(committed.db, committed.means, order)
    await jobs.forget(committed.db, NOON + jobs.KEEP)
    assert await jobs.findings(committed.db, job.job_id) != []
    await jobs.forget(committed.db, NOON + 2 * jobs.KEEP)
    assert await jobs.findings(committed.db, job.job_id) == []
    with pytest.raises(JobUnknown):
        await jobs.find(committed.db, committed.means, job.job_id)


def test_a_dry_run_names_what_can_not_be_read(tmp_path: Path) -> None:
    found = list(importing.check(lines(tmp_path / "doses.ndjson", [dose("a", about=HERS), b"{"])))
    assert [(one.row, one.code) for one in found] == [(2, "records.json")]


async def test_large_bundles_do_not_share_a_transaction(committed: Desk, tmp_path: Path) -> None:
    """Each record takes locks until its transaction ends, and PostgreSQL has room for few."""
    bundles = [
        msgspec.json.encode(writing.bundle([dose(f"{n}-{m}") for m in range(251)], shipped()))
        for n in range(3)
    ]
    too_many = {"resourceType": "Bundle", "type": "collection", "entry": [{}] * 501}
    path = tmp_path / "bundles.ndjson"
    path.write_bytes(b"\n".join([*bundles, msgspec.json.encode(too_many)]))
    received: list[int] = []
    job = await importing.run(
        committed.db,
        committed.means,
        Order.of_file(path, "a source"),
        told=lambda job: received.append(job.received),
    )
    steps = [after - before for before, after in pairwise(received)]
    assert max(steps) <= service.MOST
    assert (sum(steps), job.rows, job.failed) == (753, 4, 1)
    found = await jobs.findings(committed.db, job.job_id)
    assert [(one.row, one.code) for one in found] == [(4, "fhir.bundle")]


async def test_a_line_with_an_endless_number_is_a_finding(committed: Desk, tmp_path: Path) -> None:
    digits = "9" * 5000
    immunization = writing.bundle([dose("a")], shipped())["entry"][0]["resource"]
    endless = immunization | {"id": "b", "meta": {"versionId": digits}}
    bare = msgspec.json.encode(dose("c")).replace(b'"number":1', b'"number":' + digits.encode())
    deep = b'{"resourceType":' + b"[" * 100_000
    order = lines(tmp_path / "doses.ndjson", [msgspec.json.encode(endless), bare, deep, dose("d")])
    job = await importing.run(committed.db, committed.means, order)
    assert (job.rows, job.received, job.failed) == (4, 1, 3)
    found = await jobs.findings(committed.db, job.job_id)
    assert [(one.row, one.code) for one in found] == [
        (1, "fhir.number"),
        (2, "records.json"),
        (3, "records.json"),
    ]
