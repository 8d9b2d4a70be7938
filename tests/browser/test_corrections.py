"""The page for records and claims: a person learns why, claims; a registrar attaches the dose."""

import io

from PIL import Image
from playwright.sync_api import Page, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import DOSE_DAY, PIN, REGISTRAR, SITE
from tests.browser.serving import Site


def paper() -> bytes:
    """A photo of a page."""
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(file, "PNG")
    return file.getvalue()


def enter(keeper: Gatekeeper, code: str) -> Page:
    """Open the page with an activation code."""
    page = keeper.page
    page.goto(f"{keeper.origin}/corrections/")
    page.get_by_label("Mã kích hoạt").fill(code)
    page.get_by_role("button", name="Mở").click()
    return page


def test_a_dose_that_did_not_attach_is_explained_claimed_and_attached(
    gatekeeper: Gatekeeper, another: Gatekeeper, site: Site
) -> None:
    person = enter(gatekeeper, site.seeded.waiting)
    person.get_by_text("Chưa có bản ghi nào.").wait_for()
    assert gatekeeper.violations() == []
    person.get_by_label("Ngày").fill(DOSE_DAY)
    person.get_by_label("Nơi tiêm hoặc xét nghiệm").fill(SITE)
    person.get_by_role("button", name="Vì sao không có?").click()
    expect(person.get_by_text("ngày sinh không khớp")).to_be_visible()
    person.get_by_label("Ghi chú cho cán bộ").fill("Tôi có giấy <b>tiêm</b>")
    picture = {"name": "paper.png", "mimeType": "image/png", "buffer": paper()}
    person.get_by_label("Ảnh giấy").set_input_files(picture)  # type: ignore[arg-type]
    assert gatekeeper.violations() == []
    person.get_by_role("button", name="Gửi yêu cầu").click()
    expect(person.get_by_text("Đã gửi. Hạn trả lời:")).to_be_visible()

    desk = enter(another, another.next_code())
    desk.get_by_label("Tên đăng nhập").fill(REGISTRAR)
    desk.get_by_label("PIN").fill(PIN)
    desk.get_by_role("button", name="Đăng nhập").click()
    desk.get_by_role("button", name="Xem").click()
    expect(desk.get_by_text("Tôi có giấy <b>tiêm</b>")).to_be_visible()
    shown = desk.get_by_role("img", name="Ảnh người này gửi")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 400
    birth = desk.get_by_role("row", name="Ngày sinh")
    expect(birth).to_contain_text("1951-11-27")
    assert another.violations() == []
    desk.get_by_label("Lý do").fill("Đã xem giấy")
    desk.get_by_role("button", name="Gắn bản ghi này").press("Enter")
    expect(desk.get_by_text("Đã quyết định.")).to_be_visible()

    person.reload()
    expect(person.get_by_text(SITE).first).to_be_visible()
    expect(person.get_by_text("Chấp nhận")).to_be_visible()
    expect(person.get_by_text("Đã xem giấy")).to_be_visible()
