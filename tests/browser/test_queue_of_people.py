"""A camera before a queue of people: quick, one answer each, and words for what goes wrong."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site, launch
from tests.browser.symbols import write_pair, write_queue

ENTRY: Final = "Vào cửa"

#: What the project promises at least, people a minute.
PEOPLE: Final = 30

#: Milliseconds from a readable frame to the answer: the promise, for half of all people.
PROMPT_MS: Final = 300

_SEEN: Final = """(count) => {
    const times = performance.getEntriesByName("motma.scan");
    if (times.length < count) return null;
    return times.map(({ startTime, duration }) => [startTime, duration]);
}"""


def at_the_gate(site: Site, page: Page) -> Gatekeeper:
    keeper = Gatekeeper(page, site.origin, site.seeded.codes.pop)
    keeper.work(GUARD, ENTRY, MARKET)
    return keeper


def test_thirty_people_in_masks_pass_in_a_minute_under_glare_and_motion(
    site: Site, tmp_path: Path
) -> None:
    film = tmp_path / "queue.y4m"
    write_queue(film, site.seeded.crowd)
    with launch(film, None) as chromium:
        page = chromium.new_context(locale="vi-VN").new_page()
        keeper = at_the_gate(site, page)
        asked = page.wait_for_function(_SEEN, arg=PEOPLE, timeout=90_000).json_value()
        keeper.check_promises()
    ends = [start + took for start, took in asked[:PEOPLE]]
    assert ends[-1] - asked[0][0] <= 60_000
    took = sorted(duration for _, duration in asked)
    assert took[len(took) // 2] <= PROMPT_MS


@pytest.mark.parametrize(
    ("codes", "words"),
    [(2, "Có hai mã trong khung"), (1, "Thấy mã QR nhưng không đọc được")],
)
def test_two_codes_and_one_that_nobody_can_read_are_told(
    site: Site, tmp_path: Path, codes: int, words: str
) -> None:
    film = tmp_path / "pair.y4m"
    write_pair(film, site.seeded.crowd[:codes], spoiled=codes == 1)
    with launch(film, None) as chromium:
        keeper = at_the_gate(site, chromium.new_context(locale="vi-VN").new_page())
        expect(keeper.page.get_by_text(words)).to_be_visible(timeout=15_000)
        expect(keeper.answer).to_have_count(0)
        assert keeper.violations() == []
        keeper.check_promises()
