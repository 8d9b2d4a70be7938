"""The registrar's desk in a real browser: from a card to the paper, by the keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.clerk import PRINTING, Clerk, activation_on, codes_on
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
    clerk.page.get_by_role("button", name="Quầy", exact=True).click()
    clerk.page.keyboard.press("Escape")
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
    phone = chromium.new_context(locale="vi-VN", viewport=PHONE)
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


def test_what_was_typed_stays_when_the_platform_is_away_and_nothing_is_done_twice(
    clerk: Clerk, counter: Page
) -> None:
    clerk.wedge("001090000060||Hoàng Văn Mất Mạng|15031990|Nam|Hà Nội|01012022")
    counter.get_by_label("Điện thoại").fill("0912345678")
    counter.route("**/v1/people", lambda route: route.abort())
    clerk.press("Đăng ký và in")
    expect(counter.get_by_role("alert").get_by_text("mạng")).to_be_visible()
    assert clerk.violations() == []
    expect(counter.get_by_label("Họ và tên")).to_have_value("Hoàng Văn Mất Mạng")
    expect(counter.get_by_label("Điện thoại")).to_have_value("0912345678")
    counter.unroute("**/v1/people")
    # registered, but the document does not come: said so, and only the document is made again
    counter.route(f"**{PRINTING}", lambda route: route.abort())
    clerk.press("Đăng ký và in")
    expect(counter.get_by_text("Đã ghi vào sổ, nhưng chưa in được.")).to_be_visible()
    assert clerk.violations() == []
    counter.unroute(f"**{PRINTING}")
    clerk.prints()
    clerk.press("Làm bản in")
    assert len(codes_on(clerk.paper())) == 1
    counter.get_by_role("button", name="Ca này").click()
    done = counter.get_by_role("listitem").filter(has_text="Hoàng Văn Mất Mạng")
    expect(done).to_have_count(1)
    assert clerk.violations() == []
    clerk.complaints[:] = [each for each in clerk.complaints if "net::ERR_FAILED" not in each]


def test_a_child_comes_with_its_guardian_and_both_stand_on_one_sheet(
    clerk: Clerk, counter: Page
) -> None:
    clerk.press("Người không có giấy tờ")
    counter.get_by_label("Họ và tên").fill("Phạm Bé Con")
    counter.get_by_label("Ngày sinh").fill("1/6/2020")
    counter.get_by_label("CCCD hoặc mã định danh của người giám hộ").focus()
    clerk.wedge(CARD)
    counter.get_by_label("Căn cứ (người giám hộ đọc được)").fill("Giấy khai sinh số 12")
    expect(counter.get_by_text("Phạm Văn Ghi Danh")).to_be_visible()
    assert clerk.violations() == []
    clerk.press("Đăng ký và in")
    clerk.said("Đã đăng ký")
    clerk.paper()
    clerk.press("Thêm vào tờ gia đình")
    clerk.press("Người tiếp theo")
    clerk.press("Tờ gia đình (2 người)")
    clerk.said("Tờ gia đình")
    assert clerk.violations() == []
    clerk.press("In tờ gia đình")
    sheet = clerk.paper(nth=2)
    assert len({code.split("|")[4] for code in codes_on(sheet)}) == 2
    clerk.press("Xong tờ này")
    clerk.awaits()
    # the same from the guardian's services, on another day
    clerk.opens(CARD)
    expect(counter.get_by_text("chưa xác nhận trên ví")).to_be_visible()
    clerk.press("In tờ gia đình")
    clerk.said("Tờ gia đình")
    expect(counter.get_by_role("listitem")).to_have_count(2)
    clerk.press("Xong tờ này")


def test_each_service_is_done_and_told_and_noted(clerk: Clerk, counter: Page) -> None:
    card = "001090000078||Vũ Thị Dịch Vụ|15031990|Nữ|Hà Nội|01012022"
    clerk.registers(card)
    counter.get_by_role("button", name="Dịch vụ khác").click()
    clerk.said("Vũ Thị Dịch Vụ")
    assert clerk.violations() == []
    clerk.confirm("Mã kích hoạt trên màn hình")
    expect(counter.get_by_text("Dùng một lần, đến")).to_be_visible()
    assert clerk.violations() == []
    corrects(clerk, counter)
    clerk.confirm("Mất thẻ giấy")
    clerk.said("Đã có trong sổ: in thẻ")
    reissued = codes_on(clerk.paper(nth=2))[0].split("|")
    clerk.opens(card)
    clerk.confirm("Mã bị lộ", "Ảnh đăng trên mạng")
    clerk.said("Đã có trong sổ: in thẻ")
    replaced = codes_on(clerk.paper(nth=3))[0].split("|")
    assert reissued[4] != replaced[4]
    clerk.opens(card)
    expect(counter.get_by_role("row", name=reissued[4])).to_contain_text("đã thay")
    counter.get_by_role("button", name="Xem danh sách").press("Enter")
    expect(counter.get_by_text("registrar").first).to_be_visible()
    clerk.confirm("Thu hồi mã", "Người này yêu cầu")
    expect(counter.get_by_text("Đã thu hồi.")).to_be_visible()
    expect(counter.get_by_text("Người này không còn mã nào đang dùng.")).to_be_visible()
    assert clerk.violations() == []
    counter.get_by_role("button", name="Ca này").click()
    for deed in ("Cấp mã kích hoạt", "Sửa thông tin", "Cấp lại thẻ", "Thay mã", "Thu hồi mã"):
        expect(counter.get_by_role("listitem").filter(has_text=deed).first).to_be_visible()


def corrects(clerk: Clerk, counter: Page) -> None:
    """The card shows another name than the register; the document was looked at."""
    clerk.press("Sửa theo giấy tờ")
    counter.get_by_label("Họ và tên").fill("Vũ Thị Dịch Vụ Mới")
    expect(counter.get_by_role("button", name="Ghi", exact=True)).to_be_disabled()
    counter.get_by_label("Đã xem bản gốc").check()
    assert clerk.violations() == []
    clerk.press("Ghi")
    expect(counter.get_by_text("Đã sửa.")).to_be_visible()
    clerk.said("Vũ Thị Dịch Vụ Mới")


def test_two_who_are_one_are_merged_and_parted_again_and_a_lost_phone_ends(
    clerk: Clerk, counter: Page, chromium: Browser
) -> None:
    one = "001090000086||Đỗ Văn Trùng|15031990|Nam|Hà Nội|01012022"
    clerk.registers("001090000094||Đỗ Văn Trùng|16031990|Nam|Hà Nội|01012022")
    clerk.press("Người tiếp theo")
    clerk.registers(one)
    phone = chromium.new_context(locale="vi-VN", viewport=PHONE)
    holder = Holder(phone.new_page(), clerk.origin, clerk.next_code)
    holder.activate(activation_on(clerk.paper(nth=2)))
    phone.close()
    counter.get_by_role("button", name="Dịch vụ khác").click()
    clerk.confirm("Máy này đã mất")
    expect(counter.get_by_text("Máy đã ngừng.")).to_be_visible()
    expect(counter.get_by_text("đã ngừng", exact=False).nth(1)).to_be_visible()
    counter.get_by_label("CCCD hoặc mã định danh của người kia").focus()
    clerk.wedge("001090000094")
    clerk.confirm("Cùng một người: gộp", "Hai lần đăng ký")
    expect(counter.get_by_text("Đã gộp.")).to_be_visible()
    counter.get_by_role("button", name="Tách lại").first.click()
    counter.get_by_role("dialog").get_by_role("button", name="Tách lại").click()
    expect(counter.get_by_text("Đã tách lại.")).to_be_visible()
