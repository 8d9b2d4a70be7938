"""The registrar's desk in a real browser: from a card to the paper, by the keyboard alone."""

from time import monotonic

from playwright.sync_api import Page, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import FULL_NAME, PIN, REGISTRAR

#: A card of somebody who is in no register. Made up.
CARD = "001090000052||Phạm Văn Ghi Danh|15031990|Nam|Số 1, Phường Ba Đình, Hà Nội|01012022"
#: What a practised clerk has, from the card to the paper.
MOST_S = 60


def work(keeper: Gatekeeper) -> Page:
    """From a fresh device to the counter; printing is counted instead of shown."""
    page = keeper.page
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    page.goto(f"{keeper.origin}/desk/")
    page.get_by_label("Mã dùng một lần").fill(keeper.next_code())
    page.get_by_label("Tên thiết bị").fill("Quầy 1")
    page.keyboard.press("Enter")
    page.get_by_label("Tên đăng nhập").fill(REGISTRAR)
    page.get_by_label("Mã PIN").fill(PIN)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Người tiếp theo").wait_for()
    return page


def test_a_new_person_gets_card_and_activation_code_within_a_minute_by_keys_alone(
    gatekeeper: Gatekeeper,
) -> None:
    page = work(gatekeeper)
    assert gatekeeper.violations() == []
    began = monotonic()
    gatekeeper.wedge(CARD)
    expect(page.get_by_text("Chưa đăng ký.")).to_be_visible()
    expect(page.get_by_label("Họ và tên")).to_have_value("Phạm Văn Ghi Danh")
    assert gatekeeper.violations() == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Đã đăng ký")).to_be_visible()
    page.wait_for_function("window.printed === 1")
    assert monotonic() - began < MOST_S
    expect(page.get_by_text("MÃ KÍCH HOẠT VÍ").first).to_be_visible()
    assert gatekeeper.violations() == []
    # the same card again finds the same person, and nothing of them is kept on the device
    gatekeeper.wedge(CARD)
    expect(page.get_by_text("Đã đăng ký.", exact=True)).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Ghi Danh" not in kept
    assert "001090000052" not in kept


def test_a_card_under_another_name_opens_a_case_that_is_decided_at_the_desk(
    gatekeeper: Gatekeeper,
) -> None:
    page = work(gatekeeper)
    gatekeeper.wedge("001189000017||Lê Thị Tên Khác|17051989|Nữ|Hà Nội|01012022")
    expect(page.get_by_text("Giấy tờ này đã có người khác tên")).to_be_visible()
    page.get_by_role("button", name="Mở hồ sơ vướng").press("Enter")
    expect(page.get_by_role("heading", name="Đã mở hồ sơ vướng")).to_be_visible()
    page.get_by_role("button", name="Hồ sơ vướng").click()
    expect(page.get_by_role("heading", name="Lê Thị Tên Khác")).to_be_visible()
    expect(page.get_by_role("cell", name=FULL_NAME)).to_be_visible()
    assert gatekeeper.violations() == []
    page.get_by_role("button", name="Bỏ bản mới…").click()
    page.get_by_role("dialog").get_by_role("button", name="Bỏ bản mới").click()
    expect(page.get_by_text("Đã quyết định.")).to_be_visible()
