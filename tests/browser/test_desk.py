"""The registrar's desk in a real browser: from a card to the paper, by the keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.clerk import Clerk, activation_on, codes_on
from tests.browser.seeding import FULL_NAME
from tests.browser.serving import Site
from tests.browser.wallet import PHONE, Holder

#: A card of somebody who is in no register. Made up.
CARD = "001090000052||Phạm Văn Ghi Danh|15031990|Nam|Số 1, Phường Ba Đình, Hà Nội|01012022"
#: The reader's trigger, and one press of Enter.
FEWEST = 2


@pytest.fixture(scope="module")
def clerk(site: Site, chromium: Browser) -> Iterator[Clerk]:
    """One shift of one clerk; whatever happens in it, no other host is asked."""
    context = chromium.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
    clerk = Clerk(context.new_page(), site.origin, site.seeded.codes.pop)
    clerk.begin()
    assert clerk.violations() == []
    yield clerk
    clerk.check_promises()
    context.close()


@pytest.fixture
def counter(clerk: Clerk) -> Page:
    """The counter with nobody at it."""
    clerk.page.keyboard.press("Escape")
    clerk.page.get_by_role("button", name="Quầy", exact=True).click()
    clerk.awaits()
    clerk.page.evaluate("window.prints = window.deeds = 0")
    return clerk.page


def test_a_new_person_has_card_and_open_wallet_after_a_scan_and_one_key(
    clerk: Clerk, counter: Page, chromium: Browser
) -> None:
    clerk.wedge(CARD)
    expect(counter.get_by_text("Chưa đăng ký.")).to_be_visible()
    expect(counter.get_by_label("Họ và tên")).to_have_value("Phạm Văn Ghi Danh")
    assert clerk.violations() == []
    counter.keyboard.press("Enter")
    clerk.said("Đã đăng ký")
    document = clerk.paper()
    assert counter.evaluate("window.deeds") == FEWEST
    assert clerk.violations() == []
    (code,) = codes_on(document)
    phone = chromium.new_context(locale="vi-VN", viewport=PHONE)  # type: ignore[arg-type]
    holder = Holder(phone.new_page(), clerk.origin, clerk.next_code)
    holder.activate(activation_on(document))
    assert holder.read().split("|")[4] == code.split("|")[4]
    holder.check_promises()
    phone.close()
    # one more key, and nothing of anybody is kept on this device
    counter.keyboard.press("Enter")
    clerk.awaits()
    kept = counter.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Ghi Danh" not in kept
    assert "001090000052" not in kept


def test_a_card_under_another_name_opens_a_case_that_is_decided_at_the_desk(
    clerk: Clerk, counter: Page
) -> None:
    clerk.wedge("001189000017||Lê Thị Tên Khác|17051989|Nữ|Hà Nội|01012022")
    expect(counter.get_by_text("Giấy tờ này đã có người khác tên")).to_be_visible()
    assert clerk.violations() == []
    clerk.press("Mở hồ sơ vướng")
    clerk.said("Đã mở hồ sơ vướng")
    counter.get_by_role("button", name="Hồ sơ vướng").click()
    expect(counter.get_by_role("heading", name="Lê Thị Tên Khác")).to_be_visible()
    expect(counter.get_by_role("cell", name=FULL_NAME)).to_be_visible()
    assert clerk.violations() == []
    clerk.confirm("Bỏ bản mới")
    expect(counter.get_by_text("Đã quyết định.")).to_be_visible()
