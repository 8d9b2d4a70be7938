"""A code goes in by every way, and the answer that the role may have comes out."""

from pathlib import Path

from playwright.sync_api import Route, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import CLINIC, FULL_NAME, GUARD, HOSTILE_PLACE, MARKET, NURSE
from tests.browser.serving import Site
from tests.browser.symbols import write_pdf, write_picture

ENTRY = "Vào cửa"
MENU = "https://example.org/menu"
#: Markup, the separators of our codes, and a mark that turns the direction of writing around.
HOSTILE = "<img src=x onerror=\"document.title='owned'\">|<\u202e"
CARE = "Khám chữa bệnh, tiêm chủng"


def test_guard_and_nurse_see_two_different_answers(
    gatekeeper: Gatekeeper, another: Gatekeeper, site: Site
) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    another.work(NURSE, CARE, CLINIC)
    for each in (gatekeeper, another):
        each.wedge(site.seeded.paper)
        each.heading("Hợp lệ")
    expect(another.answer).to_contain_text(FULL_NAME)
    expect(another.answer).to_contain_text("17/05/1989")
    expect(gatekeeper.answer).not_to_contain_text(FULL_NAME)
    expect(gatekeeper.answer).not_to_contain_text("17/05")


def test_a_picture_file_is_read_on_the_device(
    gatekeeper: Gatekeeper, site: Site, tmp_path: Path
) -> None:
    write_picture(tmp_path / "code.png", site.seeded.paper)
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.get_by_label("Chọn ảnh").set_input_files(tmp_path / "code.png")
    gatekeeper.heading("Hợp lệ")


def test_a_file_that_the_device_cannot_read_is_read_by_the_platform(
    gatekeeper: Gatekeeper, site: Site, tmp_path: Path
) -> None:
    write_pdf(tmp_path / "code.pdf", site.seeded.paper)
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.get_by_label("Chọn ảnh").set_input_files(tmp_path / "code.pdf")
    gatekeeper.heading("Hợp lệ")


def test_a_picture_without_a_code_says_how_to_take_a_better_one(
    gatekeeper: Gatekeeper, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_bytes(b"no picture at all")
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.get_by_label("Chọn ảnh").set_input_files(tmp_path / "text.png")
    expect(gatekeeper.answer).to_contain_text("Không thấy mã QR trong ảnh")


def test_a_revoked_code_is_stopped_in_words_too(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")


def test_a_changed_code_is_called_forged(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.paper.replace("THU NGHIEM", "THU NGHIEN"))
    gatekeeper.heading("Mã giả")


def test_a_hostile_name_is_a_name_and_nothing_else(gatekeeper: Gatekeeper) -> None:
    gatekeeper.work(GUARD, ENTRY, HOSTILE_PLACE)
    expect(gatekeeper.page.get_by_role("banner")).to_contain_text(HOSTILE_PLACE)
    assert gatekeeper.page.locator("img").count() == 0
    assert gatekeeper.page.title() != "owned"


def test_a_hostile_code_is_answered_and_nothing_else(gatekeeper: Gatekeeper) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge("<img src=x onerror=\"document.title='owned'\">")
    expect(gatekeeper.answer).to_be_visible()
    assert gatekeeper.page.locator("img").count() == 0
    assert gatekeeper.page.title() != "owned"


def test_a_person_with_a_hostile_name_is_shown_as_text_and_nothing_else(
    gatekeeper: Gatekeeper, site: Site
) -> None:
    page = gatekeeper.page

    def rename(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["who"] |= {"full_name": HOSTILE, "address": HOSTILE}
        body["card"]["text"] = {"vi": HOSTILE, "en": HOSTILE}
        route.fulfill(response=answer, json=body)

    page.route("**/v1/scans", rename)
    gatekeeper.work(NURSE, CARE, CLINIC)
    gatekeeper.wedge(site.seeded.paper)
    expect(gatekeeper.answer.get_by_text(HOSTILE)).to_have_count(3)
    assert page.locator("article img, article b").count() == 0
    assert page.title() != "owned"


def test_the_same_code_at_once_is_already_scanned(gatekeeper: Gatekeeper) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    notice = gatekeeper.page.get_by_text("Mã này vừa quét xong")
    scans = 0
    while scans < 5 and not notice.is_visible():
        # on a busy machine one pull may take longer than the page's window: then it counts anew
        scans += 1
        gatekeeper.wedge(MENU)
        gatekeeper.answer.wait_for()
        gatekeeper.wedge(MENU)
        notice.or_(gatekeeper.page.get_by_role("listitem").nth(2 * scans - 1)).first.wait_for()
    expect(notice).to_be_visible()
