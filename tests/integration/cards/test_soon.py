"""A card that changes within a day is told to whoever has a wallet: once for each change."""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.staging import Caller

from motma.cards.shelf import Shelf
from motma.cards.soon import service

from .conftest import NHA_TRANG, NOON, ONE_DOSE, book

if TYPE_CHECKING:
    from .conftest import Office

#: The book below ends with the 4th of March in Vietnam.
CHANGES = datetime.fromisoformat("2026-03-05T00:00:00+07:00")


def ending() -> dict[str, Any]:
    """The book, with the end that its cases must name."""
    whole = book(valid={"until": "2026-03-04"})
    cases = [case | {"valid_until": CHANGES.isoformat()} for case in whole["cases"]]
    return whole | {"cases": cases}


async def looked(office: "Office", times: int = 1) -> None:
    """Processes that just started look at every card that is due, all at once."""
    platform = office.stage.platform

    async def look() -> None:
        shelf, more = Shelf(), 1
        while more:
            async with platform.transaction() as db:
                await service.enlist(db, platform.means)
            async with platform.transaction() as db:
                more = await service.look(db, platform.means, shelf)

    await asyncio.gather(*(look() for _ in range(times)))


async def told(office: "Office", wallet: Caller) -> list[str]:
    """Until when, as the inbox says of each change that was told."""
    await office.stage.begin(wallet, None)
    items = (await wallet.send("GET", "/v1/me/inbox")).json()["items"]
    return [one["details"]["until"] for one in items if one["kind"] == "cards.changes-soon"]


async def test_a_change_is_told_a_day_before_once_whoever_looks_and_to_nobody_it_does_not_concern(
    office: "Office",
) -> None:
    await office.published(ending())
    here = await office.person("001190000001", ONE_DOSE, commune=NHA_TRANG)
    elsewhere = await office.person("001190000002", ONE_DOSE, commune=None)
    paper = await office.person("001190000003", ONE_DOSE, commune=NHA_TRANG)
    mine, other = [await office.stage.wallet(one) for one in (here, elsewhere)]
    await looked(office)
    assert await told(office, mine) == []
    office.clock.moment = CHANGES - timedelta(days=1, seconds=1)
    await looked(office)
    assert await told(office, mine) == []
    office.clock.moment = CHANGES - timedelta(days=1)
    await looked(office, times=3)
    office.clock.advance(timedelta(hours=6))
    await looked(office, times=3)
    (until,) = await told(office, mine)
    assert datetime.fromisoformat(until) == CHANGES
    assert await told(office, other) == []
    async with office.stage.platform.pool.acquire() as db:
        watched = {row["person_id"] for row in await db.fetch("SELECT person_id FROM card_watch")}
    assert watched == {here, elsewhere}
    assert paper not in watched


async def test_who_has_no_wallet_any_more_is_watched_no_more(office: "Office") -> None:
    person = await office.person("001190000001", ONE_DOSE, commune=NHA_TRANG)
    wallet = await office.stage.wallet(person)
    await looked(office)
    office.clock.moment = NOON + timedelta(minutes=5)
    await wallet.post("/v1/me/account:delete", None)
    await looked(office)
    async with office.stage.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM card_watch") == 0
