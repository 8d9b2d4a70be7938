"""What a registrar does at the desk page, and what came out of the printer."""

from dataclasses import dataclass, field

from playwright.sync_api import Page, Request, Route, expect
from tests import printed
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import PIN, REGISTRAR

#: Where documents to print come from.
PRINTING = "/v1/people:print"

#: Prints are counted instead of shown, in the frame that holds the document and in the page;
#: and so is all that a clerk does: each press of Enter, and each click.
_COUNTING = """
    window.prints = 0;
    window.print = () => { window.top.prints += 1; };
    window.deeds = 0;
    const count = (event) => { if (event.isTrusted && event.detail !== 0) window.deeds += 1; };
    addEventListener("click", count, true);
    addEventListener("keydown", (event) => { if (event.key === "Enter") window.deeds += 1; }, true);
"""


@dataclass
class Clerk(Gatekeeper):
    """Somebody behind the counter."""

    documents: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Count and keep what is printed."""
        super().__post_init__()
        self.page.add_init_script(_COUNTING)
        self.prints()

    def prints(self) -> None:
        """Keep what goes to the printer."""
        self.page.route(f"**{PRINTING}", self._keep)

    def begin(self) -> Page:
        """From a fresh device to the counter."""
        page = self.page
        page.goto(f"{self.origin}/desk/")
        page.get_by_label("Mã dùng một lần").fill(self.next_code())
        page.get_by_label("Tên thiết bị").fill("Quầy 1")
        page.keyboard.press("Enter")
        page.get_by_label("Tên đăng nhập").fill(REGISTRAR)
        page.get_by_label("Mã PIN").fill(PIN)
        page.keyboard.press("Enter")
        self.awaits()
        return page

    def awaits(self) -> None:
        """Nobody is at the counter."""
        expect(self.page.get_by_role("heading", name="Người tiếp theo")).to_be_visible()

    def paper(self, *, nth: int = 1) -> bytes:
        """The document that went to the printer, once it did so for the nth time."""
        self.page.wait_for_function("nth => window.prints === nth", arg=nth)
        return self.documents[-1]

    def said(self, heading: str) -> None:
        """The step that the counter has come to."""
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()

    def press(self, button: str) -> None:
        """A button, as who works by keys presses it."""
        self.page.get_by_role("button", name=button, exact=True).press("Enter")

    def wedge(self, text: str) -> None:
        """Pull the trigger once the page stands still: a real reader's keys queue, these do not."""
        self.page.evaluate("() => new Promise((done) => requestIdleCallback(() => done(0)))")
        super().wedge(text)

    def registers(self, card: str) -> None:
        """Somebody whose card was never seen here."""
        self.wedge(card)
        expect(self.page.get_by_text("Chưa đăng ký.")).to_be_visible()
        self.page.keyboard.press("Enter")
        self.said("Đã đăng ký")
        self.page.wait_for_function("() => window.prints > 0")

    def opens(self, card: str) -> None:
        """The services of somebody whose card is shown."""
        self.wedge(card)
        expect(self.page.get_by_role("heading", name="So với giấy tờ")).to_be_visible()
        self.page.get_by_role("button", name="Mở dịch vụ").first.click()
        self.page.get_by_role("heading", name="Thẻ và mã").wait_for()

    def confirm(self, button: str, reason: str | None = None) -> None:
        """A service that asks once more before it happens."""
        self.page.get_by_role("button", name=f"{button}…").click()
        dialog = self.page.get_by_role("dialog")
        if reason is not None:
            dialog.get_by_role("textbox").fill(reason)
        dialog.get_by_role("button", name=button, exact=True).click()

    def _watch(self, request: Request) -> None:
        # Chromium shows a document by parts of its own, which are on no network.
        if not request.url.startswith(("chrome-extension:", "chrome:")):
            super()._watch(request)

    def _keep(self, route: Route) -> None:
        answer = route.fetch()
        if answer.ok:
            self.documents.append(answer.body())
        route.fulfill(response=answer)


def codes_on(pdf: bytes) -> list[str]:
    """The texts of the personal codes that are printed, by their first line."""
    found = (code.text for picture in printed.pictures(pdf) for code in printed.read(picture))
    return [text for text in found if "|" in text]


def activation_on(pdf: bytes) -> str:
    """The code that opens a wallet, as the person reads it off the slip."""
    words = printed.words(pdf).split()
    return next(
        word for word in words if word.count("-") == 2 and len(word) == len("XXXX-XXXX-XXXX")
    )
