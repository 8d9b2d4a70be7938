"""A colour set by hand, on the card of the person: why, the appeal, and what was answered."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.serving import Site
from tests.browser.wallet import Holder, Person, add, entrust, holding, on_platform

from motma.bootstrap import Platform
from motma.cards.recodes import appealing, service
from motma.cards.recodes.model import Decision, Recode, Wanted
from motma.storage.pool import Connection

#: Three registrars; the steps are done as their desks' operations do.
FIRST: Final = UUID(int=1)
SECOND: Final = UUID(int=2)
THIRD: Final = UUID(int=3)

WHY: Final = "Ở chung nhà với người bệnh"
SUMMARY: Final = "Vì sao, và khiếu nại"
#: A family of three: one sign to the eye, several and an invisible one to the register.
FAMILY: Final = "\U0001f468\u200d\U0001f469\u200d\U0001f466"


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


async def recode(platform: Platform, db: Connection, one: Person) -> Recode:
    """Two registrars set somebody's card to red."""
    until = platform.clock.now() + timedelta(days=7)
    wanted = Wanted(colour="red", reason=WHY, until=until)
    made = await service.propose(db, platform.means, one.qid, wanted, by=FIRST)
    key = {"person_id": made.person_id, "recode_id": made.recode_id}
    return await service.confirm(db, platform.means, **key, by=SECOND)


async def decide(
    platform: Platform, db: Connection, made: Recode, decision: Decision, reason: str
) -> date:
    """A third registrar answers; says until when that was due."""
    key = {"person_id": made.person_id, "recode_id": made.recode_id}
    done = await appealing.decide(
        db, platform.means, **key, decision=decision, reason=reason, by=THIRD
    )
    assert done.appeal is not None
    return done.appeal.due_on


def form(page: Page) -> None:
    """Open the card's reasons, and the form."""
    page.get_by_text(SUMMARY).click()
    page.get_by_role("button", name="Khiếu nại màu này").click()


def test_a_colour_by_hand_is_appealed_against_waits_and_is_taken_off_with_words(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Đỏ", "001189000620", "1989-05-17"))
    made = on_platform(site, lambda p, db: recode(p, db, one))
    holder.activate(one.activation)
    card = page.get_by_role("region", name="Thẻ đỏ")
    form(page)
    expect(card).to_contain_text(WHY)
    expect(card).to_contain_text("Theo quy định thì là: Thẻ trung tính")
    expect(card).to_contain_text("trong 2 ngày làm việc")
    field = page.get_by_label("Vì sao màu này không đúng?")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        "Nhiều nhất 1.000 ký tự. Mỗi màu khiếu nại được một lần: hãy viết đủ."
    )
    assert holder.violations() == []

    said_in_words(page)
    field.fill("Tôi đã\nra ở riêng <b>từ tháng trước</b>")
    page.get_by_role("button", name="Gửi khiếu nại").click()
    expect(card).to_contain_text("Đang chờ trả lời")
    expect(card).to_contain_text("Tôi đã ra ở riêng <b>từ tháng trước</b>")
    expect(card.get_by_role("heading", name="Khiếu nại")).to_be_focused()
    expect(page.get_by_role("button", name="Khiếu nại màu này")).to_have_count(0)
    assert holder.violations() == []

    page.reload()
    page.get_by_text(SUMMARY).click()
    expect(card).to_contain_text("Đang chờ trả lời")
    waiting = card.inner_text()
    reason = "Đã hỏi lại: không còn ở chung"
    due_on = on_platform(site, lambda p, db: decide(p, db, made, "ended", reason))
    assert f"hết ngày {due_on:%d/%m/%Y}" in waiting

    page.reload()
    now = page.get_by_role("region", name="Thẻ trung tính")
    now.get_by_text(SUMMARY).click()
    expect(now).to_contain_text("Đã trả lời: bỏ màu đã đặt")
    expect(now).to_contain_text(reason)
    expect(now).to_contain_text("Màu do cán bộ đặt đã hết: Thẻ đỏ")
    assert holder.violations() == []


def said_in_words(page: Page) -> None:
    """What can't be sent is told in words, and stays in the field."""
    field = page.get_by_label("Vì sao màu này không đúng?")
    alert = page.get_by_role("main").get_by_role("alert")
    send = page.get_by_role("button", name="Gửi khiếu nại")
    field.fill("   ")
    send.click()
    expect(alert).to_have_text("Hãy viết vài lời.")
    field.fill(f"Chúng tôi {FAMILY}")
    send.click()
    expect(alert).to_contain_text("Có ký tự không giữ được")
    page.context.set_offline(offline=True)
    send.click()
    expect(alert).to_contain_text("Không nối được máy chủ")
    expect(field).to_have_value(f"Chúng tôi {FAMILY}")
    page.context.set_offline(offline=False)


def test_an_appeal_that_a_desk_entered_meanwhile_is_shown_and_so_is_a_colour_that_stays(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Giữ", "001189000638", "1989-05-17"))
    made = on_platform(site, lambda p, db: recode(p, db, one))
    holder.activate(one.activation)
    form(page)
    desk = "Đã nói ở quầy"
    on_platform(site, lambda p, db: appealing.enter(db, p.means, one.qid, desk, by=THIRD))
    page.get_by_label("Vì sao màu này không đúng?").fill("Tôi không ở đó")
    page.get_by_role("button", name="Gửi khiếu nại").click()
    card = page.get_by_role("region", name="Thẻ đỏ")
    expect(card.get_by_role("alert")).to_have_text("Màu này đã có khiếu nại; mỗi màu một lần.")
    expect(card).to_contain_text(desk)
    expect(page.get_by_label("Vì sao màu này không đúng?")).to_have_count(0)

    reason = "Kết quả xét nghiệm còn dương tính"
    on_platform(site, lambda p, db: decide(p, db, made, "upheld", reason))
    page.reload()
    page.get_by_role("button", name="English").click()
    card = page.get_by_role("region", name="Red card")
    card.get_by_text("Why, and how to appeal").click()
    expect(card).to_contain_text("Answered: the colour stays")
    expect(card).to_contain_text(reason)
    expect(card.get_by_role("button", name="Appeal against this colour")).to_have_count(0)
    assert holder.violations() == []


def test_a_guardian_reads_why_and_is_sent_to_a_desk_to_appeal(site: Site, holder: Holder) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Mẹ Đỏ", "001189000646", "1989-05-17"))
    child = on_platform(site, lambda p, db: add(p, db, "Thử Con Đỏ", "001219000653", "2019"))
    on_platform(site, lambda p, db: entrust(p, db, child, one))
    on_platform(site, lambda p, db: recode(p, db, child))
    holder.activate(one.activation)
    page.goto(f"{holder.origin}/wallet/#/more/family")
    page.get_by_role("button", name="Tôi xác nhận giám hộ").click()
    page.get_by_role("button", name="Thẻ và hồ sơ").click()
    card = page.get_by_role("region", name="Thẻ đỏ")
    card.get_by_text(SUMMARY).click()
    expect(card).to_contain_text(WHY)
    expect(card).to_contain_text("đến quầy của cán bộ đăng ký")
    expect(card.get_by_role("button")).to_have_count(0)
