"""Anybody asks a page without a script whether a paper card is still good."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from tests.browser.reader import Gatekeeper
from tests.browser.serving import Site
from tests.browser.symbols import write_picture


def test_a_card_is_checked_by_text_or_picture_without_a_script_in_both_languages(
    site: Site, gatekeeper: Gatekeeper, tmp_path: Path
) -> None:
    page = gatekeeper.page
    page.goto(f"{site.origin}/check/")
    assert page.evaluate("document.scripts.length") == 0
    assert gatekeeper.violations() == []
    page.get_by_label("Hoặc nội dung mã").fill(site.seeded.paper)
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.get_by_role("status")).to_contain_text("Thẻ còn giá trị")
    assert gatekeeper.violations() == []
    page.get_by_label("Hoặc nội dung mã").fill(site.seeded.paper.replace("NGHIEM", "NGHIEN"))
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.get_by_role("status")).to_contain_text("Thẻ giả")
    page.get_by_role("link", name="English").click()
    write_picture(tmp_path / "card.png", site.seeded.revoked)
    page.get_by_label("Picture of the QR").set_input_files(tmp_path / "card.png")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_contain_text("The card was replaced")
    assert gatekeeper.violations() == []
    page.set_viewport_size({"width": 320, "height": 568})  # 400 % of 1280
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b"\xff" * 1000),
        ("multipart/form-data", b""),
        ("application/json", b"{}"),
        ("multipart/form-data; boundary=x",
         b'--x\r\nContent-Disposition: form-data; name="picture"\r\n\r\nGIF\r\n--x--'),
    ],
    ids=["unnamed", "garbage", "no-boundary", "json", "no-picture"],
)  # fmt: skip
def test_a_form_that_is_none_gets_one_sentence(site: Site, kind: str, body: bytes) -> None:
    answer = httpx.post(f"{site.origin}/check/", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert "Không đọc được" in answer.text


def test_a_hostile_text_is_only_a_text(site: Site) -> None:
    hostile = "<img src=x onerror=alert(1)>|<\u202e"
    answer = httpx.post(f"{site.origin}/check/", files={"text": (None, hostile)})
    assert answer.status_code == 200
    assert "onerror" not in answer.text
    assert "form-action 'self'" in answer.headers["content-security-policy"]
