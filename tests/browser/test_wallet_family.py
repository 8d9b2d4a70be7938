"""A guardian's phone: the child's code, card and records; and pictures of codes sent on."""

import io
from collections.abc import Iterator
from typing import Final

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.seeding import DOSE_DAY
from tests.browser.serving import Site
from tests.browser.wallet import Holder, Person, add, entrust, holding, on_platform, shown_by

from motma.bootstrap import Platform
from motma.records import service as records
from motma.records.model import About, Delivery, Dose
from motma.storage.pool import Connection

CHILD: Final = "Thử Bé Bi"
SCHOOL: Final = "Trường tiểu học thử"

#: What the page handed to the phone's own sheet of apps.
_SHEET: Final = """
    navigator.canShare = ({ files }) => files.length === 1;
    navigator.share = async ({ files, title }) => {
        const bytes = new Uint8Array(await files[0].arrayBuffer());
        globalThis.handed = { title, type: files[0].type, bytes: Array.from(bytes) };
    };
"""


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


async def vaccinate(platform: Platform, db: Connection) -> None:
    """A dose of the child's, given at a school."""
    about = About(full_name=CHILD, birth="2019-02-03", document_number="001219000244")
    what = Dose(disease="840539006", product="EU/1/20/1528", on=DOSE_DAY, place=SCHOOL)
    one = Delivery(id="wallet child", about=about, what=what)
    (got,) = await records.receive(db, platform.means, "registry", [one])
    assert got.attached


def read(picture: bytes) -> str:
    """The one code in a picture."""
    with Image.open(io.BytesIO(picture)) as image:
        (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)


def test_a_guardian_holds_a_childs_code_and_sees_card_and_records_without_places(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    mother = on_platform(site, lambda p, db: add(p, db, "Thử Thị Má", "001189000231", "1989-05-17"))
    child: Person = on_platform(site, lambda p, db: add(p, db, CHILD, "001219000244", "2019-02-03"))
    on_platform(site, lambda p, db: entrust(p, db, child, mother))
    on_platform(site, vaccinate)
    holder.activate(mother.activation)
    page.goto(f"{holder.origin}/wallet/#/more/family")
    page.get_by_role("button", name="Tôi xác nhận giám hộ").click()
    page.get_by_role("heading", name="THU BE BI").wait_for()
    page.get_by_role("button", name="Thẻ và hồ sơ").click()
    page.get_by_text("Mũi tiêm · 03/09/2021").wait_for()
    page.get_by_role("region", name="Thẻ trung tính").wait_for()
    assert SCHOOL not in page.inner_text("main")
    assert holder.violations() == []

    page.get_by_role("button", name="Hiện mã").click()
    shown = shown_by(holder, lambda text: text.split("|")[4] == child.qid)
    assert "<t=" not in shown
    page.get_by_text("Dạng thẻ giấy").wait_for()
    expect(page.get_by_role("region", name="Thẻ trung tính")).to_be_visible()
    page.context.set_offline(offline=True)
    page.get_by_role("button", name="Tôi", exact=True).click()
    shown_by(holder, lambda text: text.split("|")[4] == mother.qid)
    page.get_by_role("button", name="THU BE BI").click()
    shown_by(holder, lambda text: text.split("|")[4] == child.qid)
    page.context.set_offline(offline=False)


def test_a_picture_that_is_sent_is_masked_says_so_and_never_lives(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, "Thử Gửi", "001189000258", "1989-05-17"))
    page.add_init_script(_SHEET)
    holder.activate(one.activation)
    page.get_by_role("switch", name="Hiện đầy đủ").click()
    assert shown_by(holder, lambda text: "<t=" in text).startswith("0011")
    page.get_by_text("Chia sẻ ảnh mã").click()
    page.get_by_role("img", name="Mã che bớt của THU GUI. Bản chụp").wait_for()
    assert holder.violations() == []

    page.get_by_role("button", name="Gửi ảnh").click()
    page.get_by_text("Đã gửi.").wait_for()
    handed = page.evaluate("handed")
    assert handed["title"] == "Mã che bớt của THU GUI"
    assert handed["type"] == "image/png"
    sent = read(bytes(handed["bytes"]))
    assert sent.split("|")[0] == "******"
    assert sent.split("|")[4] == one.qid
    assert "<t=" not in sent

    page.get_by_label("Bản đầy đủ: có số giấy tờ").check()
    page.get_by_role("img", name="Mã ĐẦY ĐỦ của THU GUI").wait_for()
    assert read(saved(page)).startswith("001189000258|")


def saved(page: Page) -> bytes:
    """The picture as the browser saves it."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Lưu ảnh").click()
    assert waiting.value.suggested_filename == "motma.png"
    return waiting.value.path().read_bytes()
