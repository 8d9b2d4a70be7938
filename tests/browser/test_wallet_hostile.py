"""Whatever others chose as names and words is text in the wallet: nothing runs, nothing breaks."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Route
from tests.browser.serving import Site
from tests.browser.wallet import (
    PHONE,
    Holder,
    add,
    entrust,
    holding,
    look_at,
    misspell_a_dose,
    on_platform,
    shown_by,
)

#: Markup, the separators of our own layout, a sign that turns what follows, and one long word.
WORDS: Final = f"<img src=x onerror=\"document.title='owned'\">|<\u202e{'W' * 120}"
#: The register takes no markup as a name, and a code spells it in A to Z.
NAME: Final = "Thử Thị Hại"
#: Fields of the platform's answers that people, places and organisations fill in.
FREE: Final = frozenset({
    "organisation", "organisation_name", "place", "product", "lab", "site", "reason", "label",
    "words", "text", "source", "source_name", "vi", "en", "number", "app_vi", "app_en", "name",
})  # fmt: skip
#: Lists that would be empty for somebody new.
MORE: Final = {
    "/v1/me/records": [
        {
            "record_id": "00000000-0000-0000-0000-000000000001",
            "state": "active",
            "what": {"type": "dose", "on": "2021-09-03", "product": "", "place": ""},
            "provenance": {"source": "", "received_at": "2021-09-03T00:00:00Z"},
        }
    ],
    "/v1/me/passkeys": {
        "on": True,
        "most": 10,
        "passkeys": [
            {"passkey_id": "1", "label": "", "synced": True, "added_at": "2026-01-01T00:00:00Z"}
        ],
    },
    "/v1/me/consents": [
        {
            "consent_id": "1",
            "app_vi": "",
            "app_en": "",
            "organisation": "",
            "scopes": ["card"],
            "given_at": "2026-01-01T00:00:00Z",
        }
    ],
}
PAGES: Final = {
    "": ["Vì sao?"],
    "records": [],
    "reads": ["Báo lượt xem này sai"],
    "more/notices": [],
    "more/family": ["Tôi xác nhận giám hộ", "Thẻ và hồ sơ"],
    "more/devices": [],
    "more/apps": [],
    "more/entry": [],
}


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone."""
    yield from holding(site, chromium)


def poisoned(value: Any) -> Any:
    """The answer with every free word replaced by a hostile one."""
    if isinstance(value, dict):
        return {
            name: WORDS if name in FREE and isinstance(inner, str) else poisoned(inner)
            for name, inner in value.items()
        }
    return [poisoned(inner) for inner in value] if isinstance(value, list) else value


def poison(route: Route) -> None:
    """Answer as a platform would on which everybody has a hostile name."""
    answer = route.fetch()
    path = route.request.url.partition("/v1/")[2]
    plain = answer.headers.get("content-type", "").startswith("application/json")
    if not answer.ok or not plain or "code" in path or "living" in path:
        route.fulfill(response=answer)
        return
    body = MORE.get(f"/v1/{path}", answer.json())
    route.fulfill(response=answer, body=json.dumps(poisoned(body)))


def test_hostile_words_are_shown_as_they_are_and_change_nothing_else(
    site: Site, holder: Holder
) -> None:
    page = holder.page
    one = on_platform(site, lambda p, db: add(p, db, NAME, "001189000373", "1989-05-17"))
    child = on_platform(site, lambda p, db: add(p, db, "Thử Bé Hại", "001219000380", "2019"))
    on_platform(site, lambda p, db: entrust(p, db, child, one))
    on_platform(site, lambda p, db: misspell_a_dose(p, db, NAME, "001189000373"))
    on_platform(site, lambda p, db: look_at(p, db, one, organisation=WORDS))
    holder.activate(one.activation)
    assert shown_by(holder, lambda text: "<t=" in text).split("|")[4] == one.qid
    page.context.route("**/v1/**", poison)
    for name, buttons in PAGES.items():
        page.goto(f"{holder.origin}/wallet/#/{name}")
        page.reload()
        page.locator("main h1").wait_for()
        for button in buttons:
            page.get_by_text(button).first.click()
        page.get_by_text(WORDS).first.wait_for()
        page.wait_for_load_state("networkidle")
        assert wrong(page) == [], name
    page.context.unroute_all(behavior="wait")


def wrong(page: Page) -> list[str]:
    """What hostile words did to the page."""
    found: list[str] = page.evaluate(_WRONG, [PHONE["width"], WORDS])
    return found


#: A word that turns may only turn what stands in an element of its own.
_WRONG: Final = """([width, words]) => {
    const found = [];
    if (document.title.includes("owned")) found.push("it ran");
    if (document.querySelector("main img[src=x]")) found.push("it is markup");
    if (document.documentElement.scrollWidth > width) found.push("it is too wide");
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const { textContent, parentElement } = walk.currentNode;
        if (!textContent.includes("\\u202e")) continue;
        const alone = parentElement.textContent.trim() === words;
        const kept = alone && getComputedStyle(parentElement).unicodeBidi === "isolate";
        if (!kept) found.push(`it turns ${parentElement.outerHTML.slice(0, 200)}`);
    }
    return found;
}"""
