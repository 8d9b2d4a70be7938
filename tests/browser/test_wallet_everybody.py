"""Everybody can use the wallet: without sight, by keys alone, large, in any language and look."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.browser.serving import Site
from tests.browser.wallet import PHONE, Holder, add, entrust, holding, on_platform, shown_by

#: A window of 1,280 pixels at 400 %: WCAG 2.2, 1.4.10 Reflow.
REFLOW: Final = ViewportSize(width=320, height=256)
#: WCAG 2.2, 2.5.8 asks for 24; a thumb wants this.
THUMB_PX: Final = 44

PAGES: Final = (
    "", "records", "reads", "scanner", "more", "more/notices", "more/family", "more/print",
    "more/leaked", "more/devices", "more/apps", "more/entry", "more/move", "more/data",
)  # fmt: skip

#: How the system may want pages to look; the last is Windows' high contrast.
LIGHT: Final[dict[str, Any]] = {
    "color_scheme": "light", "forced_colors": "none", "reduced_motion": "no-preference",
}  # fmt: skip
DARK: Final[dict[str, Any]] = {"color_scheme": "dark", "reduced_motion": "reduce"}
FORCED: Final[dict[str, Any]] = {"color_scheme": "dark", "forced_colors": "active"}


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


def heard(page: Page) -> list[tuple[str, str]]:
    """Role and name of what a screen reader comes past, in its order."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    ]


def press_until(page: Page, name: str, key: str = "Tab") -> None:
    """Walk on until the focus is on what is called so."""
    for _ in range(40):
        page.keyboard.press(key)
        if name in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"the keyboard never reached {name}")


def test_somebody_who_does_not_see_finds_shows_and_shares_the_code(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Nghe", "001189000274", "1989-05-17"))
    page.goto(f"{holder.origin}/wallet/")
    page.get_by_label("Mã kích hoạt").focus()
    page.keyboard.type(one.activation)
    page.keyboard.press("Enter")
    holder.symbol.wait_for()
    page.get_by_role("region", name="Thẻ trung tính").wait_for()

    told = heard(page)
    code = "Mã QR che bớt của THU NGHE. Đưa màn hình này cho người quét."
    assert ("image", code) in told or ("img", code) in told
    assert ("heading", "Mã của tôi") in told
    assert ("switch", "Hiện đầy đủ") in told
    headings = [name for role, name in told if role == "heading"]
    assert headings == ["Mã của tôi", "Thẻ trung tính"]
    announced = page.get_by_role("main").get_by_role("status")
    expect(announced.filter(has_text="Che bớt: không có số giấy tờ")).to_have_count(1)

    page.emulate_media(**FORCED)
    shown_by(holder, lambda text: text.split("|")[4] == one.qid)

    page.evaluate("document.body.focus()")
    press_until(page, "Hiện đầy đủ")
    page.keyboard.press("Space")
    expect(announced.filter(has_text="ĐẦY ĐỦ: có số giấy tờ")).to_have_count(1)
    expect(page.get_by_role("switch")).to_be_checked()
    assert shown_by(holder, lambda text: "<t=" in text).startswith("001189000274|")
    page.keyboard.press("Space")
    expect(announced.filter(has_text="Che bớt: không có số giấy tờ")).to_have_count(1)

    press_until(page, "Chia sẻ ảnh mã")
    page.keyboard.press("Enter")
    page.get_by_role("img", name="Mã che bớt của THU NGHE. Bản chụp").wait_for()
    press_until(page, "Lưu ảnh")
    with page.expect_download():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Đã lưu ảnh.")).to_have_count(1)

    press_until(page, "Ai đã xem")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ai đã xem tôi").wait_for()
    expect(page.get_by_role("main")).to_be_focused()


def test_the_living_code_changes_without_a_word(site: Site, holder: Holder) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Lặng", "001189000282", "1989-05-17"))
    page.clock.install()
    holder.activate(one.activation)
    before = shown_by(holder, lambda text: "<t=" in text)
    page.evaluate("""() => {
        globalThis.changes = 0;
        const watch = new MutationObserver((seen) => (changes += seen.length));
        for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]"))
            watch.observe(region, { subtree: true, childList: true, characterData: true });
    }""")
    page.clock.run_for(31_000)
    shown_by(holder, lambda text: "<t=" in text and text != before)
    assert page.evaluate("changes") == 0


def test_axe_finds_nothing_on_any_page_in_any_look_and_none_scrolls_sideways(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Nhìn", "001189000290", "1989-05-17"))
    child = on_platform(site, lambda p, db: add(p, db, "Thử Con", "001219000308", "2019"))
    on_platform(site, lambda p, db: entrust(p, db, child, one))
    page.goto(f"{holder.origin}/wallet/")
    page.locator("summary").click()
    page.locator("#phone").wait_for()
    wrong = {"start": checked(holder, DARK, FORCED)}
    page.locator("#code").fill(one.activation)
    page.keyboard.press("Enter")
    holder.symbol.wait_for()
    for name in PAGES:
        page.goto(f"{holder.origin}/wallet/#/{name}")
        page.locator("main h1").wait_for()
        page.wait_for_load_state("networkidle")
        for details in page.locator("main details").all():
            details.locator("summary").click()
        wrong[name] = checked(holder, DARK, *([FORCED] if name == "" else []))
        page.get_by_role("button", name="English").click()
        wrong[f"{name} in English"] = checked(holder)
        page.get_by_role("button", name="Tiếng Việt").click()
    assert {name: found for name, found in wrong.items() if found} == {}


def checked(holder: Holder, *more: dict[str, Any]) -> list[Any]:
    """What is wrong with the page as it stands: in light and more looks, large, for a thumb."""
    page = holder.page
    found: list[Any] = []
    for look in (LIGHT, *more):
        page.emulate_media(**look)
        # Forced colours are the system's; axe reads those that the page had asked for.
        deaf = {"color-contrast"} if look is FORCED else set[str]()
        found += [each for each in holder.violations() if each["rule"] not in deaf]
    page.emulate_media(**LIGHT)
    page.set_viewport_size(REFLOW)
    width = page.evaluate("document.documentElement.scrollWidth")
    found += [f"{width} pixels wide"] if width > REFLOW["width"] else []
    page.set_viewport_size(PHONE)
    return [*found, *page.evaluate(_SMALL, THUMB_PX)]


#: Controls that a thumb misses. A box is hit by its label too.
_SMALL: Final = """(least) =>
    [...document.querySelectorAll("button, nav a, summary, select, label.choice, .list a, input")]
        .filter((each) => !["checkbox", "file"].includes(each.type) && each.checkVisibility())
        .map((each) => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
        .filter(([, box]) => box.height < least || box.width < least)
        .map(([html, box]) => `${html}: ${box.width} × ${box.height}`)
"""
