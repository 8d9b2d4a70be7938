"""What a person does at the reader page, and what the page must never do meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import ConsoleMessage, Locator, Page, Request
from tests.browser.seeding import PIN

_AXE: Final = Path(__file__).parents[2] / "ui/node_modules/axe-core/axe.min.js"
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: What a handheld reader leaves between two keys, milliseconds.
WEDGE_GAP_MS: Final = 2


@dataclass
class Gatekeeper:
    """Somebody who works with the page, by its labels and the keyboard."""

    page: Page
    origin: str
    next_code: Callable[[], str]
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(15_000)
        # The page's policy forbids injected scripts; an init script is the browser's own.
        self.page.add_init_script(path=_AXE)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def enrol(self) -> None:
        """Open the page and enrol the device with a fresh one-time code."""
        self.page.goto(f"{self.origin}/reader/")
        self.page.get_by_label("Mã dùng một lần").fill(self.next_code())
        self.page.get_by_label("Tên thiết bị").fill("Máy thử")
        self.page.keyboard.press("Enter")
        self.page.get_by_role("heading", name="Vào ca").wait_for()

    def sign_in(self, login: str, pin: str = PIN) -> None:
        """Start a shift."""
        self.page.get_by_label("Tên đăng nhập").fill(login)
        self.page.get_by_label("Mã PIN").fill(pin)
        self.page.keyboard.press("Enter")

    def stand(self, purpose: str, place: str) -> None:
        """Choose purpose and checkpoint, and start scanning."""
        self.page.get_by_label("Mục đích").select_option(label=purpose)
        self.page.get_by_label("Điểm quét").select_option(label=place)
        self.page.get_by_role("button", name="Bắt đầu quét").click()
        self.page.get_by_role("heading", name="Quét mã").wait_for()

    def work(self, login: str, purpose: str, place: str) -> None:
        """From a fresh device to a checkpoint."""
        self.enrol()
        self.sign_in(login)
        self.stand(purpose, place)

    def wedge(self, text: str) -> None:
        """Pull a handheld reader's trigger; nothing was clicked before."""
        self.page.keyboard.type(text, delay=WEDGE_GAP_MS)
        self.page.keyboard.press("Enter")

    @property
    def answer(self) -> Locator:
        """The large result."""
        return self.page.locator("article")

    def heading(self, text: str) -> Locator:
        """The result whose outcome reads so, once it is there."""
        found = self.answer.get_by_role("heading", name=text, exact=True)
        found.wait_for()
        return found

    def violations(self) -> list[dict[str, Any]]:
        """What axe finds wrong on the page as it is now."""
        options = {"runOnly": _RULES}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            {"rule": each["id"], "where": [node["html"][:120] for node in each["nodes"]]}
            for each in found["violations"]
        ]

    def check_promises(self) -> None:
        """No other host was asked, no policy was broken, nothing crashed."""
        assert self.strangers == []
        assert self.complaints == []

    def _hear(self, message: ConsoleMessage) -> None:
        # A status that the page handles is not a complaint: Chromium logs each of them.
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "blob:", "data:")):
            self.strangers.append(request.url)
