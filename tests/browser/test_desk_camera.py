"""The desk's camera, in a real browser: a card that is held before it is read by itself."""

from pathlib import Path

from playwright.sync_api import expect
from tests.browser.clerk import Clerk
from tests.browser.serving import Site, launch
from tests.browser.wallet import PHONE

#: Made up.
CARD = "001090000102||Phan Thị Máy Ảnh|15031990|Nữ|Hà Nội|01012022"


def test_a_card_before_the_camera_is_enough(site: Site, tmp_path: Path) -> None:
    with launch(tmp_path / "card.y4m", CARD) as browser:
        context = browser.new_context(locale="vi-VN", viewport=PHONE)
        clerk = Clerk(context.new_page(), site.origin, site.seeded.codes.pop)
        clerk.begin()
        expect(clerk.page.get_by_text("Chưa đăng ký.")).to_be_visible()
        expect(clerk.page.get_by_label("Họ và tên")).to_have_value("Phan Thị Máy Ảnh")
        assert clerk.violations() == []
        assert clerk.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        clerk.check_promises()
