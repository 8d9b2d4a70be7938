"""A stage with two people of the health authority, books to publish and people to have cards."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from tests.staging import PIN, Caller, Stage, stage

from motma.access import service as access
from motma.cards.books import service
from motma.kernel.clock import SetClock
from motma.records.model import FACTS_COLUMN
from motma.rules.books.compiling import CompiledBook
from motma.rules.facts import COVID_19, Dose, Facts, write

NOON: Final = datetime(2026, 3, 2, 5, tzinfo=UTC)
NHA_TRANG: Final = "22366"
SINCE: Final = date(2025, 7, 1)
BOOK: Final = "test-book"

GREEN_WITH_A_DOSE: Final = {"var": "payload.doses.0.on"}
GREEN_WITHOUT_A_SECOND: Final = {
    "and": [{"var": "payload.doses.0.on"}, {"!": [{"var": "payload.doses.1.on"}]}]
}
ONE_DOSE: Final = Facts(
    doses=(Dose(disease=COVID_19, product="EU/1/20/1528", on="2026-01-05", number=1, of=2),)
)


def text(english: str) -> dict[str, str]:
    """A text that needs no translation in a test."""
    return {"vi": english, "en": english}


def book(version: int = 1, *, logic: object = GREEN_WITH_A_DOSE, **changes: Any) -> dict[str, Any]:
    """A book for Khánh Hòa: green by one condition, else yellow."""
    case = {"at": "2026-03-02T12:00:00+07:00", "valid_until": None, "why": "as it says"}
    facts = {"doses": [{"disease": COVID_19, "product": "EU/1/20/1528", "on": "2026-01-05"}]}
    whole = {
        "format": 1,
        "id": BOOK,
        "number": 77,
        "version": version,
        "title": text("A book of a test"),
        "source": {"title": "made up"},
        "scope": {"areas": [{"code": "56", "as_of": "2025-07-01"}]},
        "valid": {},
        "disease": COVID_19,
        "colours": [
            {"id": "green", "favourable": True, "label": text("Green")},
            {"id": "yellow", "favourable": True, "label": text("Yellow")},
        ],
        "terms": [],
        "conditions": [
            {"id": "dose", "logic": logic, "holds": text("a dose"), "lacks": text("no dose")}
        ],
        "rules": [{"id": "vaccinated", "colour": "green", "needs": ["dose"], "text": text("yes")}],
        "otherwise": "yellow",
        "otherwise_text": text("no"),
        "cases": [
            {"name": "one dose", "facts": facts, "colour": "green"} | case,
            {"name": "nothing", "facts": {}, "colour": "yellow"} | case,
        ],
    }
    return whole | changes


@dataclass
class Office:
    """Two people of the authority, and what they do most."""

    stage: Stage
    clock: SetClock
    first: Caller
    second: Caller

    async def step(self, caller: Caller, step: str, version: int = 1, **more: Any) -> Any:
        """A step over HTTP; the answer's JSON."""
        body = {"book_id": BOOK, "version": version} | more
        answer = await caller.post(f"/v1/books:{step}", body)
        return answer.json()

    async def draft(self, whole: dict[str, Any]) -> Any:
        """Draft a book."""
        return (await self.first.post("/v1/books:draft", {"book": whole})).json()

    async def ready(self, whole: dict[str, Any]) -> Any:
        """A book drafted, proposed and rehearsed: what the dry run said."""
        drafted = await self.draft(whole)
        assert drafted["state"] == "draft", drafted
        await self.step(self.first, "propose", drafted["version"])
        return await self.step(self.first, "dry-run", drafted["version"])

    async def published(self, whole: dict[str, Any]) -> Any:
        """The same, published by the second person."""
        ready = await self.ready(whole)
        self.clock.advance(timedelta(minutes=1))
        done = await self.step(self.second, "publish", ready["version"])
        assert done["state"] == "published", done
        return done

    async def books_known(self, moment: datetime) -> list[tuple[str, int]]:
        """Which versions were published at a moment."""
        async with self.stage.platform.pool.acquire() as db:
            found: tuple[CompiledBook, ...] = await service.books_at(db, known_at=moment)
        return [(one.id, one.book.version) for one in found]

    async def person(self, number: str, facts: Facts | None, *, commune: str | None) -> UUID:
        """Somebody who lives somewhere, with or without facts."""
        as_of = None if commune is None else SINCE
        made = await self.stage.person(number=number, commune_code=commune, commune_as_of=as_of)
        if facts is not None:
            await self.keep_facts(made.person_id, facts)
        return made.person_id

    async def keep_facts(self, person_id: UUID, facts: Facts) -> None:
        """Facts as records would have left them."""
        platform = self.stage.platform
        sealed = platform.vault.seal(FACTS_COLUMN, person_id, write(facts))
        sql = "INSERT INTO person_facts (person_id, sealed, updated_at) VALUES ($1, $2, $3)"
        async with platform.transaction() as db:
            await db.execute(sql, person_id, sealed, self.clock.now())


@pytest.fixture
async def office(database: str, tmp_path: Path) -> AsyncIterator[Office]:
    """The stage at noon of a day in March 2026."""
    clock = SetClock(NOON)
    async with stage(database, tmp_path / "home", clock=clock) as ready:
        first = await ready.sign_in("authority@stage")
        async with ready.platform.transaction() as db:
            await access.add_reader(
                db,
                ready.platform.means,
                organisation_id=ready.organisation,
                login="second@stage",
                role="authority",
                pin=PIN,
            )
        second = await ready.begin(await ready.device(), "second@stage")
        yield Office(ready, clock, first, second)
