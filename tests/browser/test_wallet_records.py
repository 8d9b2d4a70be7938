"""Records and claims in the wallet: why a dose is missing, the claim, its answer, its end."""

import io
from collections.abc import Iterator
from typing import Final
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from tests.browser.seeding import DOSE_DAY, SITE
from tests.browser.serving import Site
from tests.browser.wallet import Holder, Person, add, holding, misspell_a_dose, on_platform

from motma.bootstrap import Platform
from motma.identity import service as identity
from motma.records.claims import deciding, showing
from motma.records.claims.model import Acceptance
from motma.storage.pool import Connection

#: Nobody works at this registrar's desk: the decisions are made as the desk's operations do.
DESK: Final = UUID(int=7)


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


def paper() -> bytes:
    """A photo of a page."""
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(file, "PNG")
    return file.getvalue()


async def decide(platform: Platform, db: Connection, person: Person, answer: str) -> bool:
    """A registrar decides the person's open claim; says whether a photo came with it."""
    owner = await identity.find(db, platform.means, person.qid)
    claims = await deciding.open_claims(db, platform.means)
    (listed,) = [one for one in claims if one.person_id == owner.person_id]
    key = {"person_id": listed.person_id, "claim_id": listed.claim_id}
    seen = await showing.show(db, platform.means, **key)
    if answer == "attached":
        (record,) = seen.records
        accepted = Acceptance(
            effect="attached", reason="Đã xem giấy", record_id=record.record.record_id
        )
        await deciding.accept(db, platform.means, **key, accepted=accepted, by=DESK)
    else:
        await deciding.refuse(db, platform.means, **key, reason=answer, by=DESK)
    return seen.photo is not None


def test_a_missing_dose_is_explained_claimed_with_a_photo_and_attached(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    person = on_platform(
        site, lambda p, db: add(p, db, "Trần Thị Chờ Mũi", "001189000223", "1989-05-17")
    )
    on_platform(site, lambda p, db: misspell_a_dose(p, db, "Trần Thị Chờ Mũi", "001189000223"))
    holder.activate(person.activation)
    holder.open("Hồ sơ")
    page.get_by_text("Chưa có bản ghi nào.").wait_for()
    page.get_by_label("Ngày").fill(DOSE_DAY)
    page.get_by_label("Nơi tiêm hoặc xét nghiệm").fill(SITE)
    page.get_by_role("button", name="Vì sao không có?").click()
    expect(page.get_by_text("ngày sinh không khớp")).to_be_visible()
    page.get_by_label("Ghi chú cho cán bộ").fill("Tôi có giấy <b>tiêm</b>")
    picture = {"name": "paper.png", "mimeType": "image/png", "buffer": paper()}
    page.get_by_label("Ảnh giấy").set_input_files(picture)  # type: ignore[arg-type]
    assert holder.violations() == []
    page.get_by_role("button", name="Gửi yêu cầu").click()
    expect(page.get_by_text("Đã gửi. Hạn trả lời:")).to_be_visible()
    expect(page.get_by_text("Đang chờ")).to_be_visible()

    assert on_platform(site, lambda p, db: decide(p, db, person, "attached"))
    page.reload()
    expect(page.get_by_text("Chấp nhận")).to_be_visible()
    expect(page.get_by_text("Đã xem giấy")).to_be_visible()
    expect(page.get_by_text("cán bộ gắn theo yêu cầu của bạn")).to_be_visible()

    page.get_by_role("button", name="Bản ghi này sai").click()
    page.get_by_label("Ghi chú cho cán bộ").fill("Sai ngày")
    page.get_by_role("button", name="Gửi yêu cầu").click()
    expect(page.get_by_text("Đang chờ")).to_be_visible()
    on_platform(site, lambda p, db: decide(p, db, person, "Giấy ghi đúng ngày này"))
    page.reload()
    expect(page.get_by_text("Từ chối")).to_be_visible()
    expect(page.get_by_text("Giấy ghi đúng ngày này")).to_be_visible()
    page.get_by_text("Điều gì đã xảy ra với bản ghi này").click()
    expect(page.get_by_text("được gắn vào hồ sơ của bạn")).to_be_visible()
    assert holder.violations() == []
