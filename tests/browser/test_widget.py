"""`<ma-qr>` in the page of another origin: what a camera reads, what a person meets."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect
from tests.browser.serving import Site
from tests.browser.widget import (
    CHILD,
    MOTHER,
    NOW,
    SECRET,
    SECRET_NAME,
    App,
    Visitor,
    person,
    serving,
)

from motma.codec.living import attach, strip_living

MOST_BYTES = 20 * 1024
TAG = "<ma-qr></ma-qr>"
TOGGLE = "Hiện đầy đủ"

Visit = Callable[..., "Visitor"]


@pytest.fixture(scope="module")
def app(site: Site) -> Iterator[App]:
    """An app beside the platform."""
    with serving(site.origin) as running:
        yield running


@pytest.fixture
def visit(app: App, chromium: Browser) -> Iterator[Visit]:
    """Opens pages of the app; at the end each must have kept its promises."""
    visitors: list[Visitor] = []

    def visit(url: str, **options: Any) -> Visitor:
        context = chromium.new_context(locale="vi-VN", **options)
        visitors.append(Visitor(context.new_page(), app))
        visitors[-1].open(url)
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.check_promises()
        visitor.page.context.close()


def living(text: str) -> str:
    """The text as it must be on the screen now."""
    return attach(text, name=SECRET_NAME, secret=SECRET, at=NOW)


#: Reads what is kept under a name, as somebody who opened the device's storage would.
KEPT = """name => new Promise((resolve, reject) => {
  const request = indexedDB.open("ma-qr", 1);
  request.onerror = reject;
  request.onsuccess = () => {
    const found = request.result.transaction("kept").objectStore("kept").get(name);
    found.onsuccess = () => {
      request.result.close();
      const {signed, full, state} = found.result ?? {};
      resolve(found.result ? {signed, full, state} : null);
    };
  };
})"""

DARK = "html { background: #000; color: #fff }"
SCENES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a phone": ({"device_scale_factor": 1}, "", "<html lang=vi>"),
    "a dense screen, a dark page": (
        {"device_scale_factor": 2, "color_scheme": "dark"},
        DARK,
        "<html lang=en>",
    ),
    "320 pixels, right to left, no motion, forced colours": (
        {
            "device_scale_factor": 1,
            "reduced_motion": "reduce",
            "forced_colors": "active",
            "viewport": {"width": 320, "height": 640},
        },
        "",
        "<html lang=ar dir=rtl>",
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_a_camera_reads_both_modes_in_any_page(app: App, visit: Visit, scene: str) -> None:
    options, style, head = SCENES[scene]
    options = {"viewport": {"width": 390, "height": 844}} | options
    visitor = visit(app.page("scene", TAG, style=style, head=head), **options)
    visitor.give(living=True, signed=MOTHER.masked, full=MOTHER.full)
    visitor.wait("shown", mode="masked", living=True)
    assert visitor.seen() == [living(MOTHER.masked)]
    visitor.give(mode="full")
    visitor.wait("shown", mode="full")
    assert visitor.seen() == [living(MOTHER.full)]
    width = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    assert visitor.violations() == []


def test_no_theme_makes_it_unreadable(app: App, visit: Visit) -> None:
    style = """ma-qr { --ma-qr-size: 1px; --ma-qr-ground: #000; --ma-qr-text: #000; color: #000;
      filter: invert(1) !important; opacity: 0.1; font-size: 1px; mix-blend-mode: difference }
      html { font-size: 4px } ma-qr::part(frame) { filter: invert(1) blur(4px); opacity: 0.1 }
      svg, path { fill: #fff !important }"""
    visitor = visit(app.page("theme", TAG, style=style))
    visitor.give(signed=MOTHER.masked)
    visitor.wait("shown")
    assert visitor.seen() == [MOTHER.masked]
    box = visitor.element().get_by_role("img", name="Mã QR cá nhân").bounding_box()
    assert box is not None
    assert box["width"] >= 200


def test_it_can_be_themed(app: App, visit: Visit) -> None:
    style = """ma-qr { --ma-qr-ground: rgb(1, 2, 3); --ma-qr-size: 300px }
      ma-qr::part(name) { text-transform: lowercase }"""
    visitor = visit(app.page("themed", TAG, style=style))
    visitor.give(signed=MOTHER.masked)
    frame = visitor.element().get_by_role("group", name="Mã QR cá nhân")
    expect(frame).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(visitor.element().get_by_text("NGUYEN THI MAU")).to_have_css(
        "text-transform", "lowercase"
    )
    box = visitor.element().get_by_role("img", name="Mã QR cá nhân").bounding_box()
    assert box is not None
    assert box["width"] == 300


def test_the_keyboard_toggles_and_what_is_shown_is_said(app: App, visit: Visit) -> None:
    visitor = visit(app.page("keys", TAG))
    visitor.give(signed=MOTHER.masked, full=MOTHER.full)
    toggle = visitor.element().get_by_role("button", name=TOGGLE)
    expect(toggle).to_have_attribute("aria-pressed", "false")
    status = visitor.element().get_by_role("status")
    expect(status).to_have_text("Đang che số giấy tờ và ngày, tháng sinh")
    visitor.page.keyboard.press("Tab")
    expect(toggle).to_be_focused()
    visitor.page.keyboard.press("Space")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(toggle).to_be_focused()
    expect(status).to_have_text("Đang hiện số giấy tờ và ngày sinh")
    expect(visitor.element().get_by_text("001189000000")).to_be_visible()
    visitor.page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    assert "001189000000" not in visitor.element().evaluate("qr => qr.shadowRoot.textContent")
    assert visitor.told("mode") == [{"mode": "full"}, {"mode": "masked"}]


def test_the_living_code_changes_at_the_step_and_after_sleep(app: App, visit: Visit) -> None:
    url = app.page("living", TAG)
    visitor = visit(url)
    visitor.page.clock.install(time=NOW)
    visitor.open(url)
    visitor.give(living=True, signed=MOTHER.masked)
    visitor.wait("shown")
    # A machine that is slow or held up must not move the clock under the test.
    visitor.page.clock.pause_at(NOW + timedelta(seconds=18))
    assert visitor.seen() == [living(MOTHER.masked)]
    visitor.page.clock.run_for(4_000)
    visitor.wait("renewed")
    step = NOW + timedelta(seconds=22)
    assert visitor.seen() == [attach(MOTHER.masked, name=SECRET_NAME, secret=SECRET, at=step)]
    # A lid that was shut for an hour: timers fire once, late.
    visitor.page.clock.fast_forward(3_600_000)
    visitor.page.wait_for_function("told.filter(([name]) => name === 'ma-qr-renewed').length > 1")
    after = step + timedelta(hours=1)
    assert visitor.seen() == [attach(MOTHER.masked, name=SECRET_NAME, secret=SECRET, at=after)]


def test_a_living_code_that_the_app_gives_is_dropped_when_it_is_old(app: App, visit: Visit) -> None:
    visitor = visit(app.page("given", TAG))
    visitor.give(signed=living(MOTHER.masked))
    visitor.wait("shown")
    assert visitor.seen() == [living(MOTHER.masked)]
    visitor.page.clock.set_fixed_time(NOW + timedelta(minutes=1))
    # What else changes makes the text no younger.
    visitor.give(card={"colour": "green"})
    visitor.wait("renewed")
    assert visitor.seen() == [MOTHER.masked]


def test_a_text_is_verified_by_the_keys_of_the_origin_alone(
    app: App, visit: Visit, site: Site
) -> None:
    visitor = visit(app.page("verified", TAG))
    visitor.give(living=True, signed=site.seeded.paper, origin=site.origin)
    visitor.wait("verified", proof="verified")
    expect(visitor.element().get_by_text("Chữ ký đúng")).to_be_visible()
    # Paper never lives, whatever the app gives beside it.
    assert visitor.seen() == [site.seeded.paper]
    asked = [url for url in visitor.asked if url.startswith(site.origin)]
    assert asked[1:] == [f"{site.origin}/.well-known/jwks.json"]
    visitor.give(signed=MOTHER.masked)
    visitor.wait("verified", proof="unknown-key")
    expect(visitor.element().get_by_text("Không biết khóa")).to_be_visible()


@contextmanager
def refused(visitor: Visitor, code: str, words: str) -> Iterator[None]:
    """What is given inside must be refused by this code and these words, and not be drawn."""
    yield
    visitor.wait("refused", code=code)
    expect(visitor.element().get_by_role("alert")).to_contain_text(words)
    expect(visitor.element().get_by_role("img", name="Mã QR cá nhân")).to_have_count(0)
    assert visitor.violations() == []


def test_what_is_no_code_is_refused_with_a_word_and_an_event(app: App, visit: Visit) -> None:
    visitor = visit(app.page("refused", TAG))
    expect(visitor.element().get_by_role("alert")).to_contain_text("Chưa có mã")
    with refused(visitor, "qr.not-issued", "không phải mã QR cá nhân"):
        visitor.give(signed="https://example.org/menu")
    with refused(visitor, "widget.not-masked", "chưa che"):
        visitor.give(signed=MOTHER.full)
    with refused(visitor, "widget.forged", "giả"):
        visitor.give(signed=MOTHER.masked.replace("MAU", "GIA"), origin=app.origin)
    visitor.give(signed=MOTHER.masked, full=CHILD.full)
    visitor.wait("refused", of="full", code="widget.another-person")
    assert visitor.seen() == [MOTHER.masked]
    expect(visitor.element().get_by_role("button")).to_have_count(0)
    visitor.give(origin="http://somewhere.example")
    visitor.wait("refused", of="origin", code="widget.origin")
    visitor.element().evaluate("qr => { qr.living = {name: 7, key: 'no key'} }")
    visitor.wait("refused", of="living", code="widget.living")
    assert visitor.seen() == [MOTHER.masked]
    expect(visitor.element().get_by_text("Mã sống")).to_have_count(0)


def test_hostile_words_stay_words(app: App, visit: Visit) -> None:
    name = '<img src=x onerror="document.title=1">'
    later = re.sub(r"\|[^|]*", f"|{name}", MOTHER.masked.replace("<v=1", "<v=2"), count=1)
    visitor = visit(app.page("hostile", TAG))
    visitor.give(
        signed=later,
        card={"colour": 'x"><script>', "text": {"vi": name, "en": name}},
        lang=name,
        remember=name,
    )
    visitor.wait("shown")
    expect(visitor.element().get_by_text(name)).to_have_count(2)
    assert (
        visitor.element().evaluate("qr => qr.shadowRoot.querySelectorAll('img, script').length")
        == 0
    )
    assert visitor.page.title() == "App"
    assert visitor.seen() == [later]


def test_tokens_it_does_not_know_are_kept_in_the_one_code(app: App, visit: Visit) -> None:
    later = MOTHER.masked.replace("<v=1", "<v=2") + "<zz=something new"
    visitor = visit(app.page("later", TAG))
    visitor.give(living=True, signed=later, card={"colour": "yellow"})
    visitor.wait("shown")
    assert visitor.seen() == [living(later)]


def test_a_code_that_ended_is_said_and_not_shown(app: App, visit: Visit) -> None:
    visitor = visit(app.page("ended", TAG))
    visitor.give(signed=MOTHER.masked, full=MOTHER.full)
    for state, words in (("replaced", "đã được thay"), ("revoked", "đã bị thu hồi")):
        visitor.give(state=state)
        visitor.wait("state", state=state)
        expect(visitor.element().get_by_role("alert")).to_contain_text(words)
        assert visitor.seen() == []
    assert visitor.violations() == []
    visitor.give(state="")
    visitor.wait("state", state="current")
    assert visitor.seen() == [MOTHER.masked]


def test_an_expired_code_says_so_and_is_still_shown(app: App, visit: Visit) -> None:
    old = person("NGUYEN THI MAU", "162979388586171104", expires_on=date(2026, 3, 1))
    visitor = visit(app.page("expired", TAG))
    visitor.give(signed=old.masked)
    visitor.wait("state", state="expired")
    expect(visitor.element().get_by_role("alert")).to_contain_text("đã hết hạn")
    # This device's clock may be the one that is wrong; the reader decides.
    assert visitor.seen() == [old.masked]
    assert visitor.violations() == []


CARDS = [
    (None, "Thẻ xanhđến 18:00 2/3/2026"),
    ({"colour": "red", "text": {"vi": "Đỏ: hãy ở nhà"}}, "Đỏ: hãy ở nhà"),
    ({"colour": "neutral"}, "Thẻ chưa có màu"),
    ({"colour": "yellow"}, "Thẻ vàng"),
    ({"colour": "yellow", "valid_until": "2026-03-02T04:59:00Z"}, "Màu thẻ đã hết hạn"),
]


def test_the_card_is_a_colour_a_word_and_an_icon(app: App, visit: Visit) -> None:
    visitor = visit(app.page("card", TAG))
    looks = []
    for card, words in CARDS:
        visitor.give(signed=MOTHER.masked, card=card)
        shown = visitor.element().locator("[part=card]")
        expect(shown).to_contain_text(words)
        icon = shown.locator("svg path").get_attribute("d")
        looks.append((icon, shown.evaluate("card => getComputedStyle(card).backgroundColor")))
        assert visitor.violations() == []
    # A colour that is over is neutral; the four others differ in icon and colour both.
    assert looks[4] == looks[2]
    assert [len(set(each)) for each in zip(*looks, strict=True)] == [4, 4]


def test_two_on_a_page_keep_to_themselves(app: App, visit: Visit) -> None:
    visitor = visit(app.page("two", TAG + "<div lang=en><ma-qr></ma-qr></div>"))
    visitor.give(0, living=True, signed=MOTHER.masked, full=MOTHER.full)
    visitor.give(1, signed=CHILD.masked, full=CHILD.full)
    visitor.page.get_by_role("button", name="Show in full").click()
    expect(visitor.page.get_by_role("button", name=TOGGLE)).to_have_attribute(
        "aria-pressed", "false"
    )
    assert (visitor.seen(0), visitor.seen(1)) == ([living(MOTHER.masked)], [CHILD.full])
    assert visitor.violations() == []


def test_what_is_remembered_is_shown_without_a_network(app: App, visit: Visit) -> None:
    url = app.page("kept", "<ma-qr remember=mother></ma-qr>")
    visitor = visit(url)
    visitor.give(living=True, signed=MOTHER.masked, full=MOTHER.full, origin=app.origin)
    visitor.wait("verified", proof="verified")
    visitor.page.wait_for_function(KEPT, arg="mother")
    assert visitor.page.evaluate(KEPT, "mother") == {
        "signed": MOTHER.masked,
        "full": "",
        "state": "",
    }
    # The app keeps its own files for this, in its service worker; both servers are gone.
    visitor.page.context.route("**/*", answer_files_only)
    visitor.page.reload()
    expect(visitor.element().get_by_text("NGUYEN THI MAU")).to_be_visible()
    expect(visitor.element().get_by_text("Mã sống")).to_be_visible()
    assert visitor.seen() == [living(MOTHER.masked)]
    expect(visitor.element().get_by_role("button")).to_have_count(0)
    visitor.give(state="revoked")
    visitor.page.wait_for_function(f"async () => (await ({KEPT})('mother')).state === 'revoked'")
    visitor.page.reload()
    expect(visitor.element().get_by_role("alert")).to_contain_text("đã bị thu hồi")
    assert visitor.seen() == []
    visitor.element().evaluate("qr => qr.forget()")
    expect(visitor.element()).not_to_have_attribute("remember", "mother")
    assert visitor.page.evaluate(KEPT, "mother") is None
    visitor.complaints.clear()  # the browser says that it is off-line


def answer_files_only(route: Route) -> None:
    """The page, its style and the module as they were; every other request fails."""
    if route.request.resource_type in {"document", "stylesheet", "script"}:
        route.continue_()
    else:
        route.abort("internetdisconnected")


def test_nothing_is_kept_unless_the_app_asks(app: App, visit: Visit) -> None:
    visitor = visit(app.page("forgetful", TAG))
    visitor.give(living=True, signed=MOTHER.masked, full=MOTHER.full)
    visitor.wait("verified")
    kept = visitor.page.evaluate(
        "async () => [(await indexedDB.databases()).length, localStorage.length, document.cookie]"
    )
    assert kept == [0, 0, ""]
    assert len(visitor.asked) == 3  # the page, its style, the module


def test_the_example_works_under_the_platforms_own_policy(visit: Visit, site: Site) -> None:
    visitor = visit(f"{site.origin}/widget/")
    expect(visitor.page.get_by_text("Trang ví dụ cho người viết ứng dụng.")).to_be_visible()
    expect(visitor.page.locator("#events")).to_contain_text('ma-qr-verified {"proof":"unverified"}')
    (seen,) = visitor.seen()
    assert strip_living(seen) == visitor.page.get_by_label("masked text").input_value()
    expect(visitor.page.locator("#tag")).to_contain_text("integrity=")
    assert visitor.violations() == []
