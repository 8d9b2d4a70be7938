"""The camera of a gate: a code that is held up is read and asked about once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Request, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site, launch

ENTRY = "Vào cửa"


@pytest.fixture
def facing(site: Site, tmp_path: Path) -> Iterator[Gatekeeper]:
    """Somebody whose camera sees the paper code of the seeded person."""
    with launch(tmp_path / "code.y4m", site.seeded.paper) as chromium:
        page = chromium.new_context(locale="vi-VN").new_page()
        keeper = Gatekeeper(page, site.origin, site.seeded.codes.pop)
        yield keeper
        keeper.check_promises()


def test_a_held_up_code_is_read_asked_once_and_answered(facing: Gatekeeper, site: Site) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/scans") and request.post_data:
            asked.append(json.loads(request.post_data)["code"])

    facing.page.on("request", note)
    facing.work(GUARD, ENTRY, MARKET)
    facing.heading("Hợp lệ")
    expect(facing.answer).to_contain_text("1989")
    facing.page.wait_for_timeout(3_500)  # longer than a code counts as the same
    assert asked == [site.seeded.paper]
    assert facing.violations() == []
