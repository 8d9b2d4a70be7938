"""What a person does in the wallet, and people of whom the tests know everything."""

import asyncio
import io
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Locator, ViewportSize
from tests.browser.reader import Gatekeeper
from tests.browser.seeding import DOSE_DAY, SITE
from tests.browser.serving import Site

from motma.access import service as access
from motma.bootstrap import Platform, Settings, open_platform
from motma.identity import guardianship, service
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.service import Registered
from motma.kernel.ids import uuid7
from motma.records import service as records
from motma.records.model import About, Delivery, Dose
from motma.storage.pool import Connection

#: A phone of the cheaper kind.
PHONE: Final = ViewportSize(width=390, height=844)
#: Chromium's own remark on a page that is reloaded without a network.
OFFLINE: Final = "net::ERR_INTERNET_DISCONNECTED"
#: Longer than anything takes on a loaded machine, seconds.
PATIENCE_S: Final = 30

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an activation code that was not used yet."""

    qid: str
    activation: str


def on_platform(site: Site, work: Callable[[Platform, Connection], Coroutine[Any, Any, _T]]) -> _T:
    """Do something on the running platform as its operator would.

    In a thread of its own: Playwright holds this one's event loop.
    """

    async def through() -> _T:
        async with (
            open_platform(Settings(home=site.home)) as platform,
            platform.transaction() as db,
        ):
            return await work(platform, db)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, through()).result()


async def add(platform: Platform, db: Connection, name: str, number: str, born: str) -> Person:
    """Register somebody whose document was seen, and print their activation code."""
    document = ShownDocument(kind="cccd", number=number, seen=True)
    claim = Claim(full_name=name, birth=born, sex="female", documents=(document,))
    made = await service.register(
        db, platform.means, claim, source="registrar", assurance=Assurance.SEEN
    )
    assert isinstance(made, Registered)
    person = await service.find(db, platform.means, made.qid)
    code, _ = await access.new_code(db, platform.means, person_id=person.person_id)
    return Person(qid=made.qid, activation=code)


async def entrust(platform: Platform, db: Connection, child: Person, guardian: Person) -> None:
    """A guardianship as a registrar enters it; the guardian has still to confirm."""
    ids = [(await service.find(db, platform.means, one.qid)).person_id for one in (child, guardian)]
    await guardianship.add_guardian(
        db, platform.means, dependant_id=ids[0], guardian_id=ids[1], evidence="giấy khai sinh"
    )


async def misspell_a_dose(platform: Platform, db: Connection, name: str, number: str) -> None:
    """A dose that came with the birth date of nobody like the one whose document it names."""
    about = About(full_name=name, birth="1951-11-27", document_number=number)
    what = Dose(disease="840539006", product="EU/1/20/1528", on=DOSE_DAY, place=SITE)
    one = Delivery(id=f"wallet {number}", about=about, what=what)
    (got,) = await records.receive(db, platform.means, "registry", [one])
    assert not got.attached


async def look_at(platform: Platform, db: Connection, seen: Person, *, organisation: str) -> None:
    """A registrar of this organisation reads everything of somebody."""
    person = await service.find(db, platform.means, seen.qid)
    details = {
        "organisation_name": organisation,
        "role": "registrar",
        "purpose": "registration",
        "saw": ["full_name", "birth", "documents"],
    }
    device_id = uuid7(platform.clock.now())
    await platform.means.log(
        db, "identity.read", details, person_id=person.person_id, device_id=device_id
    )


@dataclass
class Holder(Gatekeeper):
    """Somebody with the wallet in hand."""

    def activate(self, code: str) -> None:
        """Open the wallet for the first time."""
        self.page.goto(f"{self.origin}/wallet/")
        self.page.get_by_label("Mã kích hoạt").fill(code)
        self.page.get_by_role("button", name="Kích hoạt").click()
        self.symbol.wait_for()

    @property
    def symbol(self) -> Locator:
        """The QR."""
        return self.page.get_by_role("img", name="Mã QR")

    def read(self) -> str:
        """What a camera before the screen reads."""
        with Image.open(io.BytesIO(self.page.screenshot())) as picture:
            (found,) = zxingcpp.read_barcodes(picture)
        return str(found.text)

    def open(self, page: str) -> None:
        """Go to a page by the bar at the foot."""
        self.page.get_by_role("navigation").get_by_role("link", name=page).click()


def holding(
    site: Site,
    chromium: Browser,
    *,
    viewport: ViewportSize = PHONE,
    host: str = "127.0.0.1",
    workers: Literal["allow", "block"] = "allow",
) -> Iterator[Holder]:
    """Somebody with a phone; at the end the page must have kept its promises."""
    context = chromium.new_context(locale="vi-VN", viewport=viewport, service_workers=workers)
    origin = site.origin.replace("127.0.0.1", host)
    one = Holder(context.new_page(), origin, site.seeded.codes.pop)
    yield one
    one.complaints[:] = [each for each in one.complaints if OFFLINE not in each]
    one.check_promises()
    context.close()


def shown_by(holder: Holder, expected: Callable[[str], bool]) -> str:
    """What the screen says, as soon as a camera reads what is expected there."""
    holder.page.bring_to_front()
    until, text = time.monotonic() + PATIENCE_S, ""
    while time.monotonic() < until:
        try:
            text = holder.read()
        except ValueError:  # no symbol on the screen yet
            text = ""
        if text and expected(text):
            return text
        holder.page.wait_for_timeout(100)
    raise AssertionError("the screen never showed what was expected")
