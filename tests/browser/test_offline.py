"""A gate without the network decides, says what it can't know, keeps scans, sends them once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site

ENTRY = "Vào cửa"
#: Chromium's own lines about the missing network are no complaint of the page.
NETWORK = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")


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
    assert [len(batch) for batch in sent] == [2]


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


def test_too_old_data_decide_nothing_and_old_data_warn(offline: Gatekeeper, site: Site) -> None:
    page, context = offline.page, offline.page.context
    page.clock.install()
    ready(offline)
    context.set_offline(True)
    page.clock.fast_forward(25 * 3600 * 1000)
    expect(page.get_by_text("Dữ liệu đã cũ")).to_be_visible()
    page.clock.fast_forward(14 * 24 * 3600 * 1000)
    expect(page.get_by_text("Dữ liệu quá cũ")).to_be_visible()
    offline.wedge(site.seeded.paper)
    expect(offline.answer).to_contain_text("Chưa có dữ liệu ngoại tuyến để quyết định")
    expect(page.get_by_text("Lượt này đã lưu trên máy").first).to_be_visible()
