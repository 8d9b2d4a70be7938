"""Records follow their people through the rim: registered later, merged, parted, corrected."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.staging import Caller, Stage, stage

from motma.records import service
from motma.records.model import About, Delivery, Dose

COVID_19 = "840539006"
FIRST, SECOND = "001190000001", "001190000002"


@pytest.fixture
async def ready(database: str, tmp_path: Path) -> AsyncIterator[tuple[Stage, Caller]]:
    """A stage, and a registrar at a desk."""
    async with stage(database, tmp_path / "home") as made:
        yield made, await made.sign_in("registrar@stage")


async def receive(where: Stage, source_id: str, day: str, number: str) -> None:
    """A dose that names a document."""
    about = About(full_name="Thử Thị Nghiệm", birth="1990-02-03", document_number=number)
    what = Dose(disease=COVID_19, product="EU/1/20/1528", on=day)
    async with where.platform.transaction() as db:
        item = Delivery(id=source_id, about=about, what=what)
        await service.receive(db, where.platform.means, "registry", [item])


async def days(where: Stage, person_id: UUID) -> list[str]:
    """The doses that count for a person, as the scan reads them."""
    async with where.platform.transaction() as db:
        found = await service.facts(db, where.platform.means, person_id)
    return [dose.on for dose in found.doses]


async def asked(caller: Caller, path: str, body: Any) -> Any:
    """An answer that is no problem."""
    answer = await caller.post(path, body)
    assert answer.status_code < 400, answer.text
    return answer.json()


async def registered(where: Stage, registrar: Caller, number: str) -> tuple[str, UUID]:
    """Somebody registered at the desk: QID and id."""
    body = {
        "full_name": "Thử Thị Nghiệm",
        "birth": "1990-02-03",
        "documents": [{"kind": "cccd", "number": number, "seen": True}],
    }
    qid = (await asked(registrar, "/v1/people", body))["qid"]
    sql = "SELECT person_id FROM qid WHERE qid = $1"
    async with where.platform.pool.acquire() as db:
        return qid, await db.fetchval(sql, qid)


async def test_a_dose_that_came_before_its_person_is_there_when_they_register(
    ready: tuple[Stage, Caller],
) -> None:
    where, registrar = ready
    await receive(where, "early", "2026-01-05", FIRST)
    _, person_id = await registered(where, registrar, FIRST)
    assert await days(where, person_id) == ["2026-01-05"]


async def test_a_dose_is_found_when_its_document_is_linked(ready: tuple[Stage, Caller]) -> None:
    where, registrar = ready
    qid, person_id = await registered(where, registrar, FIRST)
    document = {"kind": "passport", "number": "B1234567", "seen": True}
    await receive(where, "abroad", "2026-02-05", "B1234567")
    assert await days(where, person_id) == []
    await asked(registrar, "/v1/people:link", {"qid": qid, "document": document})
    assert await days(where, person_id) == ["2026-02-05"]


async def test_nobody_keeps_another_persons_doses_once_a_merge_is_undone(
    ready: tuple[Stage, Caller],
) -> None:
    where, registrar = ready
    one, one_id = await registered(where, registrar, FIRST)
    two, two_id = await registered(where, registrar, SECOND)
    await receive(where, "a", "2026-01-05", FIRST)
    await receive(where, "b", "2026-02-05", SECOND)
    await asked(registrar, "/v1/people:merge", {"qid": one, "into": two, "reason": "one person"})
    assert await days(where, two_id) == ["2026-01-05", "2026-02-05"]
    await receive(where, "c", "2026-03-05", FIRST)
    await receive(where, "d", "2026-04-05", SECOND)
    assert len(await days(where, two_id)) == 4
    await asked(registrar, "/v1/people:undo-merge", {"qid": one})
    assert await days(where, one_id) == ["2026-01-05", "2026-03-05"]
    assert await days(where, two_id) == ["2026-02-05", "2026-04-05"]


async def test_the_facts_take_over_a_corrected_birth_date(ready: tuple[Stage, Caller]) -> None:
    where, registrar = ready
    qid, person_id = await registered(where, registrar, FIRST)
    await receive(where, "a", "2026-01-05", FIRST)
    seen = [{"kind": "cccd", "number": FIRST, "seen": True}]
    claim = {"full_name": "Thử Thị Nghiệm", "birth": "1991-02-03", "documents": seen}
    await asked(registrar, "/v1/people:correct", {"qid": qid, "claim": claim})
    async with where.platform.transaction() as db:
        assert (await service.facts(db, where.platform.means, person_id)).born == "1991-02-03"
