"""The wallet's budgets: what crosses the network, and how long a person waits on a slow one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route
from tests.browser.serving import Site
from tests.browser.wallet import Holder, add, holding, on_platform

#: Bytes over the wire until the stored code stands.
FIRST_USE: Final = 25_000
#: Bytes over the wire on a first visit, and of all that is kept for the day without a network.
FIRST_LOAD: Final = 60_000

#: What Lighthouse calls “slow 3G”: 400 kbit/s and 400 ms to the server and back.
SLOW_3G: Final = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FIRST_VISIT_S: Final = 4.0
CODE_S: Final = 2.0
#: With what the browser kept, also without any network.
AGAIN_S: Final = 0.5

#: When the QR, or the first field, was painted; the browser measures from the navigation on.
_MARK: Final = """
    new MutationObserver((_, watch) => {
        if (!document.querySelector("#code, svg[role=img] path[d]")) return;
        watch.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("usable")));
    }).observe(document, { subtree: true, childList: true, attributes: true });
"""
_MARKED: Final = """
    new Promise((done) => new PerformanceObserver((list) => {
        for (const { name, startTime } of list.getEntries()) if (name === "usable") done(startTime);
    }).observe({ type: "mark", buffered: true }))
"""


@dataclass
class Wire:
    """What a page's requests cost, as the network saw it."""

    session: CDPSession
    bytes_of: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session.on("Network.responseReceived", self._named)
        self.session.on("Network.loadingFinished", self._counted)
        self.session.send("Network.enable")

    def throttle(self, profile: dict[str, int]) -> None:
        """Be as slow as this profile."""
        self.session.send("Network.emulateNetworkConditions", {"offline": False, **profile})

    def _named(self, event: dict[str, Any]) -> None:
        self.names[event["requestId"]] = event["response"]["url"]
        self.headers[event["response"]["url"]] = event["response"]["headers"]

    def _counted(self, event: dict[str, Any]) -> None:
        url = self.names.get(event["requestId"], "")
        self.bytes_of[url] = self.bytes_of.get(url, 0) + int(event["encodedDataLength"])


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


@pytest.fixture
def forgetful(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody whose browser keeps the code, and no part of the page."""
    yield from holding(site, chromium, workers="block")


def usable_s(page: Page) -> float:
    """Seconds from the navigation to the first page that can be used."""
    return float(page.evaluate(_MARKED)) / 1000


def test_a_first_visit_is_usable_on_slow_3g_under_a_strict_policy(holder: Holder) -> None:
    page = holder.page
    page.add_init_script(_MARK)
    wire = Wire(page.context.new_cdp_session(page))
    wire.throttle(SLOW_3G)
    page.goto(f"{holder.origin}/wallet/", wait_until="commit")
    took = usable_s(page)
    assert 0 < sum(wire.bytes_of.values()) <= FIRST_LOAD, wire.bytes_of
    assert SLOW_3G["latency"] / 1000 < took <= FIRST_VISIT_S, took
    policy = wire.headers[f"{holder.origin}/wallet/"]["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


def test_the_stored_code_takes_two_seconds_on_slow_3g_with_an_emptied_cache(
    site: Site, forgetful: Holder
) -> None:
    page = forgetful.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Chậm", "001189000324", "1989-05-17"))
    page.add_init_script(_MARK)
    forgetful.activate(one.activation)
    page.goto("about:blank")
    wire = Wire(page.context.new_cdp_session(page))
    wire.session.send("Network.clearBrowserCache")
    wire.throttle(SLOW_3G)
    page.goto(f"{forgetful.origin}/wallet/", wait_until="commit")
    took = usable_s(page)
    assert 0 < sum(wire.bytes_of.values()) <= FIRST_USE, wire.bytes_of
    assert SLOW_3G["latency"] / 1000 < took <= CODE_S, took


def test_what_is_kept_for_the_day_without_a_network_is_small(holder: Holder) -> None:
    page = holder.page
    sizes: dict[str, int] = {}

    def weigh(route: Route) -> None:
        answer = route.fetch(headers={**route.request.headers, "accept-encoding": "gzip"})
        sizes[route.request.url] = int(answer.headers["content-length"])
        route.fulfill(response=answer)

    page.context.route("**/wallet/**", weigh)
    page.goto(f"{holder.origin}/wallet/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kept = page.evaluate("""async () => {
        const [name] = (await caches.keys()).filter((each) => each.startsWith("motma-wallet-"));
        return (await (await caches.open(name)).keys()).map((each) => each.url);
    }""")
    page.context.unroute_all(behavior="wait")
    wanted = {url for url in {*sizes, *kept} if not url.endswith((".wasm", ".png", "sw.js"))}
    assert wanted <= sizes.keys()
    assert sum(sizes[url] for url in wanted) <= FIRST_LOAD, sizes


def test_the_stored_code_stands_at_once_also_offline(site: Site, holder: Holder) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Nhanh", "001189000316", "1989-05-17"))
    page.add_init_script(_MARK)
    holder.activate(one.activation)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    again = min(usable_s(page), reloaded(page))
    page.context.set_offline(offline=True)
    offline = min(reloaded(page), reloaded(page))
    page.context.set_offline(offline=False)
    assert (again <= AGAIN_S, offline <= AGAIN_S) == (True, True), (again, offline)


def reloaded(page: Page) -> float:
    """Open it once more; other work on the machine may disturb one try, seldom two."""
    page.reload(wait_until="commit")
    return usable_s(page)
