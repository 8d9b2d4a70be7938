"""Everybody can work with the page: axe finds nothing, keys suffice, large text fits."""

import pytest
from playwright.sync_api import ViewportSize, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site

ENTRY = "Vào cửa"

#: What Apple asks for; WCAG 2.2 (2.5.8) asks for 24.
THUMB_PX = 44

#: A window of 1,280 pixels at 400 %: WCAG 2.2, 1.4.10 Reflow.
REFLOW: ViewportSize = {"width": 320, "height": 256}

#: Of an answer's heading: the edge around it, its ground, its text.
_COLOURS = """(heading) => {
    const answer = getComputedStyle(heading.closest("article"));
    const header = getComputedStyle(heading.closest("header"));
    return [answer.borderTopColor, header.backgroundColor, getComputedStyle(heading).color];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_state(
    gatekeeper: Gatekeeper, site: Site, scheme: str
) -> None:
    page = gatekeeper.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{gatekeeper.origin}/reader/")
    page.get_by_role("heading", name="Đăng ký thiết bị này").wait_for()
    assert gatekeeper.violations() == []
    gatekeeper.enrol()
    assert gatekeeper.violations() == []
    gatekeeper.sign_in(GUARD, pin="000000")
    page.get_by_role("alert").wait_for()
    assert gatekeeper.violations() == []
    gatekeeper.sign_in(GUARD)
    page.get_by_role("heading", name="Chọn nơi quét").wait_for()
    assert gatekeeper.violations() == []
    gatekeeper.stand(ENTRY, MARKET)
    assert gatekeeper.violations() == []
    for text, heading in (
        (site.seeded.paper, "Hợp lệ"),
        (site.seeded.revoked, "Đã thu hồi"),
        ("https://example.org/menu", "Không phải mã người"),
        (site.seeded.paper.replace("NGHIEM", "NGHIEN"), "Mã giả"),
    ):
        gatekeeper.wedge(text)
        gatekeeper.heading(heading)
        assert gatekeeper.violations() == [], heading
    page.get_by_role("button", name="Xử lý khác").click()
    page.get_by_label("Lý do").wait_for()
    assert gatekeeper.violations() == []
    page.keyboard.press("Escape")
    for dialog, inside in (("Mã của máy quét này", "svg"), ("Nhập CCCD", "#card-number")):
        page.get_by_role("button", name=dialog).click()
        page.locator(f"dialog[open] {inside}").wait_for()
        assert gatekeeper.violations() == [], dialog
        page.keyboard.press("Escape")
    gatekeeper.wedge("NGUYỄN VĂN")
    page.get_by_text("Tắt bộ gõ").wait_for()
    assert gatekeeper.violations() == []


def test_the_keyboard_alone_is_enough(gatekeeper: Gatekeeper, site: Site) -> None:
    keyboard = gatekeeper.page.keyboard
    gatekeeper.enrol()
    gatekeeper.sign_in(GUARD)
    gatekeeper.page.get_by_role("heading", name="Chọn nơi quét").wait_for()
    expect(gatekeeper.page.get_by_role("heading", name="Chọn nơi quét")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.type("Cổng chợ")
    keyboard.press("Tab")
    keyboard.press("Enter")
    gatekeeper.page.get_by_role("heading", name="Quét mã").wait_for()
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")
    gatekeeper.page.get_by_role("button", name="Không cho qua").focus()
    keyboard.press("Space")
    expect(gatekeeper.page.get_by_text("✓ Không cho qua")).to_be_visible()


def test_an_answer_is_spoken_with_what_to_do(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")
    spoken = gatekeeper.page.locator("[aria-live=assertive]")
    expect(spoken).to_contain_text("Đã thu hồi. Mã đã bị thu hồi. Đề nghị xuất trình giấy tờ")


def test_at_400_percent_nothing_scrolls_sideways(gatekeeper: Gatekeeper, site: Site) -> None:
    page = gatekeeper.page
    page.set_viewport_size(REFLOW)
    width = "document.documentElement.scrollWidth"
    gatekeeper.enrol()
    assert page.evaluate(width) <= REFLOW["width"]
    gatekeeper.sign_in(GUARD)
    gatekeeper.stand(ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.paper)
    gatekeeper.heading("Hợp lệ")
    assert page.evaluate(width) <= REFLOW["width"]
    for dialog, inside in (("Mã của máy quét này", "svg"), ("Nhập CCCD", "#card-number")):
        page.get_by_role("button", name=dialog).click()
        seen = page.locator(f"dialog[open] {inside}")
        seen.wait_for()
        assert page.evaluate(width) <= REFLOW["width"], dialog
        box = page.locator("dialog[open]").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= REFLOW["width"], dialog
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Chế độ rảnh tay").click()
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")
    assert page.evaluate(width) <= REFLOW["width"]


def test_forced_colours_and_reduced_motion_lose_no_answer(
    gatekeeper: Gatekeeper, site: Site
) -> None:
    page = gatekeeper.page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.revoked)
    heading = gatekeeper.heading("Đã thu hồi")
    moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
    assert page.evaluate(moving) == 0
    edge, ground, text = heading.evaluate(_COLOURS)
    assert edge != ground  # the frame of the answer is still seen
    assert text != ground
    assert gatekeeper.violations() == []


def test_targets_are_large_enough_for_a_thumb(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.page.set_viewport_size({"width": 390, "height": 844})
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.paper)
    gatekeeper.heading("Hợp lệ")
    targets = gatekeeper.page.locator("button, label.button, input:not([type=file])").all()
    boxes = [target.bounding_box() for target in targets]
    assert [box for box in boxes if box and min(box["width"], box["height"]) < THUMB_PX] == []
    assert sum(box is not None for box in boxes) > 8
