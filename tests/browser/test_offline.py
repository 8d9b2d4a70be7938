"""A gate without the network decides, says what it can't know, keeps scans, sends them once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site
from tests.browser.storing import give

from motma.cards.snapshot import ended
from motma.cards.snapshot.model import Ages

ENTRY = "Vào cửa"
#: Chromium's own lines about the missing network are no complaint of the page.
NETWORK = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")


#: Whether a delta was kept.
KEPT = """() => new Promise((done) => {
    indexedDB.open("motma-gate").onsuccess = ({ target }) => {
        const get = target.result.transaction("kept").objectStore("kept").get("snapshot-newest");
        get.onsuccess = () => { target.result.close(); done(Boolean(get.result?.delta)); };
    };
})"""

#: Fills what the browser may still keep for this origin, in ever smaller pieces.
FILL = """() => new Promise((done) => {
    indexedDB.open("ballast").onupgradeneeded = ({ target }) => {
        target.result.createObjectStore("s", { autoIncrement: true });
        target.transaction.oncomplete = async () => {
            const put = (bytes) => new Promise((resolve) => {
                const data = new Uint8Array(bytes);
                for (let at = 0; at < bytes; at += 65_536)
                    crypto.getRandomValues(data.subarray(at, at + 65_536));
                const writing = target.result.transaction("s", "readwrite");
                writing.objectStore("s").put(data);
                writing.oncomplete = () => resolve(true);
                writing.onabort = () => resolve(false);
            });
            for (const bytes of [4_000_000, 400_000, 40_000, 4_000, 400, 1])
                while (await put(bytes));
            target.result.close();
            done();
        };
    };
})"""


@pytest.fixture
def offline(gatekeeper: Gatekeeper) -> Iterator[Gatekeeper]:
    """A guard whose network may go, with a snapshot in the page."""
    yield gatekeeper
    gatekeeper.complaints[:] = [
        one for one in gatekeeper.complaints if not any(line in one for line in NETWORK)
    ]


def ready(keeper: Gatekeeper) -> None:
    """At the gate, with a snapshot and a page that opens by itself."""
    keeper.work(GUARD, ENTRY, MARKET)
    keeper.page.get_by_text("dữ liệu ngoại tuyến cách đây").first.wait_for()
    keeper.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")


def batches(page: Page) -> list[list[str]]:
    """The ids of each batch that the page sends."""
    sent: list[list[str]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/scans:batch") and request.post_data:
            sent.append([one["scan_id"] for one in json.loads(request.post_data)["scans"]])

    page.on("request", note)
    return sent


def test_without_a_network_a_code_is_decided_and_the_scan_is_sent_once(
    offline: Gatekeeper, site: Site
) -> None:
    page, context = offline.page, offline.page.context
    ready(offline)
    sent = batches(page)
    context.set_offline(True)
    offline.wedge(site.seeded.paper)
    offline.heading("Hợp lệ")
    expect(offline.answer).to_contain_text("Quyết định không có mạng")
    expect(offline.answer).to_contain_text("Đây có thể là ảnh chụp mã của người khác")
    expect(page.get_by_text("1 lượt chờ gửi")).to_be_visible()
    offline.wedge(site.seeded.revoked)
    offline.heading("Đã thu hồi")
    expect(page.get_by_text("2 lượt chờ gửi")).to_be_visible()
    page.get_by_role("button", name="Không cho qua").click()
    expect(page.get_by_text("✓ Không cho qua")).to_be_visible()
    assert offline.violations() == []
    with page.expect_response(lambda answer: answer.url.endswith("/handling") and answer.ok):
        context.set_offline(False)
    expect(page.get_by_text("lượt chờ gửi")).to_have_count(0)
    # The one that only the filter stopped was asked about by itself.
    assert [len(batch) for batch in sent] == [1]


def test_a_closed_browser_opens_again_without_a_network_and_keeps_shift_and_scans(
    offline: Gatekeeper, site: Site
) -> None:
    context: BrowserContext = offline.page.context
    ready(offline)
    context.set_offline(True)
    offline.wedge(site.seeded.paper)
    expect(offline.page.get_by_text("1 lượt chờ gửi")).to_be_visible()
    offline.page.close()
    offline.page = context.new_page()
    offline.page.goto(f"{offline.origin}/reader/")
    expect(offline.page.get_by_text("1 lượt chờ gửi")).to_be_visible()
    offline.wedge(site.seeded.revoked)
    offline.heading("Đã thu hồi")
    context.set_offline(False)
    expect(offline.page.get_by_text("lượt chờ gửi")).to_have_count(0)


def test_a_server_that_is_too_slow_is_not_waited_for_and_its_answer_still_counts(
    offline: Gatekeeper, site: Site
) -> None:
    page = offline.page
    ready(offline)
    held: list[Route] = []
    page.route("**/v1/scans", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    offline.wedge(site.seeded.paper)
    expect(offline.answer).to_contain_text("Quyết định không có mạng", timeout=4_000)
    held[0].continue_()
    expect(offline.answer).not_to_contain_text("Quyết định không có mạng")
    expect(page.get_by_text("lượt chờ gửi")).to_have_count(0)


def test_a_gate_starts_from_a_file_without_any_network(
    offline: Gatekeeper, site: Site, tmp_path: Path
) -> None:
    page, context = offline.page, offline.page.context
    for name, path in (("gate.snapshot", "snapshot"), ("keys.json", "snapshot/keys")):
        answer = context.request.get(f"{site.origin}/v1/{path}")
        (tmp_path / name).write_bytes(answer.body())
    (tmp_path / "cut.snapshot").write_bytes((tmp_path / "gate.snapshot").read_bytes()[:-1])
    page.goto(f"{site.origin}/reader/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    context.set_offline(True)
    page.goto(f"{site.origin}/reader/")
    page.get_by_role("button", name="Làm việc không có mạng").click()
    page.get_by_label("Tệp khóa").set_input_files(tmp_path / "keys.json")
    page.get_by_label("Tệp dữ liệu").set_input_files(tmp_path / "cut.snapshot")
    page.get_by_role("button", name="Nạp tệp").click()
    expect(page.get_by_role("alert")).to_contain_text("snapshot.truncated")
    page.get_by_label("Tệp dữ liệu").set_input_files(tmp_path / "gate.snapshot")
    page.get_by_role("button", name="Nạp tệp").click()
    assert offline.violations() == []
    page.get_by_role("button", name="Bắt đầu kiểm tra").click()
    page.get_by_role("heading", name="Quét mã").wait_for()
    offline.wedge(site.seeded.paper)
    offline.heading("Hợp lệ")
    expect(page.get_by_text("Không ghi lại: chưa vào ca")).to_be_visible()
    offline.wedge(site.seeded.paper.replace("NGHIEM", "NGHIEN"))
    offline.heading("Mã giả")
    assert offline.violations() == []


def test_the_ages_that_the_authority_signed_warn_and_refuse(
    offline: Gatekeeper, site: Site
) -> None:
    page, context = offline.page, offline.page.context
    page.clock.install()
    give(page, site.origin, ages=Ages(warn_h=1, refuse_h=2))
    ready(offline)
    context.set_offline(True)
    page.clock.fast_forward("00:59:00")
    expect(page.get_by_text("dữ liệu ngoại tuyến cách đây 59 phút").first).to_be_visible()
    expect(page.get_by_text("Dữ liệu đã cũ")).to_have_count(0)
    page.clock.fast_forward("00:02:00")
    expect(page.get_by_text("Dữ liệu đã cũ")).to_be_visible()
    offline.wedge(site.seeded.paper)
    offline.heading("Hợp lệ")
    expect(offline.answer).to_contain_text("Dữ liệu ngoại tuyến đã cũ")
    page.clock.fast_forward("01:00:00")
    expect(page.get_by_text("Dữ liệu quá cũ")).to_be_visible()
    offline.wedge(site.seeded.foreign)
    expect(offline.answer).to_contain_text("Chưa có dữ liệu ngoại tuyến để quyết định")
    expect(page.get_by_text("Lượt này đã lưu trên máy").first).to_be_visible()


def test_what_ended_since_comes_as_a_delta_and_counts_also_after_a_restart(
    offline: Gatekeeper, site: Site
) -> None:
    page, context = offline.page, offline.page.context
    answered = give(page, site.origin, later=[ended.whole(qid_of(site.seeded.paper))])
    ready(offline)
    with page.expect_response(lambda answer: "since=" in answer.url):
        page.reload()
    assert answered == ["whole", "delta"]
    kept = page.wait_for_function(KEPT, timeout=15_000)  # the delta, beside the whole file
    assert kept.json_value() is True
    context.set_offline(True)
    page.goto(f"{offline.origin}/reader/")
    page.get_by_role("heading", name="Quét mã").wait_for()
    offline.wedge(site.seeded.paper)
    offline.heading("Đã thu hồi")
    offline.wedge(site.seeded.foreign)
    offline.heading("Hợp lệ")


def test_a_code_that_the_filter_stops_by_mistake_is_asked_about_when_the_platform_is_back(
    offline: Gatekeeper, site: Site
) -> None:
    page, context = offline.page, offline.page.context
    give(page, site.origin, entries=[ended.whole(qid_of(site.seeded.paper))])
    ready(offline)
    offline.wedge(site.seeded.paper)
    offline.heading("Hợp lệ")  # on-line the platform decides, not the filter
    context.set_offline(True)
    page.wait_for_timeout(3_100)  # the same code again, and not at once
    offline.wedge(site.seeded.paper)
    offline.heading("Đã thu hồi")
    expect(offline.answer).to_contain_text("Cứ 16.777.216 mã tốt, có thể nhầm 1 mã: xem giấy tờ")
    assert offline.violations() == []
    sent = batches(page)
    context.set_offline(False)
    offline.heading("Hợp lệ")
    expect(page.get_by_text("lượt chờ gửi")).to_have_count(0)
    assert sent == []


def test_scans_of_the_day_before_are_sent_when_somebody_comes_on_duty(
    offline: Gatekeeper, site: Site
) -> None:
    page, context = offline.page, offline.page.context
    now = datetime.now(UTC)
    page.clock.install(time=now)
    ready(offline)
    context.set_offline(True)
    page.clock.set_system_time(now - timedelta(hours=26))
    offline.wedge(site.seeded.paper)
    expect(page.get_by_text("1 lượt chờ gửi")).to_be_visible()
    page.close()
    offline.page = page = context.new_page()
    page.clock.install(time=now + timedelta(hours=13))  # the shift is over
    page.goto(f"{offline.origin}/reader/")
    page.get_by_role("button", name="Làm việc không có mạng").wait_for()
    page.close()
    offline.page = page = context.new_page()
    context.set_offline(False)
    page.goto(f"{offline.origin}/reader/")
    with page.expect_response(lambda answer: answer.url.endswith("/v1/scans:batch")) as answer:
        offline.sign_in(GUARD)
    assert statuses(answer.value.json()) == ["accepted"]


def test_a_browser_that_dies_while_it_sends_sends_nothing_twice(
    offline: Gatekeeper, site: Site
) -> None:
    page, context = offline.page, offline.page.context
    ready(offline)
    context.set_offline(True)
    for text in site.seeded.crowd[:3]:
        offline.wedge(text)
        offline.heading("Hợp lệ")
    expect(page.get_by_text("3 lượt chờ gửi")).to_be_visible()
    heard: list[Any] = []

    def lose(route: Route) -> None:
        heard.append(route.fetch().json())  # the platform has them, and nobody hears it
        route.abort()

    page.route("**/v1/scans:batch", lose)
    with page.expect_event("requestfailed", lambda one: one.url.endswith("/v1/scans:batch")):
        context.set_offline(False)
    page.close()
    offline.page = page = context.new_page()
    with page.expect_response(lambda answer: answer.url.endswith("/v1/scans:batch")) as again:
        page.goto(f"{offline.origin}/reader/")
    expect(page.get_by_text("lượt chờ gửi")).to_have_count(0)
    assert statuses(heard[0]) == ["accepted"] * 3
    assert statuses(again.value.json()) == ["duplicate"] * 3


def test_a_full_disk_is_told_and_the_gate_goes_on(offline: Gatekeeper, site: Site) -> None:
    page, context = offline.page, offline.page.context
    devtools = context.new_cdp_session(page)
    quota = {"origin": site.origin, "quotaSize": 30_000_000}
    devtools.send("Storage.overrideQuotaForOrigin", quota)
    ready(offline)
    context.set_offline(True)
    offline.wedge(site.seeded.paper)
    expect(page.get_by_text("1 lượt chờ gửi")).to_be_visible()
    page.evaluate(FILL)
    offline.wedge(site.seeded.revoked)
    offline.heading("Đã thu hồi")
    expect(page.get_by_text("lượt này KHÔNG được lưu")).to_be_visible()
    assert offline.violations() == []
    expect(page.get_by_text("1 lượt chờ gửi")).to_be_visible()


def statuses(answer: dict[str, Any]) -> list[str]:
    """What became of each scan of a batch."""
    return [one["status"] for one in answer["results"]]


def qid_of(text: str) -> str:
    """The fifth field of a personal code."""
    return text.split("|")[4]
