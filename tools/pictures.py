"""Takes the pictures of docs/pictures from the running page: `python tools/pictures.py`."""

import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402 - after the path to tests/
from tests.browser.reader import Gatekeeper  # noqa: E402
from tests.browser.seeding import CLINIC, GUARD, MARKET, NURSE  # noqa: E402
from tests.browser.serving import Site, launch, serve  # noqa: E402

PICTURES: Final = ROOT / "docs/pictures"

#: Larger ones do not belong into a repository. Bytes.
_LARGEST: Final = 200_000

_DESK: Final = (1280, 860)
_PHONE: Final = (390, 844)
_ENTRY: Final = "Vào cửa"
_CARE: Final = "Khám chữa bệnh, tiêm chủng"


def main() -> int:
    """Start a platform and Chromium, and walk past everything worth a picture."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="motma-pictures-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # PostgreSQL's own account has to get through
        (home / "site").mkdir(mode=0o711)
        with (
            serve(home / "site") as site,
            launch(home / "code.y4m", site.seeded.paper) as chromium,
        ):
            for name, size, scheme in (
                ("desk", _DESK, "light"),
                ("phone", _PHONE, "light"),
                ("phone-dark", _PHONE, "dark"),
            ):
                page = chromium.new_page(
                    locale="vi-VN",
                    viewport={"width": size[0], "height": size[1]},
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                _walk(page, site, name)
                page.close()
    return 0


def _walk(page: Page, site: Site, name: str) -> None:
    keeper = Gatekeeper(page, site.origin, site.seeded.codes.pop)
    keeper.enrol()
    keeper.sign_in(GUARD)
    page.get_by_label("Mục đích").select_option(label=_ENTRY)
    page.get_by_label("Điểm quét").select_option(label=MARKET)
    _take(page, f"reader-{name}-post")
    page.get_by_role("button", name="Bắt đầu quét").click()
    keeper.heading("Hợp lệ")
    _take(page, f"reader-{name}-guard")
    keeper.wedge(site.seeded.revoked)
    keeper.heading("Đã thu hồi")
    _take(page, f"reader-{name}-revoked")
    keeper.check_promises()
    _without_the_network(keeper, site, name)
    for button, seen in (("Mã của máy quét này", "genuine"), ("Nhập CCCD", "typed")):
        page.get_by_role("button", name=button).click()
        page.locator("dialog[open] :is(svg, #card-number)").wait_for()
        _take(page, f"reader-{name}-{seen}")
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Giao ca").click()
    keeper.sign_in(NURSE)
    keeper.stand(_CARE, CLINIC)
    keeper.heading("Hợp lệ")
    _take(page, f"reader-{name}-nurse")
    keeper.check_promises()


def _without_the_network(keeper: Gatekeeper, site: Site, name: str) -> None:
    """A code that only the stored data stop."""
    page = keeper.page
    page.context.set_offline(True)
    page.wait_for_timeout(3_100)  # the same code again, and not at once
    keeper.wedge(site.seeded.revoked)
    page.get_by_text("có thể nhầm").wait_for()
    _take(page, f"reader-{name}-offline")
    with page.expect_response("**/v1/scans"):
        page.context.set_offline(False)
    page.get_by_text("lượt chờ gửi").wait_for(state="detached")
    keeper.complaints.clear()  # Chromium's own lines about the missing network


def _take(page: Page, name: str) -> None:
    page.evaluate("scrollTo(0, 0)")
    picture = page.screenshot()
    if len(picture) > _LARGEST:
        raise ValueError(f"{name}: {len(picture):,} bytes")
    (PICTURES / f"{name}.png").write_bytes(picture)


if __name__ == "__main__":
    sys.exit(main())
