"""Anybody may ask whether a paper card is still good, and learns that and nothing more."""

from datetime import timedelta

from tests.staging import Stage

from motma.codec.issued import Form
from motma.identity import ending, issuing, service
from motma.kernel.clock import civil_day
from motma.scan.checking import check
from motma.scan.published import PublishedKeys


async def paper(stage: Stage, qid: str, form: Form = Form.PAPER) -> str:
    """The text on a person's card of now."""
    async with stage.platform.transaction() as db:
        person = await service.find(db, stage.platform.means, qid)
        return await issuing.issue(db, stage.platform.means, person, form=form)


async def verdict(stage: Stage, text: str) -> str:
    """What a stranger is answered, and nothing beside it."""
    answer = await stage.client.post("/v1/checks", json={"code": text})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"verdict"}
    return str(answer.json()["verdict"])


async def test_a_card_is_valid_until_it_is_reissued_replaced_or_revoked(on_stage: Stage) -> None:
    person, means = await on_stage.person(), on_stage.platform.means
    first = await paper(on_stage, person.qid)
    assert await verdict(on_stage, first) == "valid"
    async with on_stage.platform.transaction() as db:
        await ending.reissue(db, means, person.qid)
    second = await paper(on_stage, person.qid)
    assert await verdict(on_stage, first) == "replaced"
    assert await verdict(on_stage, second) == "valid"
    async with on_stage.platform.transaction() as db:
        fresh = await ending.replace(db, means, person.qid, reason="leaked")
    third = await paper(on_stage, fresh)
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, means, fresh, reason="stolen")
    assert {await verdict(on_stage, text) for text in (first, second, third)} == {"replaced"}


async def test_a_merged_persons_card_is_good_only_while_their_own_code_is(on_stage: Stage) -> None:
    means = on_stage.platform.means
    one, two = await on_stage.person(), await on_stage.person(number="001190000002")
    text = await paper(on_stage, one.qid)
    async with on_stage.platform.transaction() as db:
        await ending.merge(db, means, qid=one.qid, into=two.qid, reason="twice", by=two.person_id)
    assert await verdict(on_stage, text) == "valid"
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, means, two.qid, reason="stolen")
    assert await verdict(on_stage, text) == "replaced"


async def test_a_changed_text_is_forged_and_what_is_not_signed_by_us_tells_nothing(
    on_stage: Stage,
) -> None:
    person = await on_stage.person()
    text = await paper(on_stage, person.qid)
    assert await verdict(on_stage, text.replace("NGHIEM", "NGHIEN")) == "forged"
    assert await verdict(on_stage, text.replace(person.qid, "124996520391105369")) == "forged"
    known = "001190000001||Thử Thị Nghiệm|03021990|Nữ|Phường Thử|01012021"
    for unsigned in (person.qid, "001190000001", known, known.replace("0001|", "0002|"), "", "x"):
        assert await verdict(on_stage, unsigned) == "not-signed"


async def test_a_phones_code_is_no_card_and_an_old_card_has_expired(on_stage: Stage) -> None:
    person = await on_stage.person()
    assert await verdict(on_stage, await paper(on_stage, person.qid, Form.PHONE)) == "not-paper"
    text = await paper(on_stage, person.qid)
    platform = on_stage.platform
    later = civil_day(platform.clock.now()) + timedelta(days=400)
    find_key = PublishedKeys(platform.keyring, platform.clock).find
    async with platform.pool.acquire() as db:
        assert await check(db, platform.means, text, find_key, today=later) == "expired"
