"""A device, its shifts, and what the page says when something does not work."""

import re

from playwright.sync_api import Route, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import CLINIC, GUARD, HOSTILE_PLACE, MARKET, NURSE, TRACER
from tests.browser.serving import Site

ENTRY = "Vào cửa"


def test_a_wrong_code_is_told_and_enrols_nothing(gatekeeper: Gatekeeper) -> None:
    page = gatekeeper.page
    page.goto(f"{gatekeeper.origin}/reader/")
    page.get_by_label("Mã dùng một lần").fill("AAAA-BBBB-CCCC")
    page.get_by_label("Tên thiết bị").fill("Máy thử")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("access.code-refused")
    expect(page.get_by_role("heading", name="Đăng ký thiết bị này")).to_be_visible()


def test_a_wrong_pin_is_told(gatekeeper: Gatekeeper) -> None:
    gatekeeper.enrol()
    gatekeeper.sign_in(GUARD, pin="000000")
    expect(gatekeeper.page.get_by_role("alert")).to_contain_text("PIN không đúng")


def test_a_demo_says_so_on_every_page(gatekeeper: Gatekeeper) -> None:
    banner = gatekeeper.page.get_by_role("complementary", name="DEMO")
    gatekeeper.enrol()
    expect(banner).to_be_visible()
    gatekeeper.sign_in(GUARD)
    expect(banner).to_be_visible()
    gatekeeper.stand(ENTRY, MARKET)
    expect(banner).to_be_visible()


def test_only_places_where_the_role_may_scan_are_offered(gatekeeper: Gatekeeper) -> None:
    gatekeeper.enrol()
    gatekeeper.sign_in(GUARD)
    place = gatekeeper.page.get_by_label("Điểm quét")
    expect(place.get_by_role("option", name=MARKET)).to_have_count(1)
    expect(place.get_by_role("option", name=CLINIC)).to_have_count(0)


def test_a_guard_who_may_not_move_keeps_the_checkpoint_of_the_first_scan(
    gatekeeper: Gatekeeper, site: Site
) -> None:
    page = gatekeeper.page
    places: list[str | None] = [None]

    def stay(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        market = next(each["place_id"] for each in body["places"] if each["name"] == MARKET)
        route.fulfill(response=answer, json=body | {"place_id": places.pop(), "may_move": False})
        places.append(market)

    page.route("**/v1/sessions", stay)
    gatekeeper.enrol()
    gatekeeper.sign_in(GUARD)
    place = page.get_by_label("Điểm quét")
    expect(place.get_by_role("option", name=HOSTILE_PLACE)).to_have_count(1)
    gatekeeper.stand(ENTRY, MARKET)
    expect(page.get_by_role("button", name="Đổi nơi quét")).to_have_count(1)
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")
    expect(page.get_by_role("button", name="Đổi nơi quét")).to_have_count(0)
    page.route(
        "**/v1/scans",
        lambda route: route.fulfill(status=403, json={"code": "access.may-not-move"}),
    )
    gatekeeper.wedge(site.seeded.paper)
    expect(gatekeeper.answer).to_contain_text("Máy này đặt ở điểm quét khác")
    page.evaluate("localStorage.removeItem('motma.post')")
    page.get_by_role("button", name="Giao ca").click()
    gatekeeper.sign_in(GUARD)
    expect(place).to_have_accessible_description(re.compile("người quản lý của đơn vị"))
    expect(place.get_by_role("option", name=HOSTILE_PLACE)).to_have_count(0)
    expect(place.get_by_role("option", name=MARKET)).to_have_count(1)
    assert gatekeeper.violations() == []


def test_a_reload_goes_on_with_the_shift(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.reload()
    gatekeeper.page.get_by_role("heading", name="Quét mã").wait_for()
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")


def test_handing_over_forgets_the_scans_and_asks_for_another_pin(
    gatekeeper: Gatekeeper, site: Site
) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")
    gatekeeper.page.get_by_role("button", name="Giao ca").click()
    gatekeeper.page.get_by_role("heading", name="Vào ca").wait_for()
    gatekeeper.sign_in(NURSE)
    gatekeeper.stand("Khám chữa bệnh, tiêm chủng", CLINIC)
    expect(gatekeeper.page.get_by_text("Chưa quét lượt nào")).to_be_visible()


def test_the_checkpoint_is_remembered_for_the_next_shift(gatekeeper: Gatekeeper) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.get_by_role("button", name="Giao ca").click()
    gatekeeper.sign_in(GUARD)
    gatekeeper.page.get_by_role("heading", name="Quét mã").wait_for()
    expect(gatekeeper.page.get_by_role("banner")).to_contain_text(MARKET)


def test_a_tracer_is_asked_for_the_case(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.work(TRACER, "Truy vết", CLINIC)
    gatekeeper.wedge(site.seeded.paper)
    gatekeeper.page.get_by_label("Số ca bệnh").fill("CA-17")
    gatekeeper.page.get_by_role("button", name="Bắt đầu quét").click()
    gatekeeper.wedge(site.seeded.paper)
    gatekeeper.heading("Hợp lệ")


def test_the_guard_records_what_was_done_and_undoes_a_mis_scan(
    gatekeeper: Gatekeeper, site: Site
) -> None:
    page = gatekeeper.page
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.paper)
    gatekeeper.heading("Hợp lệ")
    page.get_by_role("button", name="Xử lý khác").click()
    page.get_by_label("Lý do").fill("đã xem giấy tờ")
    page.get_by_role("button", name="Ghi lại").click()
    expect(page.get_by_text("✓ Đã xử lý khác")).to_be_visible()
    page.get_by_role("button", name="Quét nhầm").click()
    expect(page.get_by_text("✓ Đã bỏ, quét nhầm")).to_be_visible()


def test_the_key_of_the_device_cannot_be_read_by_the_page(gatekeeper: Gatekeeper) -> None:
    gatekeeper.enrol()
    extractable = gatekeeper.page.evaluate(
        """() => new Promise((resolve, reject) => {
            const open = indexedDB.open("motma");
            open.onerror = () => reject(open.error);
            open.onsuccess = () => {
                const get = open.result.transaction("device").objectStore("device").get("this");
                get.onsuccess = () => resolve(get.result.key.privateKey.extractable);
            };
        })"""
    )
    assert extractable is False


def test_english_says_the_same(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.get_by_role("button", name="English").click()
    gatekeeper.wedge(site.seeded.paper)
    gatekeeper.heading("Valid")
    assert gatekeeper.page.evaluate("document.documentElement.lang") == "en"
