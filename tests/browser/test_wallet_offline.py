"""Pages of the wallet that were never opened, on a phone that has lost its network."""

import json
import re
import time
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.serving import Site
from tests.browser.wallet import PATIENCE_S, Holder, add, holding, on_platform

NO_ANSWER: Final = "Không nối được máy chủ"
NEEDS_IT: Final = "Việc ở trang này cần mạng"
#: Of what the worker fetches in idle moments, compressed, without what reads pictures.
REST: Final = 60_000
#: No page may say that there is nothing where it could not ask.
NOTHING: Final = re.compile("Chưa có (bản ghi|yêu cầu|ai|khoá|thông báo)|Chưa cho phép")
#: Each page, its heading, and what it says of the network.
PAGES: Final = {
    "records": ("Hồ sơ của tôi", NO_ANSWER),
    "reads": ("Ai đã xem tôi", NO_ANSWER),
    "scanner": ("Máy quét này có thật không?", "phần đọc mã chưa được lưu trên máy này"),
    "more/notices": ("Thông báo", NO_ANSWER),
    "more/family": ("Gia đình, người được giám hộ", NO_ANSWER),
    "more/print": ("In thẻ giấy", NEEDS_IT),
    "more/leaked": ("Mã bị lộ: thay mã", NEEDS_IT),
    "more/devices": ("Máy của tôi", NO_ANSWER),
    "more/apps": ("Ứng dụng biết tôi", NO_ANSWER),
    "more/entry": ("Cách vào: khoá, số điện thoại", NO_ANSWER),
    "more/move": ("Chuyển sang máy mới", NEEDS_IT),
    "more/data": ("Dữ liệu của tôi: tải về, xoá", NEEDS_IT),
}

_KEPT: Final = """async () => {
    const [name] = (await caches.keys()).filter((each) => each.startsWith("motma-wallet-"));
    return (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname);
}"""

#: A browser that was told to be sparing; it notes that it was asked, and what the worker hears.
_SPARING: Final = """
    globalThis.asked = 0;
    globalThis.heard = [];
    Object.defineProperty(navigator, "connection", {
        value: { get saveData() { asked += 1; return true; } },
    });
    const post = ServiceWorker.prototype.postMessage;
    ServiceWorker.prototype.postMessage = function (...what) {
        heard.push(what[0]);
        return post.apply(this, what);
    };
"""


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


def later(holder: Holder) -> set[str]:
    """The files that the worker keeps in an idle moment, as the build lists them for it."""
    worker = holder.page.context.request.get(f"{holder.origin}/wallet/sw.js").text()
    (names,) = re.findall(r"^const LATER = (\[.*\]);$", worker, re.MULTILINE)
    return {f"/wallet/{name}" for name in json.loads(names)}


def weight(holder: Holder, names: set[str]) -> int:
    """Bytes of these files over the wire."""
    zipped = {"Accept-Encoding": "gzip"}
    ask = holder.page.context.request
    answers = [ask.get(f"{holder.origin}{name}", headers=zipped) for name in sorted(names)]
    assert all(each.ok for each in answers)
    return sum(int(each.headers["content-length"]) for each in answers)


def kept(page: Page) -> set[str]:
    """The files that the worker keeps now."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return set(page.evaluate(_KEPT))


def wait_until_kept(page: Page, wanted: set[str]) -> None:
    """Until the phone was idle and the worker has done its part."""
    until = time.monotonic() + PATIENCE_S
    while missing := wanted - kept(page):
        assert time.monotonic() < until, missing
        page.wait_for_timeout(100)


def test_pages_that_were_never_opened_open_without_a_network_and_say_what_needs_one(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Ngắt Mạng", "001189000604", "1989-05-17"))
    holder.activate(one.activation)
    rest = later(holder)
    assert any("/Family-" in name for name in rest)
    wait_until_kept(page, rest)
    assert not any(name.endswith(".wasm") for name in kept(page))
    assert 0 < weight(holder, rest) <= REST

    page.context.set_offline(offline=True)
    for name, (heading, says) in PAGES.items():
        page.goto(f"{holder.origin}/wallet/#/{name}")
        page.reload()  # as if the phone had been off in between: nothing is left in memory
        page.get_by_role("heading", name=heading, level=1, exact=True).wait_for()
        expect(page.get_by_role("main")).to_contain_text(says)
        expect(page.get_by_role("main")).not_to_contain_text(NOTHING)
    assert holder.violations() == []
    page.context.set_offline(offline=False)


def test_where_little_data_is_wanted_a_page_is_kept_only_when_it_is_opened(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Ít Mạng", "001189000612", "1989-05-17"))
    page.add_init_script(_SPARING)
    holder.activate(one.activation)
    until = time.monotonic() + PATIENCE_S
    while not page.evaluate("asked"):
        assert time.monotonic() < until
        page.wait_for_timeout(100)
    page.evaluate("new Promise((done) => requestIdleCallback(done))")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert page.evaluate("heard") == []
    rest = later(holder)
    assert kept(page) & rest == set()
    holder.open("Hồ sơ")
    page.get_by_role("heading", name="Hồ sơ của tôi").wait_for()
    wait_until_kept(page, {name for name in rest if "/Records-" in name})
    assert not any("/Family-" in name for name in kept(page))
