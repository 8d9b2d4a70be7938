"""Colours set by hand: two registrars, seen by the person, over by themselves, open to appeal."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from tests.staging import PIN, Caller

from motma.access import service as access
from motma.cards.recodes import service as recodes
from motma.codec import issued

from .conftest import NHA_TRANG, NOON, ONE_DOSE, book
from .test_scanned_card import card, stand_in

if TYPE_CHECKING:
    from .conftest import Office

REASON = "a positive test that the register does not have yet"


@dataclass
class Desk:
    """Three registrars, somebody with one dose, their wallet and code, and a guard."""

    office: "Office"
    registrars: tuple[Caller, Caller, Caller]
    person_id: UUID
    wallet: Caller
    code: str
    guard: Caller

    @property
    def qid(self) -> str:
        """The person's QID."""
        found = issued.parse(self.code).issue.qid
        assert found is not None
        return found

    def wanted(self, colour: str = "red", *, days: int = 5, **more: Any) -> dict[str, Any]:
        """What is proposed."""
        until = (self.office.clock.now() + timedelta(days=days)).isoformat()
        return {"qid": self.qid, "colour": colour, "reason": REASON, "until": until} | more

    async def proposed(self, colour: str = "red", *, days: int = 5) -> dict[str, Any]:
        """The first registrar's proposal, as the key of later steps."""
        answer = await self.registrars[0].post(
            "/v1/recodes:propose", self.wanted(colour, days=days)
        )
        assert answer.status_code == 201, answer.text
        return {name: answer.json()[name] for name in ("person_id", "recode_id")}

    async def confirmed(self, colour: str = "red", *, days: int = 5) -> dict[str, Any]:
        """The same, confirmed by the second."""
        key = await self.proposed(colour, days=days)
        answer = await self.registrars[1].post("/v1/recodes:confirm", key)
        assert answer.json()["state"] == "in-force", answer.text
        return key

    async def appealed(self, text: str = "I was never tested") -> httpx.Response:
        """The person's appeal."""
        return await self.wallet.post("/v1/me/card:appeal", {"text": text})

    async def mine(self) -> dict[str, Any]:
        """The card as the person reads it."""
        found: dict[str, Any] = (await self.wallet.send("GET", "/v1/me/card")).json()
        return found

    async def seen(self) -> dict[str, Any]:
        """The card as the guard hears it."""
        return await card(self.guard, self.code)

    async def notices(self) -> dict[str, Any]:
        """What the person was told of recodes: details by kind."""
        found = (await self.wallet.send("GET", "/v1/me/notices")).json()
        return {n["kind"]: n["details"] for n in found if n["kind"].startswith("cards.")}

    async def slot(self) -> issued.Card | None:
        """The colour in the code that the wallet shows."""
        text = (await self.wallet.send("GET", "/v1/me/code")).json()["text"]
        return issued.parse(text).issue.card


async def registrar(office: "Office", login: str) -> Caller:
    """One more registrar."""
    async with office.stage.platform.transaction() as db:
        await access.add_reader(
            db,
            office.stage.platform.means,
            organisation_id=office.stage.organisation,
            login=login,
            role="registrar",
            pin=PIN,
        )
    return await office.stage.begin(await office.stage.device(), login)


@pytest.fixture
async def desk(office: "Office") -> Desk:
    """A person whom the book makes green in Nha Trang, at a gate there."""
    await office.published(book())
    people = [await registrar(office, f"registrar{n}@stage") for n in (1, 2, 3)]
    person_id = await office.person("001190000001", ONE_DOSE, commune=NHA_TRANG)
    wallet = await office.stage.wallet(person_id)
    code = (await wallet.send("GET", "/v1/me/code")).json()["text"]
    guard = await office.stage.sign_in("guard@stage")
    await stand_in(office, guard, NHA_TRANG)
    return Desk(office, (people[0], people[1], people[2]), person_id, wallet, code, guard)


