"""The demo's health data: published rule books, doses of some people, and one that found nobody."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from motma.bootstrap import Platform
from motma.cards.books import service as books
from motma.identity import service as identity
from motma.identity.model import Assurance, Held
from motma.kernel.clock import civil_day
from motma.records import service
from motma.records.model import About, Delivery, Dose
from motma.rules.books.shipped import shipped
from motma.simulate.population import Row

#: People with doses; the others have none on record.
VACCINATED: Final = 300
SOURCE: Final = "demo-registry"
_COVID_19: Final = "840539006"
_PRODUCT: Final = "EU/1/20/1528"
_DAYS_BETWEEN: Final = 28
_CHUNK: Final = 50

#: Whose dose found nobody: somebody of Nha Trang without any other record.
STORIED: Final = Row(
    row=0,
    full_name="Trần Thị Ví Dụ",
    birth_date="1992-07-17",
    sex="female",
    nationality="VNM",
    cccd="056192000017",
    cmnd="",
    passport="",
    bhyt="",
    birth_certificate="",
    phone="",
    commune_code="22366",
    commune_as_of="2025-07-01",
    guardian_row=None,
    guardian_document="",
)


async def publish(platform: Platform, first: UUID, second: UUID) -> None:
    """Put the shipped books into force as two people of the authority would."""
    for book in shipped():
        if not book.number:
            continue  # the neutral default needs no publication
        name, version = book.id, book.book.version
        async with platform.transaction() as db:
            await books.draft(db, platform.means, book.write(), by=first)
            await books.propose(db, platform.means, book_id=name, version=version, by=first)
        async with platform.pool.acquire() as db:
            seen = await books.dry_run(
                db, platform.means, book_id=name, version=version, told=lambda *_: None
            )
        async with platform.transaction() as db:
            await books.keep(db, platform.means, seen, book_id=name, version=version, by=first)
            why = "demo: as it was in force in 2021" if seen.worse_off else None
            await books.publish(
                db, platform.means, book_id=name, version=version, by=second, override=why
            )


async def vaccinate(
    platform: Platform, rows: Sequence[Row], *, each: Callable[[int], object]
) -> None:
    """Doses as a registry would send them, for the first people; one of them finds nobody."""
    today = civil_day(platform.clock.now())
    deliveries: list[Delivery] = []
    for number, row in enumerate(islice((r for r in rows if r.cccd and r != STORIED), VACCINATED)):
        first = today - timedelta(days=60 + number % 120)
        days = [first, first + timedelta(days=_DAYS_BETWEEN)][: 1 + (number % 3 > 0)]
        for which, day in enumerate(days, 1):
            deliveries.append(_dose(f"{number}-{which}", row, str(day), which))
    deliveries.append(_lost(str(today - timedelta(days=30))))
    for start in range(0, len(deliveries), _CHUNK):
        async with platform.transaction() as db:
            await service.receive(db, platform.means, SOURCE, deliveries[start : start + _CHUNK])
        each(min(start + _CHUNK, len(deliveries)))


async def storied_qid(platform: Platform) -> str:
    """Their QID."""
    held = Held(
        kind="cccd",
        number=STORIED.cccd,
        assurance=Assurance.CONFIRMED,
        known_at=platform.clock.now(),
        source=SOURCE,
    )
    async with platform.pool.acquire() as db:
        owners = await identity.owned_by(db, platform.means, [held])
        person = await identity.resolve(db, platform.means, next(iter(owners.values())))
    return person.qid


def _lost(day: str) -> Delivery:
    """Their single dose, sent with another birth date: too little to be sure whose it is."""
    row = STORIED
    wrong = f"{int(row.birth_date[:4]) + 3}-01-01"
    about = About(full_name=row.full_name, birth=wrong, sex=row.sex, document_number=row.cccd)
    what = Dose(
        disease=_COVID_19, product="EU/1/20/1525", on=day, number=1, of=1, place="Trạm y tế Demo 1"
    )
    return Delivery(id="lost-1", what=what, about=about)


def _dose(source_id: str, row: Row, day: str, number: int) -> Delivery:
    about = About(
        full_name=row.full_name,
        birth=row.birth_date,
        sex=row.sex,
        document_number=row.cccd,
        bhyt=row.bhyt,
        phone=row.phone,
    )
    what = Dose(
        disease=_COVID_19, product=_PRODUCT, on=day, number=number, of=2, place="Trạm y tế Demo 1"
    )
    return Delivery(id=source_id, what=what, about=about)
