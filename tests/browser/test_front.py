"""The front door in a real browser: read, understood and walked through, in both languages."""

from playwright.sync_api import expect
from tests.browser.reader import Gatekeeper


def test_the_front_door_is_accessible_in_both_languages_and_leads_to_the_wallet(
    gatekeeper: Gatekeeper,
) -> None:
    page = gatekeeper.page
    page.goto(f"{gatekeeper.origin}/")
    expect(page.get_by_role("heading", name="Một mã QR cho mỗi người")).to_be_visible()
    assert gatekeeper.violations() == []
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="One QR for each person")).to_be_visible()
    assert gatekeeper.violations() == []
    page.set_viewport_size({"width": 320, "height": 568})  # 400 % of 1280
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="My code").click()
    page.wait_for_url("**/wallet/")