async def test_two_registrars_recode_and_the_very_next_scan_has_the_colour(desk: Desk) -> None:
    assert (await desk.seen())["colour"] == "green"
    key = await desk.proposed()
    assert (await desk.seen())["colour"] == "green"
    (waiting,) = (await desk.registrars[1].send("GET", "/v1/recodes")).json()
    assert {name: waiting[name] for name in key} == key
    assert "reason" not in waiting
    answer = await desk.registrars[1].post("/v1/recodes:confirm", key)
    assert answer.json()["state"] == "in-force"
    seen = await desk.seen()
    assert (seen["colour"], seen["recoded"]) == ("red", True)
    assert seen["valid_until"] == answer.json()["until"]


async def test_whoever_proposed_it_cannot_confirm_it(desk: Desk) -> None:
    key = await desk.proposed()
    answer = await desk.registrars[0].post("/v1/recodes:confirm", key)
    assert (answer.status_code, answer.json()["code"]) == (409, "recodes.second-person-needed")
    assert (await desk.seen())["colour"] == "green"


async def test_an_expired_recode_has_no_effect_without_any_job(desk: Desk) -> None:
    await desk.confirmed(days=1)
    desk.office.clock.advance(timedelta(days=1) - timedelta(seconds=2))
    wallet, guard = desk.wallet, desk.guard
    await desk.office.stage.begin(wallet, None)
    await desk.office.stage.begin(guard, "guard@stage")
    assert (await desk.seen())["colour"] == "red"
    desk.office.clock.advance(timedelta(seconds=2))
    seen = await desk.seen()
    assert seen["colour"] == "green"
    assert "recoded" not in seen
    mine = await desk.mine()
    assert (mine["colour"], mine["recode"]["state"]) == ("green", "expired")
    assert "how_to_appeal" not in mine["recode"]
    answer = await desk.appealed()
    assert (answer.status_code, answer.json()["code"]) == (404, "recodes.unknown")


async def test_a_guard_hears_the_colour_and_no_reason_a_nurse_hears_both(desk: Desk) -> None:
    await desk.confirmed()
    heard = await desk.guard.scan(desk.code)
    assert heard.json()["card"].keys() == {"colour", "text", "valid_until", "book", "recoded"}
    assert REASON not in heard.text
    assert "green" not in heard.text.lower()
    nurse = await desk.office.stage.sign_in("nurse@stage")
    await stand_in(desk.office, nurse, NHA_TRANG)
    told = (await card(nurse, desk.code))["recode"]
    assert (told["reason"], told["by_rules"]) == (REASON, "green")


async def test_the_person_sees_why_until_when_and_how_to_appeal(desk: Desk) -> None:
    await desk.confirmed()
    mine = await desk.mine()
    assert (mine["colour"], mine["recoded"]) == ("red", True)
    assert mine["recode"]["reason"] == REASON
    assert mine["recode"]["until"] == mine["valid_until"]
    assert mine["recode"]["how_to_appeal"]["en"]
    notices = await desk.notices()
    assert notices.keys() == {"cards.recode-proposed", "cards.recode-confirmed"}
    assert notices["cards.recode-confirmed"]["reason"] == REASON


async def test_a_third_registrar_ends_it_after_an_appeal_and_the_person_hears_why(
    desk: Desk,
) -> None:
    key = await desk.confirmed()
    assert (await desk.appealed()).status_code == 201
    (waiting,) = (await desk.registrars[2].send("GET", "/v1/recodes?what=appeals")).json()
    assert waiting["due_on"] == "2026-03-04"
    body = key | {"decision": "ended", "reason": "the test was somebody else's"}
    for who in desk.registrars[:2]:
        answer = await who.post("/v1/recodes:decide-appeal", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "recodes.third-person-needed")
    answer = await desk.registrars[2].post("/v1/recodes:decide-appeal", body)
    assert answer.json()["state"] == "ended"
    assert (await desk.seen())["colour"] == "green"
    told = (await desk.mine())["recode"]
    assert told["state"] == "ended"
    assert told["appeal"]["state"] == "ended"
    assert told["appeal"]["answer"] == "the test was somebody else's"
    heard = (await desk.notices())["cards.appeal-decided"]
    assert heard == {"decision": "ended", "reason": "the test was somebody else's"}
    assert (await desk.registrars[2].send("GET", "/v1/recodes?what=appeals")).json() == []


