"""The wallet in a browser: the code without network, what a gate makes of it, who read it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site
from tests.browser.wallet import PATIENCE_S, Holder, Person, add, holding, on_platform, shown_by


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


def test_one_code_is_shown_scanned_read_about_shown_offline_and_replaced(
    site: Site, holder: Holder, gatekeeper: Gatekeeper
) -> None:
    hoa = on_platform(site, lambda p, db: add(p, db, "Thử Thị Hoa", "001189000199", "1989-05-17"))
    holder.activate(hoa.activation)
    assert holder.violations() == []
    shown = shown_by(holder, lambda text: "<t=" in text)
    assert shown.split("|")[0] == "******"
    assert shown.split("|")[4] == hoa.qid

    gatekeeper.work(GUARD, "Vào cửa", MARKET)
    living = shown_by(holder, lambda text: "<t=" in text)
    gatekeeper.page.bring_to_front()
    gatekeeper.wedge(living)
    gatekeeper.heading("Hợp lệ")
    told_with_proof(holder)

    holder.open("Mã")
    works_without_a_network(holder, hoa)

    replaced(holder)
    fresh = shown_by(holder, lambda text: text.split("|")[4] != hoa.qid)
    assert fresh.split("|")[2] == "1989-**-**"
    gatekeeper.page.bring_to_front()
    gatekeeper.wedge(shown)
    gatekeeper.heading("Đã thay")


def told_with_proof(holder: Holder) -> None:
    """The read stands in the wallet, and its place in the log is checked in the browser."""
    page: Page = holder.page
    page.bring_to_front()
    holder.open("Ai đã xem")
    page.get_by_text(MARKET).first.wait_for()
    page.get_by_role("button", name="Kiểm tra bằng chứng").first.click()
    # It is there within ten seconds of the read; the page asks again by itself.
    page.get_by_text("nằm trong sổ").wait_for(timeout=PATIENCE_S * 1000)
    page.get_by_text("✓ Sổ do khoá đã công bố ký.").wait_for()
    page.get_by_text("✓ Dòng ghi đúng như khi được niêm phong.").wait_for()
    assert page.get_by_text("✗").count() == 0
    assert holder.violations() == []


def works_without_a_network(holder: Holder, person: Person) -> None:
    """A reload without any network shows the code, with a living part made on the phone."""
    holder.symbol.wait_for()
    holder.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    holder.page.reload()
    holder.symbol.wait_for()
    holder.page.context.set_offline(offline=True)
    holder.page.reload()
    holder.symbol.wait_for()
    text = shown_by(holder, lambda text: "<t=" in text)
    assert text.split("|")[4] == person.qid
    holder.page.context.set_offline(offline=False)


def replaced(holder: Holder) -> None:
    """My code leaked."""
    page = holder.page
    page.goto(f"{holder.origin}/wallet/#/more/leaked")
    page.get_by_role("button", name="Thay mã của tôi").click()
    page.get_by_role("button", name="Thay ngay").click()
    page.get_by_text("Đã thay").first.wait_for()
    page.get_by_role("link", name="Xem mã mới").click()
    holder.symbol.wait_for()
