"""A handheld reader types the code; a Vietnamese input method may sit in between."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import FULL_NAME, GUARD, MARKET
from tests.browser.serving import Site

ENTRY = "Vào cửa"

#: Codes of the physical keys on the layout that readers type on, and whether Shift is held.
_KEYS = {" ": ("Space", False), "|": ("Backslash", True), "*": ("Digit8", True)} | {
    "-": ("Minus", False),
    "<": ("Comma", True),
    "=": ("Equal", False),
}


#: What a French keyboard gives for keys that our codes use; ui/shared/layouts.ts has all.
_FRENCH = (
    {(f"Digit{at}", False): letter for at, letter in enumerate("à&é\"'(-è_ç")}
    | {(f"Key{key}", True): letter for key, letter in zip("QWAZM", "AZQW?", strict=True)}
    | {
        ("Digit8", True): "8",
        ("Comma", True): ".",
        ("Backslash", True): "µ",
        ("Minus", False): ")",
    }
)


@pytest.fixture
def sent(gatekeeper: Gatekeeper) -> Callable[[], list[str]]:
    """The codes that the page asked about so far."""
    bodies: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/scans") and request.post_data:
            bodies.append(json.loads(request.post_data)["code"])

    gatekeeper.page.on("request", note)
    return lambda: bodies


def test_a_trigger_needs_no_click_whatever_has_the_focus(
    gatekeeper: Gatekeeper, site: Site, sent: Callable[[], list[str]]
) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.get_by_role("button", name="English").focus()
    gatekeeper.wedge(site.seeded.paper)
    gatekeeper.heading("Hợp lệ")
    assert sent() == [site.seeded.paper]


def test_text_that_telex_changed_is_put_right_where_only_one_text_explains_it(
    gatekeeper: Gatekeeper, site: Site, sent: Callable[[], list[str]]
) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(site.seeded.foreign.replace("LEE KIM", "LÊ KIM"))
    gatekeeper.heading("Hợp lệ")
    assert sent() == [site.seeded.foreign]
    expect(gatekeeper.page.get_by_text("Bộ gõ Telex đã đổi chữ")).to_be_visible()


def test_text_that_cannot_be_put_right_is_not_sent_and_says_what_to_switch_off(
    gatekeeper: Gatekeeper, sent: Callable[[], list[str]]
) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge("******|NGUYỄN VĂN AN|1989-**-**|0|555459090998230048|<<<<")
    expect(gatekeeper.page.get_by_text("Tắt bộ gõ")).to_be_visible()
    assert sent() == []


def test_physical_keys_are_believed_where_an_input_method_composes(
    gatekeeper: Gatekeeper, site: Site, sent: Callable[[], list[str]]
) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.get_by_label("Đầu đọc cầm tay").focus()
    _compose(gatekeeper.page, site.seeded.foreign)
    gatekeeper.page.keyboard.insert_text(site.seeded.foreign.replace("LEE", "LỄ"))
    gatekeeper.page.keyboard.press("Enter")
    gatekeeper.heading("Hợp lệ")
    assert sent() == [site.seeded.foreign]


def test_a_french_keyboard_changes_nothing_that_a_reader_types(
    gatekeeper: Gatekeeper, site: Site, sent: Callable[[], list[str]]
) -> None:
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.page.get_by_label("Đầu đọc cầm tay").focus()
    _type_in_french(gatekeeper.page, site.seeded.paper)
    gatekeeper.page.keyboard.press("Enter")
    gatekeeper.heading("Hợp lệ")
    assert sent() == [site.seeded.paper]
    expect(gatekeeper.page.get_by_text("chọn bàn phím Mỹ")).to_be_visible()


def test_the_number_of_an_identity_card_alone_asks_for_what_else_stands_on_it(
    gatekeeper: Gatekeeper, sent: Callable[[], list[str]]
) -> None:
    page = gatekeeper.page
    gatekeeper.work(GUARD, ENTRY, MARKET)
    page.get_by_label("Đầu đọc cầm tay").fill("001189000017")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chỉ có số thì chưa tra được")).to_be_visible()
    assert gatekeeper.violations() == []
    page.get_by_label("Họ và tên").fill(FULL_NAME)
    page.get_by_label("Ngày sinh").fill("31/2/1989")
    page.get_by_label("Giới tính").select_option("Nữ")
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.get_by_text("chưa đúng dạng")).to_be_visible()
    page.get_by_label("Ngày sinh").fill("17/5/1989")
    page.get_by_role("button", name="Kiểm tra").click()
    gatekeeper.heading("Không có chữ ký")
    assert sent() == [f"001189000017||{FULL_NAME}|17051989|Nữ|"]


def test_the_card_of_a_citizen_keeps_its_vietnamese_name(
    gatekeeper: Gatekeeper, sent: Callable[[], list[str]]
) -> None:
    card = "001189000041||Nguyễn Thị Thẻ|17051989|Nữ|Hà Nội|01012022"
    gatekeeper.work(GUARD, ENTRY, MARKET)
    gatekeeper.wedge(card)
    expect(gatekeeper.answer).to_be_visible()
    assert sent() == [card]


def _type_in_french(page: Page, text: str) -> None:
    """A reader on the US layout at a computer that believes its keyboard to be French."""
    devtools = page.context.new_cdp_session(page)
    for character in text:
        code, shift = _KEYS.get(character) or _plain(character)
        given = _FRENCH.get((code, shift), character)
        press = {"key": given, "code": code, "modifiers": 8 if shift else 0}
        devtools.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": given, **press})


def _compose(page: Page, text: str) -> None:
    """Key presses as Chromium reports them while an input method composes."""
    devtools = page.context.new_cdp_session(page)
    for character in text:
        code, shift = _KEYS.get(character) or _plain(character)
        devtools.send(
            "Input.dispatchKeyEvent",
            {
                "type": "rawKeyDown",
                "key": "Process",
                "code": code,
                "windowsVirtualKeyCode": 229,
                "modifiers": 8 if shift else 0,
            },
        )


def _plain(character: str) -> tuple[str, bool]:
    if character.isdigit():
        return f"Digit{character}", False
    return f"Key{character.upper()}", character.isupper()
