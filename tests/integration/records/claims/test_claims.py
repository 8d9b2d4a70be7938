"""A claim from the question why to the decision, its undoing and the word to the source."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.integration.records.conftest import HERS, Desk, dose

from motma.identity.model import ShownDocument
from motma.kernel.errors import Declined
from motma.records import service as records
from motma.records.claims import corrections, deciding, service, showing
from motma.records.claims.model import Acceptance, Claim, Expected, Statement

REGISTRAR = uuid4()
SITE = "Trạm y tế phường Xóm Mới"
EXPECTED = Expected(type="dose", day=date(2025, 9, 3), site="tram y te xom moi")
MISSING = Statement(wish="missing", expected=EXPECTED, note="I have the paper")
#: Her own number, but the birth date of nobody like her: it waits.
BORN_WRONG = msgspec.structs.replace(HERS, birth="1951-11-27")
ATTACH = "attached"


async def waiting_dose(desk: Desk, about: Any = BORN_WRONG, source_id: str = "w1") -> UUID:
    """A dose at the site that found nobody."""
    got = (await desk.receive(dose(source_id, about=about, place=SITE)))[0]
    assert got.record_id is not None
    assert not got.attached
    return got.record_id


async def filed(desk: Desk, person_id: UUID, said: Statement = MISSING, **more: Any) -> Claim:
    return await service.file(desk.db, desk.means, person_id, said, **more)


async def explained(desk: Desk, person_id: UUID, expected: Expected = EXPECTED) -> Any:
    return await service.explain(desk.db, desk.means, person_id, expected)


async def accepted(desk: Desk, person_id: UUID, claim: Claim, **how: Any) -> Claim:
    return await deciding.accept(
        desk.db, desk.means, person_id=person_id, claim_id=claim.claim_id,
        accepted=Acceptance(reason="paper seen", **how), by=REGISTRAR,
    )  # fmt: skip


async def kinds_of(desk: Desk) -> list[str]:
    rows = await desk.db.fetch("SELECT kind FROM event ORDER BY known_at, event_id")
    return sorted(row["kind"] for row in rows if row["kind"].startswith("claims."))


async def errands(desk: Desk) -> Any:
    statement = "SELECT key, body FROM local.outbox WHERE topic = $1 ORDER BY outbox_id"
    return await desk.db.fetch(statement, corrections.TOPIC)


async def code_of(awaited: Any) -> str:
    with pytest.raises(Declined) as declined:
        await awaited
    return str(declined.value)


async def test_only_the_kind_of_field_that_differs_is_told(desk: Desk) -> None:
    person = await desk.register()
    await waiting_dose(desk)
    answer = await explained(desk, person)
    assert msgspec.to_builtins(answer) == {"status": "differs", "kind": "birth"}
    assert await kinds_of(desk) == ["claims.asked"]


@pytest.mark.parametrize(
    "about",
    [
        msgspec.structs.replace(BORN_WRONG, document_number=""),  # maybe a namesake
        msgspec.structs.replace(BORN_WRONG, document_number="001190555555"),  # a namesake
        msgspec.structs.replace(BORN_WRONG, full_name="Trần Văn Khác"),  # a relative's number
        msgspec.structs.replace(HERS, full_name="Thử Thị Khác"),  # a twin under her number
    ],
)
async def test_what_may_be_somebody_elses_is_told_like_nothing(desk: Desk, about: Any) -> None:
    person = await desk.register()
    nothing = await explained(desk, person)
    await waiting_dose(desk, about)
    assert await explained(desk, person) == nothing
    assert nothing.status == "nothing-to-tell"


async def test_several_that_fit_are_told_like_nothing(desk: Desk) -> None:
    person = await desk.register()
    await waiting_dose(desk)
    await waiting_dose(desk, source_id="w2")
    assert (await explained(desk, person)).status == "nothing-to-tell"


async def test_a_number_that_was_only_declared_tells_nothing(desk: Desk) -> None:
    seen = ShownDocument(kind="passport", number="B1234567", seen=True)
    said = ShownDocument(kind="cccd", number="001190000001", seen=False)
    person = await desk.register(documents=(seen, said))
    await waiting_dose(desk)
    assert (await explained(desk, person)).status == "nothing-to-tell"


async def test_the_own_record_is_pointed_at_even_when_taken_back(desk: Desk) -> None:
    person = await desk.register()
    got = (await desk.receive(dose("mine", place=SITE)))[0]
    answer = await explained(desk, person)
    assert (answer.status, answer.record_id) == ("there", got.record_id)
    assert got.record_id is not None
    await records.retract(desk.db, desk.means, got.record_id, by=REGISTRAR, reason="wrong")
    assert (await explained(desk, person)).status == "taken-back"


async def test_an_accepted_claim_attaches_the_record_at_once_and_tells_the_source(
    desk: Desk,
) -> None:
    person = await desk.register()
    record_id = await waiting_dose(desk)
    claim = await filed(desk, person, photo=b"\x89PNG\r\n\x1a\n a page")
    shown = await showing.show(desk.db, desk.means, person_id=person, claim_id=claim.claim_id)
    assert shown.photo == b"\x89PNG\r\n\x1a\n a page"
    assert [(each.record.record_id, each.fits) for each in shown.records] == [(record_id, True)]
    levels = {row.field: row.level for row in shown.records[0].rows}
    assert (levels["document"], levels["birth"]) == ("equal", "different")

    decided = await accepted(desk, person, claim, effect=ATTACH, record_id=record_id)
    assert (decided.state, decided.reason, decided.with_photo) == ("accepted", "paper seen", False)
    assert await desk.days(person) == ["2025-09-03"]
    (row,) = await errands(desk)
    assert row["key"] == "registry"
    message = await corrections.opened(desk.db, desk.means, row["body"])
    assert (message.source_id, message.effect) == ("w1", ATTACH)
    assert message.whose == {"birth": "1990-02-03"}
    assert await kinds_of(desk) == ["claims.accepted", "claims.filed"]
    (one,) = await corrections.waiting_for(desk.db, desk.means, "registry")
    assert one.said == message
    await corrections.sent(desk.db, desk.means, [one.outbox_id])
    assert await corrections.waiting_for(desk.db, desk.means, "registry") == []


async def test_a_correction_about_somebody_who_is_gone_holds_back_nobody_elses(desk: Desk) -> None:
    person = await desk.register()
    record_id = await waiting_dose(desk)
    claim = await filed(desk, person)
    await accepted(desk, person, claim, effect=ATTACH, record_id=record_id)
    await desk.db.execute(
        "INSERT INTO local.outbox (topic, key, body, created_at)"
        " SELECT topic, key, jsonb_set(body, '{person_id}', to_jsonb(gen_random_uuid())),"
        " created_at - interval '1 day' FROM local.outbox WHERE topic = 'records.correction'"
    )
    assert len(await errands(desk)) == 2
    waiting = await corrections.waiting_for(desk.db, desk.means, "registry")
    assert [one.said.claim_id for one in waiting] == [claim.claim_id]
    assert len(await corrections.waiting_for(desk.db, desk.means, "registry")) == 1


async def test_undoing_restores_what_was_and_the_claim_is_open_with_a_new_day(desk: Desk) -> None:
    person = await desk.register()
    record_id = await waiting_dose(desk)
    claim = await filed(desk, person)
    await accepted(desk, person, claim, effect=ATTACH, record_id=record_id)
    desk.clock.advance(timedelta(days=7))
    again = await deciding.undo(
        desk.db, desk.means, person_id=person, claim_id=claim.claim_id, reason="slip",
        by=REGISTRAR,
    )  # fmt: skip
    assert (again.state, again.due_on > claim.due_on) == ("open", True)
    assert await desk.days(person) == []
    bodies = await desk.db.fetch(
        "SELECT body FROM local.outbox WHERE topic = $1", corrections.TOPIC
    )
    assert [row["body"].get("undone", False) for row in bodies] == [False, True]


async def test_a_photo_that_comes_with_the_same_claim_again_is_kept(desk: Desk) -> None:
    person = await desk.register()
    first = await filed(desk, person)
    for photo in (b"a page", b"the page, in focus"):
        again = await filed(desk, person, photo=photo)
        assert (again.claim_id, again.with_photo) == (first.claim_id, True)
        shown = await showing.show(desk.db, desk.means, person_id=person, claim_id=first.claim_id)
        assert shown.photo == photo
    assert (await filed(desk, person)).with_photo, "no photo takes none away"
    assert len(await service.claims_of(desk.db, desk.means, person)) == 1


async def test_undoing_takes_no_record_from_whoever_has_it_now(desk: Desk) -> None:
    person = await desk.register()
    other = await desk.register(number="001190000002", full_name="Trần Văn Khác", phones=())
    record_id = await waiting_dose(desk)
    claim = await filed(desk, person)
    await accepted(desk, person, claim, effect=ATTACH, record_id=record_id)
    await records.attach(desk.db, desk.means, record_id, other, how="registrar", by=REGISTRAR)
    again = deciding.undo(
        desk.db, desk.means, person_id=person, claim_id=claim.claim_id, reason="slip",
        by=REGISTRAR,
    )  # fmt: skip
    assert await code_of(again) == "claims.record-unfit"
    assert await desk.days(other) == ["2025-09-03"]


async def test_a_record_of_somebody_else_can_not_be_had_by_a_claim(desk: Desk) -> None:
    person = await desk.register()
    other = await desk.register(number="001190000002", full_name="Trần Văn Khác", phones=())
    theirs = msgspec.structs.replace(
        HERS, full_name="Trần Văn Khác", document_number="001190000002"
    )
    got = (await desk.receive(dose("theirs", about=theirs, place=SITE)))[0]
    assert got.attached
    assert got.record_id is not None
    claim = await filed(desk, person)
    attempt = accepted(desk, person, claim, effect=ATTACH, record_id=got.record_id)
    assert await code_of(attempt) == "claims.record-unfit"
    wrong = Statement(wish="wrong", record_id=got.record_id, note="see")
    assert await code_of(filed(desk, person, wrong)) == "records.unknown"
    assert await desk.days(other) == ["2025-09-03"]
    assert await records.records_of(desk.db, desk.means, person) == []


async def test_a_refusal_reaches_the_person_with_its_reason_and_takes_the_photo(desk: Desk) -> None:
    person = await desk.register()
    claim = await filed(desk, person, photo=b"\xff\xd8\xff a page")
    await deciding.refuse(
        desk.db, desk.means, person_id=person, claim_id=claim.claim_id, reason="no such site",
        by=REGISTRAR,
    )  # fmt: skip
    (told,) = await service.claims_of(desk.db, desk.means, person)
    assert (told.state, told.reason, told.with_photo) == ("refused", "no such site", False)
    again = accepted(desk, person, claim, effect="forwarded")
    assert await code_of(again) == "claims.decided"


async def test_a_wrong_record_is_retracted_or_leaves_the_one_whose_it_is_not(desk: Desk) -> None:
    person = await desk.register()
    first, second = await desk.receive(dose("a"), dose("b", on="2025-10-03"))
    assert first.record_id
    assert second.record_id
    wrong = await filed(desk, person, Statement(wish="wrong", record_id=first.record_id, note="x"))
    not_mine = await filed(
        desk, person, Statement(wish="not-mine", record_id=second.record_id, note="x")
    )
    assert await code_of(accepted(desk, person, wrong, effect="detached")) == "claims.effect-unfit"
    await accepted(desk, person, wrong, effect="retracted")
    await accepted(desk, person, not_mine, effect="detached")
    assert await desk.days(person) == []
    for claim in (wrong, not_mine):
        await deciding.undo(
            desk.db, desk.means, person_id=person, claim_id=claim.claim_id, reason="slip",
            by=REGISTRAR,
        )  # fmt: skip
    assert await desk.days(person) == ["2025-09-03", "2025-10-03"]


async def test_what_nobody_has_is_asked_of_every_source_of_its_type(desk: Desk) -> None:
    person = await desk.register()
    claim = await filed(desk, person)
    await accepted(desk, person, claim, effect="forwarded")
    (row,) = await errands(desk)
    assert row["key"] == "any:dose"
    message = await corrections.opened(desk.db, desk.means, row["body"])
    assert message.expected == EXPECTED
    assert message.whose["document_number"] == "001190000001"


async def test_claims_are_due_after_two_working_days_and_then_overdue(desk: Desk) -> None:
    person = await desk.register()
    desk.clock.moment = datetime(2026, 2, 12, 18, tzinfo=UTC)  # Friday, 01:00 in Vietnam
    claim = await filed(desk, person)
    assert claim.due_on == date(2026, 2, 24)  # Tết is between
    desk.clock.moment = datetime(2026, 2, 24, 16, 59, tzinfo=UTC)
    assert await deciding.open_claims(desk.db, desk.means, overdue=True) == []
    desk.clock.moment = datetime(2026, 2, 24, 17, 1, tzinfo=UTC)
    (late,) = await deciding.open_claims(desk.db, desk.means, overdue=True)
    assert (late.claim_id, late.overdue) == (claim.claim_id, True)


async def test_the_same_claim_twice_is_one_and_there_is_an_end_to_them(desk: Desk) -> None:
    person = await desk.register()
    first = await filed(desk, person)
    assert (await filed(desk, person)).claim_id == first.claim_id
    for number in range(9):
        await filed(desk, person, msgspec.structs.replace(MISSING, note=f"number {number}"))
    more = filed(desk, person, msgspec.structs.replace(MISSING, note="one more"))
    assert await code_of(more) == "claims.too-many-open"
