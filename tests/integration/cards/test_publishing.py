"""A book comes into force by two people's will, after a dry run, and can go back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.cards.conftest import (
    BOOK,
    GREEN_WITHOUT_A_SECOND,
    NHA_TRANG,
    NOON,
    ONE_DOSE,
    Office,
    book,
)

from motma.cards.books import service
from motma.cards.books.errors import PopulationTooLarge
from motma.rules.facts import Facts

OVERRIDE = "the second dose is recalled, see notice 12"


async def test_a_book_is_published_by_two_people(office: Office) -> None:
    assert (await office.draft(book()))["state"] == "draft"
    assert (await office.step(office.first, "propose"))["state"] == "proposed"
    assert (await office.step(office.first, "dry-run"))["dry_run"]["losses"] == []
    assert (await office.step(office.first, "publish"))["code"] == "cards.second-person-needed"
    assert (await office.step(office.second, "publish"))["state"] == "published"
    assert await office.books_known(office.clock.now()) == [(BOOK, 1)]


async def test_the_dry_run_counts_changes_by_province_and_colour(office: Office) -> None:
    await office.person("001190000001", ONE_DOSE, commune=NHA_TRANG)
    await office.person("001190000002", Facts(), commune=NHA_TRANG)
    await office.person("001190000003", None, commune=NHA_TRANG)
    await office.person("001190000004", ONE_DOSE, commune="00004")
    await office.person("001190000005", ONE_DOSE, commune=None)
    run = (await office.ready(book()))["dry_run"]
    assert (run["people"], run["concerned"], run["tried"]) == (5, 3, 2)
    assert run["changes"] == [
        {"province": "56", "before": "neutral", "after": "green", "people": 1},
        {"province": "56", "before": "neutral", "after": "yellow", "people": 2},
    ]


async def test_a_dry_run_asks_the_books_in_force_for_the_colours_before(office: Office) -> None:
    await office.person("001190000001", ONE_DOSE, commune=NHA_TRANG)
    await office.published(book())
    stricter = {"var": "payload.doses.1.on"}
    cases = [case | {"colour": "yellow"} for case in book()["cases"]]
    extra = cases[0] | {"name": "two", "colour": "green"}
    extra["facts"] = {"doses": extra["facts"]["doses"] * 2}
    ready = await office.ready(book(2, logic=stricter, cases=[*cases, extra]))
    assert ready["dry_run"]["changes"] == [
        {"province": "56", "before": "green", "after": "yellow", "people": 1}
    ]


async def test_a_book_that_punishes_a_dose_stops_until_a_second_person_says_why(
    office: Office,
) -> None:
    await office.person("001190000001", ONE_DOSE, commune=NHA_TRANG)
    run = (await office.ready(book(logic=GREEN_WITHOUT_A_SECOND)))["dry_run"]
    losses = {loss["added"]: (loss["before"], loss["after"]) for loss in run["losses"]}
    assert losses == {"dose": ("green", "yellow")}
    assert run["losses"][0]["real"] > 0

    stopped = await office.step(office.second, "publish")
    assert stopped["code"] == "cards.worse-off"
    unsaid = await office.step(office.second, "publish", override="because")
    assert unsaid["code"] == "request.text-missing"
    alone = await office.step(office.first, "publish", override=OVERRIDE)
    assert alone["code"] == "cards.second-person-needed"
    assert (await office.step(office.second, "publish", override=OVERRIDE))["state"] == "published"
    listed = (await office.first.send("GET", "/v1/books")).json()
    assert [one["override"] for one in listed["publications"]] == [OVERRIDE]


async def test_without_a_dry_run_of_these_days_nothing_is_published(office: Office) -> None:
    await office.draft(book())
    await office.step(office.first, "propose")
    assert (await office.step(office.second, "publish"))["code"] == "cards.dry-run-needed"
    await office.step(office.first, "dry-run")
    office.clock.advance(timedelta(hours=25))
    office.first = await office.stage.begin(office.first, "authority@stage")
    office.second = await office.stage.begin(office.second, "second@stage")
    assert (await office.step(office.second, "publish"))["code"] == "cards.dry-run-needed"


async def test_a_dry_run_against_other_books_does_not_count(office: Office) -> None:
    await office.ready(book())
    other = book(id="other-book", number=78)
    await office.first.post("/v1/books:draft", {"book": other})
    for caller, step in (
        (office.first, "propose"),
        (office.first, "dry-run"),
        (office.second, "publish"),
    ):
        await office.step(caller, step, book_id="other-book")
    assert (await office.step(office.second, "publish"))["code"] == "cards.dry-run-needed"


async def test_a_version_that_begins_later_does_not_end_the_one_in_force(office: Office) -> None:
    await office.published(book())
    later = [case | {"at": "2026-04-02T12:00:00+07:00"} for case in book()["cases"]]
    ready = await office.ready(book(2, valid={"from": "2026-04-01"}, cases=later))
    stopped = await office.step(office.second, "publish", ready["version"])
    assert stopped["code"] == "cards.book-starts-later"
    assert await office.books_known(office.clock.now()) == [(BOOK, 1)]


async def test_a_version_that_begins_later_may_take_the_place_of_one_that_is_over(
    office: Office,
) -> None:
    early = [case | {"at": "2026-02-27T12:00:00+07:00"} for case in book()["cases"]]
    for case in early:
        case["valid_until"] = "2026-03-01T00:00:00+07:00"
    await office.published(book(valid={"until": "2026-02-28"}, cases=early))
    later = [case | {"at": "2026-04-02T12:00:00+07:00"} for case in book()["cases"]]
    await office.published(book(2, valid={"from": "2026-04-01"}, cases=later))
    assert await office.books_known(office.clock.now()) == [(BOOK, 2)]


async def test_rolling_back_publishes_the_former_version_again(office: Office) -> None:
    await office.published(book())
    assert (await office.first.post("/v1/books:roll-back", {"book_id": BOOK})).json()["code"] == (
        "cards.no-former-version"
    )
    first_time = office.clock.now()
    await office.published(book(2))
    second_time = office.clock.now()
    back = (await office.first.post("/v1/books:roll-back", {"book_id": BOOK})).json()
    assert (back["version"], back["state"]) == (1, "proposed")
    await office.step(office.first, "dry-run")
    office.clock.advance(timedelta(minutes=1))
    assert (await office.step(office.second, "publish"))["state"] == "published"

    assert await office.books_known(NOON) == []
    assert await office.books_known(first_time) == [(BOOK, 1)]
    assert await office.books_known(second_time) == [(BOOK, 2)]
    assert await office.books_known(office.clock.now()) == [(BOOK, 1)]
    listed = (await office.first.send("GET", "/v1/books")).json()
    assert [one["version"] for one in listed["publications"]] == [1, 2, 1]
    assert {one["version"]: one["state"] for one in listed["versions"]} == {
        1: "published",
        2: "superseded",
    }


@pytest.mark.parametrize(
    ("whole", "code"),
    [
        (book(cases=[]), "rules.book-without-cases"),
        (book(logic={"===": [1, 2]}), "rules.book-case-fails"),
        (
            book(logic={"===": [{"var": "external.validationClock"}, 1]}),
            "rules.clock-outside-comparison",
        ),
        (book(logic={"or": []}), "rules.unknown-operator"),
        ({}, "rules.book-shape"),
        (book(number=0), "cards.book-number-taken"),
    ],
)
async def test_a_book_that_is_not_right_is_not_even_drafted(
    office: Office, whole: dict[str, Any], code: str
) -> None:
    assert (await office.draft(whole))["code"] == code


async def test_a_version_once_drafted_stays_as_it_is(office: Office) -> None:
    await office.draft(book())
    assert (await office.draft(book()))["state"] == "draft"
    changed = await office.draft(book(otherwise="neutral", logic={"var": "payload.doses.0"}))
    assert changed["code"] in {"cards.book-version-taken", "rules.book-without-cases"}
    renamed = book(title={"vi": "khác", "en": "other"})
    assert (await office.draft(renamed))["code"] == "cards.book-version-taken"
    assert (await office.draft(book(2, id="another")))["code"] == "cards.book-number-taken"


async def test_steps_out_of_order_are_declined(office: Office) -> None:
    assert (await office.step(office.first, "propose"))["code"] == "cards.book-unknown"
    await office.draft(book())
    assert (await office.step(office.first, "dry-run"))["code"] == "cards.book-state"
    assert (await office.step(office.second, "publish"))["code"] == "cards.book-state"
    await office.step(office.first, "propose")
    assert (await office.step(office.first, "propose"))["code"] == "cards.book-state"


@pytest.mark.parametrize("login", ["operator@stage", "registrar@stage", "guard@stage"])
async def test_nobody_but_the_authority_publishes(office: Office, login: str) -> None:
    caller = await office.stage.sign_in(login)
    bodies: dict[str, Any] = {
        "draft": {"book": book()},
        "roll-back": {"book_id": BOOK},
        **{step: {"book_id": BOOK, "version": 1} for step in ("propose", "dry-run", "publish")},
    }
    answers = [await caller.post(f"/v1/books:{step}", body) for step, body in bodies.items()]
    answers.append(await caller.send("GET", "/v1/books"))
    assert {answer.json()["code"] for answer in answers} == {"access.forbidden"}


async def test_each_step_leaves_an_event(office: Office) -> None:
    await office.published(book())
    async with office.stage.platform.pool.acquire() as db:
        rows = await db.fetch("SELECT kind FROM event WHERE kind LIKE 'cards.%' ORDER BY known_at")
    assert sorted(row["kind"] for row in rows) == [
        "cards.book-drafted",
        "cards.book-dry-run",
        "cards.book-proposed",
        "cards.book-published",
    ]


async def test_of_two_publishers_at_once_one_succeeds(office: Office) -> None:
    await office.ready(book())
    both = [office.step(office.second, "publish") for _ in range(2)]
    told = await asyncio.gather(*both)
    assert sorted(one.get("code", "done") for one in told) == ["cards.book-state", "done"]
    listed = (await office.first.send("GET", "/v1/books")).json()
    assert len(listed["publications"]) == 1


async def test_the_book_of_a_place_is_asked_as_it_was_known(office: Office) -> None:
    await office.published(book())
    place = {"province": "56", "commune": None, "place_kind": None, "activity": None}
    async with office.stage.platform.pool.acquire() as db:
        now = office.clock.now()
        known = await service.book_at(db, **place, true_at=NOON, known_at=now)
        unknown = await service.book_at(db, **place, true_at=now, known_at=NOON)
        elsewhere = await service.book_at(
            db, **place | {"province": "01"}, true_at=now, known_at=now
        )
    assert [known.id, unknown.id, elsewhere.id] == [BOOK, "neutral", "neutral"]


async def test_a_request_rehearses_no_large_population(office: Office) -> None:
    await office.draft(book())
    await office.step(office.first, "propose")
    for number in ("001190000001", "001190000002"):
        await office.person(number, None, commune=None)
    async with office.stage.platform.pool.acquire() as db:
        with pytest.raises(PopulationTooLarge):
            await service.dry_run(
                db,
                office.stage.platform.means,
                book_id=BOOK,
                version=1,
                told=lambda _people: None,
                most=1,
            )
