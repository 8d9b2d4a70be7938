"""The wallet's inbox, knocks at a closed one, reports of wrong reads, and everything exported."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.serving import Site
from tests.browser.wallet import Holder, add, holding, look_at, on_platform
from tests.printed import words

from motma.access.reports import service as reports
from motma.bootstrap import Platform
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

#: A browser that its maker's push service knows: none is asked in a test.
_SUBSCRIBED: Final = """
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const key = crypto.subtle.generateKey(curve, true, ["deriveBits"]);
    const raw = key.then(({ publicKey }) => crypto.subtle.exportKey("raw", publicKey));
    let now = null;
    PushManager.prototype.getSubscription = async () => now;
    PushManager.prototype.subscribe = async (options) => {
        const keys = { p256dh: await raw, auth: new Uint8Array(16).buffer };
        const asked = options.applicationServerKey.replaceAll("-", "+").replaceAll("_", "/");
        const bound = Uint8Array.from(atob(asked), (letter) => letter.charCodeAt(0)).buffer;
        now = {
            endpoint: "https://push.invalid/one", options: { applicationServerKey: bound },
            getKey: (name) => keys[name], unsubscribe: async () => { now = null; return true; },
        };
        return now;
    };
"""


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


def test_the_inbox_counts_tells_and_is_read(site: Site, holder: Holder) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Tin", "001189000332", "1989-05-17"))
    on_platform(site, lambda p, db: look_at(p, db, one, organisation="Phòng khám <b>thử</b>"))
    holder.activate(one.activation)
    bar = page.get_by_role("navigation")
    expect(bar.get_by_text("3 mới")).to_be_visible()
    holder.open("Thêm")
    page.get_by_role("link", name="Thông báo").click()
    page.get_by_text("Có người xem toàn bộ thông tin của bạn").wait_for()
    expect(page.get_by_text("Phòng khám <b>thử</b>")).to_be_visible()
    expect(page.get_by_text("Mới:")).to_have_count(3)
    expect(bar.get_by_text("mới")).to_have_count(0)
    assert holder.violations() == []
    page.reload()
    page.get_by_text("Có người xem toàn bộ thông tin của bạn").wait_for()
    expect(page.get_by_text("Mới:")).to_have_count(0)


def test_a_closed_wallet_says_kind_words_in_the_persons_language(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Gõ", "001189000340", "1989-05-17"))
    page.context.grant_permissions(["notifications"])
    page.add_init_script(_SUBSCRIBED)
    holder.activate(one.activation)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{holder.origin}/wallet/#/more/notices")
    with page.expect_response("**/v1/me/push") as said:
        page.get_by_role("button", name="Bật báo tin").click()
    assert said.value.status == 204
    page.get_by_text("Đã bật.").wait_for()
    with page.expect_response("**/v1/me/push") as again:
        page.reload()
    assert again.value.status == 204

    knock(page, {"kind": "read", "count": 2})
    seen = "Có người xem thông tin của bạn. Mở ví để biết ai. 2 tin chưa xem."
    assert told(page) == ["Ví mã của bạn", seen]
    page.get_by_role("button", name="English").click()
    knock(page, {"kind": "of-a-later-version", "count": 1})
    assert told(page) == ["Your wallet", "There is news in your wallet."]

    with page.expect_response("**/v1/me/push:remove") as ended:
        page.get_by_role("button", name="Tell me no more").click()
    assert ended.value.status == 204


def knock(page: Page, message: dict[str, Any]) -> None:
    """What the browser's maker delivers, once it is opened."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(20)
    origin = page.evaluate("location.origin")
    delivered = {"origin": origin, "registrationId": found[0], "data": json.dumps(message)}
    session.send("ServiceWorker.deliverPushMessage", delivered)


def told(page: Page) -> list[str]:
    """The one notification that stands, taken away."""
    found: list[str] = page.evaluate("""async () => {
        const registration = await navigator.serviceWorker.ready;
        for (;;) {
            const [one] = await registration.getNotifications();
            if (one) { one.close(); return [one.title, one.body]; }
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }""")
    return found


def test_a_wrong_read_is_reported_and_answered(site: Site, holder: Holder) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Báo", "001189000357", "1989-05-17"))
    on_platform(site, lambda p, db: look_at(p, db, one, organisation="Trạm lạ"))
    holder.activate(one.activation)
    holder.open("Ai đã xem")
    page.get_by_text("Trạm lạ").wait_for()
    page.get_by_role("button", name="Báo lượt xem này sai").click()
    page.get_by_label("Sai thế nào?").select_option("not-needed")
    page.get_by_label("Nói thêm").fill("Tôi không quen <i>ai</i> ở đó")
    assert holder.violations() == []
    page.get_by_role("button", name="Gửi").click()
    page.get_by_text("Đang chờ người kiểm tra trả lời.").wait_for()
    on_platform(site, answer)
    page.reload()
    page.get_by_text("Trả lời: lượt xem này SAI.").wait_for()
    expect(page.get_by_text("Tôi không quen <i>ai</i> ở đó")).to_be_visible()
    expect(page.get_by_text("Đã nhắc người đọc")).to_be_visible()
    assert holder.violations() == []


async def answer(platform: Platform, db: Connection) -> None:
    """An inspector decides on the report in these words."""
    by = uuid7(platform.clock.now())
    every = await reports.waiting(db, platform.means, organisation_id=None, by=by)
    (waiting,) = [one for one in every if one.reason.text.startswith("Tôi không quen")]
    await reports.decide(
        db, platform.means, event_id=waiting.event_id, organisation_id=None, by=by,
        outcome="wrong", words="Đã nhắc người đọc",
    )  # fmt: skip


def test_everything_held_is_exported_to_read_and_for_programs(site: Site, holder: Holder) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Xuất", "001189000365", "1989-05-17"))
    holder.activate(one.activation)
    page.goto(f"{holder.origin}/wallet/#/more/data")
    whole = json.loads(saved(page, "JSON cho máy tính", "motma.json"))
    assert whole["sections"]
    assert one.qid in json.dumps(whole)
    assert one.qid in words(saved(page, "PDF để đọc", "motma.pdf")).replace(" ", "")
    assert holder.violations() == []


def saved(page: Page, button: str, name: str) -> bytes:
    """What a press on this button saves."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    assert waiting.value.suggested_filename == name
    return waiting.value.path().read_bytes()
