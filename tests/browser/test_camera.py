"""The camera of a gate: a code that is held up is read and asked about once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Request, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site, launch

ENTRY = "Vào cửa"


#: Chromium's fake camera has neither light nor zoom: this one says that it has, and notes what is
#: asked of it. What a real lamp does, only a phone tells.
_ABLE = """
    window.asked = [];
    const able = { torch: true, zoom: { min: 1, max: 4, step: 0.1 } };
    const own = MediaStreamTrack.prototype.getCapabilities;
    MediaStreamTrack.prototype.getCapabilities = function () {
        return { ...own.call(this), ...able };
    };
    MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => {
        asked.push(...advanced);
    };
"""

_CAMERA = "document.querySelector('video')?.srcObject?.getVideoTracks()[0]"


@pytest.fixture
def facing(site: Site, tmp_path: Path) -> Iterator[Gatekeeper]:
    """Somebody whose camera sees the paper code of the seeded person."""
    with launch(tmp_path / "code.y4m", site.seeded.paper) as chromium:
        page = chromium.new_context(locale="vi-VN").new_page()
        keeper = Gatekeeper(page, site.origin, site.seeded.codes.pop)
        yield keeper
        keeper.check_promises()


def test_a_held_up_code_is_read_asked_once_and_answered(facing: Gatekeeper, site: Site) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/scans") and request.post_data:
            asked.append(json.loads(request.post_data)["code"])

    facing.page.on("request", note)
    facing.work(GUARD, ENTRY, MARKET)
    facing.heading("Hợp lệ")
    expect(facing.answer).to_contain_text("1989")
    facing.page.wait_for_timeout(3_500)  # longer than a code counts as the same
    assert asked == [site.seeded.paper]
    assert facing.violations() == []


def test_light_zoom_and_a_camera_that_was_taken_away(facing: Gatekeeper) -> None:
    page = facing.page
    page.add_init_script(_ABLE)
    facing.work(GUARD, ENTRY, MARKET)
    light = page.get_by_role("button", name="Đèn")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Phóng to").fill("2.5")
    assert page.evaluate("asked") == [{"torch": True}, {"torch": False}, {"zoom": 2.5}]
    facing.heading("Hợp lệ")
    # A phone that showed another page took the camera away and told nobody.
    page.evaluate(f"{_CAMERA}.stop()")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function(f"() => {_CAMERA}?.readyState === 'live'")


def test_a_lens_is_chosen_and_remembered(site: Site) -> None:
    with launch(None, None, cameras=2) as chromium:
        page = chromium.new_context(locale="vi-VN").new_page()
        keeper = Gatekeeper(page, site.origin, site.seeded.codes.pop)
        keeper.work(GUARD, ENTRY, MARKET)
        lens = page.get_by_label("Ống kính")
        for name in ("fake_device_1", "fake_device_0", "fake_device_1"):
            lens.select_option(label=name)
            page.wait_for_function(f"() => {_CAMERA}?.label === '{name}'")
        page.reload()
        page.wait_for_function(f"() => {_CAMERA}?.label === 'fake_device_1'")
        keeper.check_promises()
