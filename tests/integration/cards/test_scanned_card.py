"""The card in a scan's answer: by the book of the place, by the view, at once, and in the code."""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.staging import Caller

from motma.access import service as access
from motma.cards.books import service as published
from motma.cards.shelf import Shelf
from motma.codec import issued
from motma.rules.books.compiling import CompiledBook
from motma.rules.facts import Facts
from motma.storage.pool import Connection

from .conftest import NHA_TRANG, NOON, ONE_DOSE, SINCE, book

if TYPE_CHECKING:
    from .conftest import Office

HA_NOI = "00004"


async def code_of(office: "Office", number: str, facts: Facts | None) -> tuple[Caller, str]:
    """The wallet of somebody in Nha Trang, and the code it shows."""
    person_id = await office.person(number, facts, commune=NHA_TRANG)
    wallet = await office.stage.wallet(person_id)
    return wallet, (await wallet.send("GET", "/v1/me/code")).json()["text"]


async def stand_in(office: "Office", caller: Caller, commune: str) -> None:
    """The caller's next scans happen in this commune."""
    assert caller.place is not None
    async with office.stage.platform.transaction() as db:
        caller.place = await access.add_place(
            db,
            office.stage.platform.means,
            organisation_id=office.stage.organisation,
            kind=caller.place.kind,
            name=f"Gate in {commune}",
            commune_code=commune,
            commune_as_of=SINCE,
        )


async def card(caller: Caller, code: str) -> dict[str, Any]:
    """The card that a scan answers."""
    answer = (await caller.scan(code)).json()
    assert answer["outcome"] in {"known", "copied"}, answer
    found: dict[str, Any] = answer["card"]
    return found


async def test_the_book_of_the_place_decides_and_elsewhere_the_card_is_neutral(
    office: "Office",
) -> None:
    await office.published(book())
    _, code = await code_of(office, "001190000001", ONE_DOSE)
    guard = await office.stage.sign_in("guard@stage")
    assert (await card(guard, code))["colour"] == "neutral"  # a place of unknown commune
    await stand_in(office, guard, NHA_TRANG)
    there = await card(guard, code)
    assert (there["colour"], there["book"]["number"]) == ("green", 77)
    await stand_in(office, guard, HA_NOI)
    assert (await card(guard, code))["colour"] == "neutral"


async def test_a_guard_hears_no_reasons_and_no_records_a_nurse_hears_both(office: "Office") -> None:
    await office.published(book())
    _, code = await code_of(office, "001190000001", ONE_DOSE)
    guard, nurse = [await office.stage.sign_in(who) for who in ("guard@stage", "nurse@stage")]
    for caller in (guard, nurse):
        await stand_in(office, caller, NHA_TRANG)
    heard = (await guard.scan(code)).json()
    assert heard["records"] is None
    assert heard["card"].keys() == {"colour", "text", "valid_until", "book"}
    assert "2026-01-05" not in str(heard)
    told = (await nurse.scan(code)).json()
    assert told["records"]["doses"][0]["on"] == "2026-01-05"
    assert told["card"]["reasons"]["parts"][0]["text"] == {"vi": "a dose", "en": "a dose"}


async def test_new_facts_and_a_new_book_count_at_the_very_next_scan(office: "Office") -> None:
    await office.published(book())
    person_id = await office.person("001190000001", None, commune=NHA_TRANG)
    wallet = await office.stage.wallet(person_id)
    code = (await wallet.send("GET", "/v1/me/code")).json()["text"]
    guard = await office.stage.sign_in("guard@stage")
    await stand_in(office, guard, NHA_TRANG)
    assert (await card(guard, code))["colour"] == "yellow"
    await office.keep_facts(person_id, ONE_DOSE)
    assert (await card(guard, code))["colour"] == "green"
    reversed_book = book(2, logic={"!": [{"var": "payload.doses.0.on"}]})
    for case, colour in zip(reversed_book["cases"], ("yellow", "green"), strict=True):
        case["colour"] = colour
    await office.ready(reversed_book)
    done = await office.step(office.second, "publish", 2, override="a test of what is in force")
    assert done["state"] == "published", done
    assert (await card(guard, code))["colour"] == "yellow"


async def test_the_code_of_a_phone_carries_the_colour_at_home_and_paper_carries_none(
    office: "Office",
) -> None:
    await office.published(book())
    _, code = await code_of(office, "001190000001", ONE_DOSE)
    slot = issued.parse(code).issue.card
    assert slot is not None
    assert (slot.scheme, slot.colour) == (77, issued.Colour.GREEN)
    assert slot.until == NOON + timedelta(days=30, minutes=1)
    registrar = await office.stage.sign_in("registrar@stage")
    answer = await registrar.post("/v1/people:code", {"qid": issued.parse(code).issue.qid})
    assert answer.status_code == 200, answer.text
    assert issued.parse(answer.json()["text"]).issue.card is None


async def test_a_person_reads_why_and_a_registrar_what_it_was_then(office: "Office") -> None:
    await office.published(book())
    wallet, code = await code_of(office, "001190000001", ONE_DOSE)
    mine = (await wallet.send("GET", "/v1/me/card")).json()
    assert mine["colour"] == "green"
    assert mine["reasons"]["text"]["en"]
    registrar = await office.stage.sign_in("registrar@stage")
    asked = {"qid": issued.parse(code).issue.qid, "where": {"commune": NHA_TRANG}}
    now = (await registrar.post("/v1/cards:as-of", asked)).json()
    assert now["colour"] == "yellow"  # no record stands behind the facts of this test
    before = asked | {"known_at": (NOON - timedelta(days=1)).isoformat()}
    answer = await registrar.post("/v1/cards:as-of", before)
    assert (answer.status_code, answer.json()["code"]) == (409, "history-expired")


@pytest.mark.parametrize("login", ["guard@stage", "nurse@stage", "authority@stage"])
async def test_nobody_but_a_registrar_asks_as_of_then(office: "Office", login: str) -> None:
    made = await office.stage.person(number="001190000009")
    caller = office.first if login == "authority@stage" else await office.stage.sign_in(login)
    answer = await caller.post("/v1/cards:as-of", {"qid": made.qid})
    assert answer.json()["code"] == "access.forbidden"


async def test_however_many_gates_see_a_new_book_together_it_is_read_once(
    office: "Office", monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.published(book())
    reads: list[datetime] = []
    whole = published.books_at

    async def counted(db: Connection, *, known_at: datetime) -> tuple[CompiledBook, ...]:
        reads.append(known_at)
        return await whole(db, known_at=known_at)

    monkeypatch.setattr(published, "books_at", counted)
    pool, shelf = office.stage.platform.pool, Shelf()
    async with pool.acquire() as db:
        seen = await published.changes(db)
    await asyncio.gather(*(shelf.catch_up(pool, seen, NOON) for _ in range(40)))
    assert len(reads) == 1  # although the publisher's clock was a minute ahead of NOON
    assert [one.id for one in shelf.books] == ["test-book"]