async def test_an_upheld_recode_stays_and_is_not_appealed_again(desk: Desk) -> None:
    key = await desk.confirmed()
    first = (await desk.appealed()).json()
    assert (await desk.appealed()).json() == first  # the same words again
    again = await desk.appealed("something else")
    assert again.json()["code"] == "recodes.appealed"
    body = key | {"decision": "upheld", "reason": "the laboratory has confirmed it"}
    assert (await desk.registrars[2].post("/v1/recodes:decide-appeal", body)).status_code == 200
    assert (await desk.seen())["colour"] == "red"
    mine = await desk.mine()
    assert mine["recode"]["appeal"]["state"] == "upheld"
    assert mine["recode"]["appeal"]["answer"] == "the laboratory has confirmed it"
    twice = await desk.registrars[2].post("/v1/recodes:decide-appeal", body)
    assert twice.json()["code"] == "recodes.no-open-appeal"


async def test_of_two_confirmations_at_once_one_is_in_force(desk: Desk) -> None:
    red, yellow = await desk.proposed("red"), await desk.proposed("yellow")
    answers = await asyncio.gather(
        desk.registrars[1].post("/v1/recodes:confirm", red),
        desk.registrars[2].post("/v1/recodes:confirm", yellow),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = (answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "recodes.one-in-force"
    found = (await desk.registrars[0].send("GET", "/v1/recodes?what=in-force")).json()
    assert len(found) == 1
    assert (await desk.seen())["colour"] == found[0]["colour"]


async def test_one_proposal_confirmed_twice_at_once_is_confirmed_once(desk: Desk) -> None:
    key = await desk.proposed()
    answers = await asyncio.gather(
        *(who.post("/v1/recodes:confirm", key) for who in desk.registrars[1:])
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = (answer for answer in answers if answer.status_code == 409)
    assert (refused.json()["code"], refused.json()["state"]) == ("recodes.state", "in-force")


async def test_after_one_is_over_another_may_come_into_force(desk: Desk) -> None:
    await desk.confirmed("red", days=1)
    desk.office.clock.advance(timedelta(days=1))
    for caller, login in zip(desk.registrars, (1, 2, 3), strict=True):
        await desk.office.stage.begin(caller, f"registrar{login}@stage")
    await desk.office.stage.begin(desk.guard, "guard@stage")
    await desk.confirmed("yellow", days=1)
    assert (await desk.seen())["colour"] == "yellow"


async def test_an_unfavourable_recode_empties_the_code_a_favourable_one_ends_with_it(
    desk: Desk,
) -> None:
    assert await desk.slot() is not None
    key = await desk.confirmed("red")
    assert await desk.slot() is None
    ended = key | {"reason": "the isolation was lifted"}
    assert (await desk.registrars[0].post("/v1/recodes:end", ended)).status_code == 200
    await desk.confirmed("yellow", days=2)
    found = await desk.slot()
    assert found is not None
    assert (found.colour, found.until) == (
        issued.Colour.YELLOW,
        NOON + timedelta(days=2, minutes=1),
    )


async def test_a_registrar_ends_it_with_a_reason_that_the_person_reads(desk: Desk) -> None:
    key = await desk.confirmed()
    await desk.appealed()
    bare = await desk.registrars[0].post("/v1/recodes:end", key | {"reason": "  "})
    assert bare.json()["code"] == "request.text-missing"
    body = key | {"reason": "the isolation was lifted"}
    assert (await desk.registrars[0].post("/v1/recodes:end", body)).json()["state"] == "ended"
    assert (await desk.seen())["colour"] == "green"
    told = (await desk.mine())["recode"]
    assert told["ended_because"] == "the isolation was lifted"
    assert told["appeal"]["state"] == "ended"
    again = await desk.registrars[0].post("/v1/recodes:end", body)
    assert (again.json()["code"], again.json()["state"]) == ("recodes.state", "ended")


async def test_a_withdrawn_proposal_can_not_be_confirmed(desk: Desk) -> None:
    key = await desk.proposed()
    withdrawn = key | {"reason": "it was about somebody else"}
    answer = await desk.registrars[0].post("/v1/recodes:end", withdrawn)
    assert answer.json()["state"] == "withdrawn"
    answer = await desk.registrars[1].post("/v1/recodes:confirm", key)
    assert answer.json()["state"] == "withdrawn"
    assert "recode" not in await desk.mine()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"until": (NOON + timedelta(days=22)).isoformat()}, "recodes.until-out-of-range"),
        ({"until": NOON.isoformat()}, "recodes.until-out-of-range"),
        ({"until": "2026-03-05T00:00:00"}, "recodes.until-without-offset"),
        ({"reason": "because"}, "request.text-missing"),
        ({"qid": "123456789012345678"}, "identity.unknown"),
    ],
)
async def test_what_is_no_proposal_is_declined(desk: Desk, more: dict[str, str], code: str) -> None:
    answer = await desk.registrars[0].post("/v1/recodes:propose", desk.wanted() | more)
    assert answer.json()["code"] == code


