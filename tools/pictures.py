"""Takes the pictures of docs/pictures from the running pages.

`python tools/pictures.py` takes all of them, `python tools/pictures.py registrar` those of a page.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402 - after the path to tests/
from tests.browser.clerk import Clerk  # noqa: E402
from tests.browser.reader import Gatekeeper  # noqa: E402
from tests.browser.seeding import CLINIC, GUARD, MARKET, NURSE  # noqa: E402
from tests.browser.serving import Site, launch, serve  # noqa: E402
from tests.browser.wallet import Holder, add, entrust, look_at, on_platform  # noqa: E402

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
    wanted = [walk for page, walk in WALKS.items() if page in (sys.argv[1:] or WALKS)]
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
                for walk in wanted:
                    walk(page, site, name)
                page.close()
    return 0


def _reader(page: Page, site: Site, name: str) -> None:
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


def _registrar(page: Page, site: Site, name: str) -> None:
    """Somebody is registered, has a family sheet and services; two versions of one are a case."""
    clerk = Clerk(page, site.origin, site.seeded.codes.pop)
    page.add_init_script("localStorage.setItem('motma.desk-camera-off', 'yes')")
    clerk.begin()
    number = 1_090_001_000 + len(name)  # another person in each walk
    clerk.wedge(f"{number:012d}||Phạm Văn Ghi Danh|15031990|Nam|Phường Ba Đình, Hà Nội|01012022")
    clerk.said("So với giấy tờ")
    _take(page, f"registrar-{name}-check")
    page.get_by_role("button", name="Đăng ký và in").press("Enter")
    clerk.paper()
    _take(page, f"registrar-{name}-given")
    clerk.press("Dịch vụ khác")
    page.get_by_role("heading", name="Thẻ và mã").wait_for()
    _take(page, f"registrar-{name}-services")
    clerk.wedge("001189000017||Lê Thị Tên Khác|17051989|Nữ|Hà Nội|01012022")
    page.get_by_role("button", name="Mở hồ sơ vướng").press("Enter")
    clerk.said("Đã mở hồ sơ vướng")
    page.get_by_role("button", name="Hồ sơ vướng").click()
    page.get_by_role("heading", name="Lê Thị Tên Khác").first.wait_for()
    _take(page, f"registrar-{name}-case")
    clerk.confirm("Bỏ bản mới")
    page.get_by_text("Đã quyết định.").wait_for()
    clerk.check_promises()


def _wallet(page: Page, site: Site, name: str) -> None:
    """A mother's phone: her code, masked and in full, who saw her and the proof, her child."""
    if name == "desk":
        return
    digit = len(name) % 10  # other people in each walk
    mother = on_platform(
        site, lambda p, db: add(p, db, "Nguyễn Thị Minh Hoạ", f"00118900059{digit}", "1989-05-17")
    )
    child = on_platform(
        site, lambda p, db: add(p, db, "Trần Minh Hoạ", f"00121900059{digit}", "2019-02-03")
    )
    on_platform(site, lambda p, db: entrust(p, db, child, mother))
    on_platform(site, lambda p, db: look_at(p, db, mother, organisation="Trạm y tế minh hoạ"))
    holder = Holder(page, site.origin, site.seeded.codes.pop)
    page.goto(f"{site.origin}/wallet/")
    page.get_by_label("Mã kích hoạt").wait_for()
    _take(page, f"wallet-{name}-start")
    holder.activate(mother.activation)
    page.get_by_role("region", name="Thẻ trung tính").wait_for()
    _take(page, f"wallet-{name}-code")
    page.get_by_role("switch").click()
    _take(page, f"wallet-{name}-full")
    holder.open("Ai đã xem")
    page.get_by_role("button", name="Kiểm tra bằng chứng").click()
    page.get_by_text("nằm trong sổ").wait_for(timeout=60_000)
    _take(page, f"wallet-{name}-reads")
    page.goto(f"{site.origin}/wallet/#/more/family")
    page.get_by_role("button", name="Tôi xác nhận giám hộ").click()
    page.get_by_role("button", name="Thẻ và hồ sơ").click()
    page.get_by_role("region", name="Thẻ trung tính").wait_for()
    _take(page, f"wallet-{name}-family")
    holder.check_promises()


#: The pages, by the first word of their pictures' names.
WALKS: Final[dict[str, Callable[[Page, Site, str], None]]] = {
    "reader": _reader,
    "registrar": _registrar,
    "wallet": _wallet,
}


def _take(page: Page, name: str) -> None:
    page.evaluate("scrollTo(0, 0)")
    picture = page.screenshot()
    if len(picture) > _LARGEST:
        raise ValueError(f"{name}: {len(picture):,} bytes")
    (PICTURES / f"{name}.png").write_bytes(picture)


if __name__ == "__main__":
    sys.exit(main())
