"""Clocks go wrong, tokens end, devices are lost: the shift goes on or says why not."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site

ENTRY = "Vào cửa"


@pytest.mark.parametrize("days", [-1, 1])
def test_a_device_whose_clock_is_a_day_off_works(
    gatekeeper: Gatekeeper, site: Site, days: int
) -> None:
    gatekeeper.page.clock.install(time=datetime.now(UTC) + timedelta(days=days))
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")


def test_a_token_is_renewed_at_half_of_its_life_though_the_clock_jumped(
    gatekeeper: Gatekeeper, site: Site
) -> None:
    page = gatekeeper.page
    page.clock.install()
    gatekeeper.work(GUARD, ENTRY, MARKET)
    with page.expect_response(
        lambda answer: answer.url.endswith("/v1/sessions:renew") and answer.ok
    ):
        page.clock.fast_forward("06:00")
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")


def test_a_lost_device_is_told_so_at_the_very_next_scan(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    device = gatekeeper.page.evaluate(
        """() => new Promise((resolve) => {
            indexedDB.open("motma").onsuccess = ({ target }) => {
                const store = target.result.transaction("device").objectStore("device");
                store.get("this").onsuccess = (got) => resolve(got.target.result.deviceId);
            };
        })"""
    )
    site.run("readers", "lose", device)
    gatekeeper.wedge(site.seeded.paper)
    # first the page, whose own alert is the only one left then
    gatekeeper.page.get_by_role("heading", name="Đăng ký thiết bị này").wait_for()
    expect(gatekeeper.page.get_by_role("alert")).to_contain_text("Thiết bị này đã bị gỡ")