async def test_nobody_but_a_registrar_sets_lists_reads_or_decides(desk: Desk) -> None:
    key = await desk.confirmed()
    steps = {
        "propose": desk.wanted(),
        "confirm": key,
        "end": key | {"reason": REASON},
        "show": key,
        "appeal": {"qid": desk.qid, "text": "I was never tested"},
        "decide-appeal": key | {"reason": REASON, "decision": "ended"},
    }
    for caller in (desk.guard, desk.wallet, desk.office.first):
        for step, body in steps.items():
            answer = await caller.post(f"/v1/recodes:{step}", body)
            assert (step, answer.status_code) == (step, 403)
        assert (await caller.send("GET", "/v1/recodes")).status_code == 403


async def test_an_appeal_entered_at_the_desk_is_the_persons_own(desk: Desk) -> None:
    await desk.confirmed()
    entered = {"qid": desk.qid, "text": "I was never tested"}
    answer = await desk.registrars[0].post("/v1/recodes:appeal", entered)
    assert (answer.status_code, answer.json()["state"]) == (201, "open")
    assert (await desk.mine())["recode"]["appeal"] == answer.json()
    assert "cards.recode-appealed" in await desk.notices()


async def test_nobody_appeals_for_somebody_else(desk: Desk) -> None:
    await desk.confirmed()
    other = await desk.office.stage.wallet(
        await desk.office.person("001190000002", None, commune=NHA_TRANG)
    )
    answer = await other.post("/v1/me/card:appeal", {"text": "not me"})
    assert answer.json()["code"] == "recodes.unknown"
    assert "recode" not in (await other.send("GET", "/v1/me/card")).json()


async def test_reading_a_recode_is_a_read_that_the_person_sees(desk: Desk) -> None:
    key = await desk.confirmed()
    shown = (await desk.registrars[2].post("/v1/recodes:show", key)).json()
    assert shown["reason"] == REASON
    (read, *_) = (await desk.wallet.send("GET", "/v1/me/reads")).json()
    assert (read["kind"], read["role"]) == ("identity.read", "registrar")


async def test_the_table_tells_no_reason_and_is_emptied_after_31_days(desk: Desk) -> None:
    await desk.confirmed(days=1)
    await desk.appealed("I was never tested")
    platform = desk.office.stage.platform
    async with platform.transaction() as db:
        (row,) = await db.fetch("SELECT * FROM recode")
        stored = b"".join(value for value in row.values() if isinstance(value, bytes))
        assert REASON.encode() not in stored
        assert b"never tested" not in stored
        await recodes.forget(db, NOON + timedelta(days=31))
        assert await db.fetchval("SELECT count(*) FROM recode") == 1
        await recodes.forget(db, NOON + timedelta(days=33))
        assert await db.fetchval("SELECT count(*) FROM recode") == 0
