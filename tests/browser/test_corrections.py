"""The registrar's page for claims: what a person claims in the wallet is decided there."""

import io

from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import DOSE_DAY, PIN, REGISTRAR, SITE
from tests.browser.serving import Site
from tests.browser.wallet import PHONE, Holder, add, on_platform


def paper() -> bytes:
    """A photo of a page."""
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(file, "PNG")
    return file.getvalue()


def enter(keeper: Gatekeeper) -> Page:
    """A registrar at a fresh machine."""
    page = keeper.page
    page.goto(f"{keeper.origin}/corrections/")
    page.get_by_label("Mã dùng một lần").fill(keeper.next_code())
    page.get_by_role("button", name="Mở").click()
    page.get_by_label("Tên đăng nhập").fill(REGISTRAR)
    page.get_by_label("PIN").fill(PIN)
    page.get_by_role("button", name="Đăng nhập").click()
    return page


def claims(person: Page) -> None:
    """In the wallet: asks why a dose is missing, and claims it with a photo."""
    person.get_by_role("navigation").get_by_role("link", name="Hồ sơ").click()
    person.get_by_text("Chưa có bản ghi nào.").wait_for()
    person.get_by_label("Ngày").fill(DOSE_DAY)
    person.get_by_label("Nơi tiêm hoặc xét nghiệm").fill(SITE)
    person.get_by_role("button", name="Vì sao không có?").click()
    expect(person.get_by_text("ngày sinh không khớp")).to_be_visible()
    person.get_by_label("Ghi chú cho cán bộ").fill("Tôi có giấy <b>tiêm</b>")
    picture = {"name": "paper.png", "mimeType": "image/png", "buffer": paper()}
    person.get_by_label("Ảnh giấy").set_input_files(picture)  # type: ignore[arg-type]
    person.get_by_role("button", name="Gửi yêu cầu").click()
    expect(person.get_by_text("Đã gửi. Hạn trả lời:")).to_be_visible()


def test_a_dose_that_did_not_attach_is_claimed_in_the_wallet_and_attached_at_the_desk(
    gatekeeper: Gatekeeper, site: Site, chromium: Browser
) -> None:
    phone = chromium.new_context(locale="vi-VN", viewport=PHONE)
    holder = Holder(phone.new_page(), site.origin, site.seeded.codes.pop)
    holder.activate(site.seeded.waiting)
    claims(holder.page)

    desk = enter(gatekeeper)
    assert gatekeeper.violations() == []
    desk.get_by_role("button", name="Xem").click()
    expect(desk.get_by_text("Tôi có giấy <b>tiêm</b>")).to_be_visible()
    shown = desk.get_by_role("img", name="Ảnh người này gửi")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 400
    birth = desk.get_by_role("row", name="Ngày sinh")
    expect(birth).to_contain_text("1951-11-27")
    assert gatekeeper.violations() == []
    desk.get_by_label("Lý do").fill("Đã xem giấy")
    desk.get_by_role("button", name="Gắn bản ghi này").press("Enter")
    expect(desk.get_by_text("Đã quyết định.")).to_be_visible()

    holder.page.reload()
    expect(holder.page.get_by_text(SITE).first).to_be_visible()
    expect(holder.page.get_by_text("Chấp nhận")).to_be_visible()
    expect(holder.page.get_by_text("Đã xem giấy")).to_be_visible()
    holder.check_promises()
    phone.close()


def test_a_persons_code_opens_no_desk(gatekeeper: Gatekeeper, site: Site) -> None:
    someone = on_platform(
        site,
        lambda platform, db: add(platform, db, "Nguyễn Thị Nhầm Trang", "001189000983", "1989"),
    )
    page = gatekeeper.page
    page.goto(f"{gatekeeper.origin}/corrections/")
    page.get_by_label("Mã dùng một lần").fill(someone.activation)
    page.get_by_role("button", name="Mở").click()
    expect(page.get_by_role("alert")).to_contain_text("/wallet/")
