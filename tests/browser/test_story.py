"""The whole story in one go: a phone, a gate that films it, no network, a dead server, paper.

One person signs in, shows the code and is scanned from the screen; both sides lose the network; the
server is killed; the scan arrives once; its place in the log is proved; the code is revoked and is
never valid again, with a network or without; a family's sheet is printed, read and scanned.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site, launch, serve
from tests.browser.symbols import write_film_of
from tests.browser.wallet import PHONE, Holder, Person, add, entrust, on_platform, shown_by
from tests.printed import noisy, pictures, read

ENTRY: Final = "Vào cửa"
#: Chromium's own lines about a network or a server that is away are no complaint of a page.
AWAY: Final = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_REFUSED", "net::ERR_FAILED")
#: A read has its place in the signed log within seconds; a loaded machine may take longer.
PLACED_S: Final = 60


@dataclass(slots=True)
class Gate:
    """A guard whose camera is held over whatever is filmed."""

    keeper: Gatekeeper
    film: Path

    def sees(self, picture: Image.Image) -> None:
        """Hold the camera over a picture; a page that opens again opens the camera again."""
        write_film_of(self.film, picture)
        self.keeper.page.bring_to_front()
        self.keeper.page.reload()


@pytest.fixture(scope="module")
def site(open_directory: Path) -> Iterator[Site]:
    """A platform of its own, since its server is killed on the way."""
    home = open_directory / "story-site"
    home.mkdir(mode=0o711)
    with serve(home) as running:
        yield running


@pytest.fixture(scope="module")
def family(site: Site) -> tuple[Person, Person]:
    """A mother who holds the wallet, and her child, which is not confirmed to be hers yet."""
    mother = on_platform(site, lambda p, db: add(p, db, "Thử Thị Mẹ", "001189000181", "1989-05-17"))
    child = on_platform(site, lambda p, db: add(p, db, "Thử Bé Con", "001219000186", "2019-02-03"))
    on_platform(site, lambda p, db: entrust(p, db, child, mother))
    return mother, child


@pytest.fixture
def camera(site: Site, family: object, tmp_path: Path) -> Iterator[tuple[Browser, Path]]:  # noqa: ARG001 - what is seeded runs a loop of its own, which must end before Playwright's begins
    """Chromium, and the film that it takes for its camera."""
    path = tmp_path / "screen.y4m"
    write_film_of(path, Image.new("L", (640, 480), 140))
    with launch(path, None) as chromium:
        yield chromium, path


def test_a_code_from_the_screen_to_the_log_and_to_its_end(
    site: Site, family: tuple[Person, Person], camera: tuple[Browser, Path]
) -> None:
    chromium, path = camera
    holder, gate = people(site, chromium, path)
    mother, _ = family
    signs_in_and_toggles(holder, mother)
    is_scanned_from_the_screen(holder, gate)
    is_scanned_without_a_network(holder, gate)
    the_server_dies_and_comes_back(site, holder, gate)
    sees_two_reads_with_their_proof(holder)
    old = revokes(holder, site)
    the_old_code_is_refused(gate, old, online=True)
    gate.keeper.page.context.set_offline(True)
    the_old_code_is_refused(gate, old, online=False)
    gate.keeper.page.context.set_offline(False)
    prints_the_family_and_is_let_in(holder, gate, family)
    for each in (holder, gate.keeper):
        each.complaints[:] = [one for one in each.complaints if not any(s in one for s in AWAY)]
        each.check_promises()


def people(site: Site, chromium: Browser, path: Path) -> tuple[Holder, Gate]:
    """Somebody with a phone, and somebody at a gate."""
    phone = chromium.new_context(
        locale="vi-VN", viewport=ViewportSize(width=PHONE["width"], height=PHONE["height"])
    )
    desk = chromium.new_context(locale="vi-VN", viewport=ViewportSize(width=1280, height=900))
    holder = Holder(phone.new_page(), site.origin, site.seeded.codes.pop)
    keeper = Gatekeeper(desk.new_page(), site.origin, site.seeded.codes.pop)
    return holder, Gate(keeper, path)


def signs_in_and_toggles(holder: Holder, mother: Person) -> None:
    """Masked until the full form is asked for; the same person in both."""
    holder.activate(mother.activation)
    assert shown_by(holder, living).split("|")[0] == "******"
    toggle = holder.page.get_by_role("switch", name="Hiện đầy đủ")
    toggle.click()
    full = shown_by(holder, lambda text: not text.startswith("******"))
    assert full.split("|")[2:5] == ["1989-05-17", full.split("|")[3], mother.qid]
    toggle.click()
    shown_by(holder, lambda text: text.startswith("******"))
    confirm = holder.page
    confirm.goto(f"{holder.origin}/wallet/#/more/family")
    confirm.get_by_role("button", name="Tôi xác nhận giám hộ").click()
    confirm.get_by_role("status").filter(has_text="Đã").wait_for()
    holder.open("Mã")


def is_scanned_from_the_screen(holder: Holder, gate: Gate) -> None:
    """The gate films the phone; both know it."""
    gate.keeper.work(GUARD, ENTRY, MARKET)
    gate.sees(screen_of(holder))
    gate.keeper.heading("Hợp lệ")
    expect(gate.keeper.answer).to_contain_text("1989")
    expect(gate.keeper.answer).not_to_contain_text("ảnh chụp")
    gate.keeper.page.get_by_text("dữ liệu ngoại tuyến cách đây").first.wait_for()
    gate.keeper.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    holder.page.bring_to_front()
    holder.open("Ai đã xem")
    holder.page.get_by_text(MARKET).first.wait_for()
    holder.open("Mã")
    holder.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")


def is_scanned_without_a_network(holder: Holder, gate: Gate) -> None:
    """Airplane mode on both sides: the phone makes the living part, the gate decides and keeps."""
    for each in (holder.page, gate.keeper.page):
        each.context.set_offline(True)
    holder.page.bring_to_front()
    holder.page.reload()
    gate.sees(screen_of(holder))
    gate.keeper.heading("Hợp lệ")
    expect(gate.keeper.answer).to_contain_text("Quyết định không có mạng")
    expect(gate.keeper.page.get_by_text("1 lượt chờ gửi")).to_be_visible()


def the_server_dies_and_comes_back(site: Site, holder: Holder, gate: Gate) -> None:
    """The network is back and the server is not; then both are, and the scan is sent."""
    page = gate.keeper.page
    site.server.kill()
    write_film_of(gate.film, Image.new("L", (640, 480), 140))
    for each in (holder.page, page):
        each.context.set_offline(False)
    page.reload()
    expect(page.get_by_text("1 lượt chờ gửi")).to_be_visible()
    site.server.start()
    expect(page.get_by_text("lượt chờ gửi")).to_have_count(0, timeout=PLACED_S * 1000)


def sees_two_reads_with_their_proof(holder: Holder) -> None:
    """Two scans, two reads, not three; each has a place in the signed log."""
    page = holder.page
    page.bring_to_front()
    page.goto(f"{holder.origin}/wallet/#/reads")
    expect(page.get_by_text(MARKET)).to_have_count(2)
    until_proved(page)
    expect(page.get_by_text(MARKET)).to_have_count(2)


def until_proved(page: Page) -> None:
    """Ask for the proof until the log has been signed with this read in it."""
    for _ in range(PLACED_S):
        page.get_by_role("button", name="Kiểm tra bằng chứng").first.click()
        page.wait_for_timeout(1000)
        if page.get_by_text("nằm trong sổ").count():
            return
        page.reload()
        page.get_by_text(MARKET).first.wait_for()
    raise AssertionError("the read never had a place in the log")


def revokes(holder: Holder, site: Site) -> Image.Image:
    """Replace the code; the server is killed as soon as it said so. Answers the old screen."""
    holder.open("Mã")
    old = screen_of(holder)
    before = holder.read()
    page = holder.page
    page.goto(f"{holder.origin}/wallet/#/more/leaked")
    page.get_by_role("button", name="Thay mã của tôi").click()
    page.get_by_role("button", name="Thay ngay").click()
    page.get_by_text("Đã thay").first.wait_for()
    site.server.kill()
    site.server.start()
    page.get_by_role("link", name="Xem mã mới").click()
    shown_by(holder, lambda text: text.split("|")[4] != before.split("|")[4])
    return old


def the_old_code_is_refused(gate: Gate, old: Image.Image, *, online: bool) -> None:
    """The picture of the screen of then, before the camera of now."""
    if online:  # the next snapshot, with the end in it, comes before the network goes again
        with gate.keeper.page.expect_response(
            lambda answer: "/v1/snapshot" in answer.url and answer.ok
        ):
            gate.sees(old)
    else:
        gate.sees(old)
    gate.keeper.heading("Đã thay" if online else "Đã thu hồi")
    told = gate.keeper.page.get_by_text("Quyết định không có mạng")
    expect(told).to_have_count(0 if online else 1)


def prints_the_family_and_is_let_in(
    holder: Holder, gate: Gate, family: tuple[Person, Person]
) -> None:
    """An A4 sheet with mother and child: each card is read off the worn print and let in."""
    page = holder.page
    page.bring_to_front()
    page.goto(f"{holder.origin}/wallet/#/more/print")
    page.get_by_label("Khổ in").select_option("a4-8")
    page.get_by_label("In cả những người tôi giám hộ").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tạo PDF").click()
    sheets = [noisy(each) for each in pictures(Path(download.value.path()).read_bytes())]
    texts = {one.text for sheet in sheets for one in read(sheet)}
    assert len(texts) == 2
    assert {text.split("|")[2][:4] for text in texts} == {"1989", "2019"}
    assert family[0].qid not in {text.split("|")[4] for text in texts}  # that one was replaced
    for text in texts:
        card = next(cut for sheet in sheets if (cut := around(sheet, text)))
        gate.sees(card)
        gate.keeper.heading("Hợp lệ")
        expect(gate.keeper.answer).to_contain_text(text.split("|")[2][:4])


def around(sheet: Image.Image, text: str) -> Image.Image | None:
    """The part of a sheet with one code and the white around it."""
    for found in zxingcpp.read_barcodes(sheet):
        if found.text == text:
            at = found.position
            xs = [point.x for point in (at.top_left, at.top_right, at.bottom_left, at.bottom_right)]
            ys = [point.y for point in (at.top_left, at.top_right, at.bottom_left, at.bottom_right)]
            return sheet.crop((min(xs) - 20, min(ys) - 20, max(xs) + 20, max(ys) + 20))
    return None


def screen_of(holder: Holder) -> Image.Image:
    """The phone's screen as it is, with a living code on it."""
    shown_by(holder, living)
    return Image.open(io.BytesIO(holder.page.screenshot())).convert("L")


def living(text: str) -> bool:
    """Whether the code has its time-based part."""
    return "<t=" in text
