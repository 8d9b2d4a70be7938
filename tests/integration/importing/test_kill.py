"""kill -9 in mid-import: going on makes the same people as one clean run, and nobody twice."""

import signal
import time
from pathlib import Path

from tests.import_process import start
from tests.import_stage import Importer

from motma.cli.simulate import write
from motma.identity.importing import service
from motma.identity.importing.service import Order
from motma.simulate.population import people

ROWS = 1_500
CHUNK = 100


def _people(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as text:
        write(text, people(ROWS, seed=9))
    return path


async def test_an_import_killed_again_and_again_ends_as_a_clean_one(
    importer: Importer,
) -> None:
    path = _people(importer.home / "people.csv")
    order = Order(path=path, source="a source", chosen={}, chunk_rows=CHUNK)
    for chunks in (1, 3, 5):
        process = start(importer.dsn, importer.keys, path, source=order.source, chunk_rows=CHUNK)
        assert process.stdout is not None
        for _ in range(chunks + 1):  # the first line says where it goes on
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
    killed_at = await importer.db.fetchval("SELECT rows_done FROM local.import_job")
    assert 0 < killed_at < ROWS

    done = await service.run(importer.db, importer.means, order, keys=importer.keys)

    assert (done.rows, done.created, done.known, done.failed) == (ROWS, ROWS, 0, 0)
    assert sum((await importer.people()).values()) == ROWS
    found = importer.findings(path)
    assert found == sorted(set(found))
    clean = await service.check(order, importer.means.clock, keys=importer.keys)
    assert clean.rows == ROWS
    merged_only = "identity.guardian-refused"  # a dry run looks nobody up
    assert importer.findings(path) == [one for one in found if one[2] != merged_only]


async def test_the_workers_of_a_killed_import_end_with_it(importer: Importer) -> None:
    path = _people(importer.home / "people.csv")
    process = start(importer.dsn, importer.keys, path, source="a source", chunk_rows=CHUNK)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.readline()
    workers = _children(process.pid)
    assert len(workers) == 2
    process.kill()
    process.wait()
    process.stdout.close()
    assert _all_end(workers, within_s=20)


def _all_end(pids: list[int], *, within_s: float) -> bool:
    until = time.monotonic() + within_s
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in children.split()]
