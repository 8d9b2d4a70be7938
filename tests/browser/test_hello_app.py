"""The example app, connected to a running platform as its page says: asked, shown, told, ended."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.serving import Site
from tests.browser.wallet import PATIENCE_S, PHONE, Holder, Person, add, on_platform

from motma.access import service as access
from motma.interop import apps
from motma.interop.model import Registration

ROOT: Final = Path(__file__).parents[2]
CLIENT: Final = ROOT / "clients/python/src"


@dataclass(frozen=True, slots=True)
class Hello:
    """The running app."""

    origin: str


@pytest.fixture(scope="module")
def person(site: Site) -> Person:
    """Somebody with the wallet."""
    return on_platform(site, lambda p, db: add(p, db, "Thử Thị An", "001189000207", "1989-05-17"))


@pytest.fixture(scope="module")
def hello(site: Site, person: Person, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hello]:  # noqa: ARG001 - what is seeded runs a loop of its own, before Playwright's begins
    """The example, with a key made as its page says."""
    folder = tmp_path_factory.mktemp("hello")
    env = os.environ | {"PYTHONPATH": str(CLIENT)}
    made = [sys.executable, "-m", "motma_client", "app.key", "app.jwk"]
    subprocess.run(made, cwd=folder, env=env, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    client_id = registered(site, origin, json.loads((folder / "app.jwk").read_text()))
    settings = {"PLATFORM": site.origin, "ORIGIN": origin, "CLIENT_ID": client_id}
    program = [sys.executable, str(ROOT / "examples/hello-app/app.py")]
    server = subprocess.Popen(program, cwd=folder, env=env | settings)
    try:
        until(lambda: answers(origin))
        yield Hello(origin)
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture
def browser_of_hello(hello: Hello, chromium: Browser) -> Browser:  # noqa: ARG001 - the app first
    """Chromium, once the app runs."""
    return chromium


def registered(site: Site, origin: str, jwk: dict[str, Any]) -> str:
    """The client id of the app; its organisation is new."""

    async def register(platform: Any, db: Any) -> str:
        owner = await access.add_organisation(db, platform.means, "Nhà làm ứng dụng thử")
        described = Registration(
            name_vi="Xin chào",
            name_en="Hello",
            redirects=[f"{origin}/back"],
            scopes=["code:read", "card:read", "feed:read"],
            jwk=jwk,
        )
        return str(await apps.register(db, platform.means, owner, described))

    return on_platform(site, register)


def test_somebody_connects_the_app_it_follows_a_new_code_and_forgets_when_told(
    hello: Hello, browser_of_hello: Browser, site: Site, person: Person
) -> None:
    context = browser_of_hello.new_context(locale="vi-VN", viewport=PHONE)
    holder = Holder(context.new_page(), site.origin, site.seeded.codes.pop)
    holder.activate(person.activation)
    page = context.new_page()
    page.goto(hello.origin)
    page.get_by_role("link", name="Connect my QR").click()
    expect(page.get_by_role("heading", name="Cho phép ứng dụng")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Nhà làm ứng dụng thử")
    page.get_by_role("button", name="Cho phép").click()
    page.wait_for_url(f"{hello.origin}/")
    until(lambda: shown_qid(page) == person.qid)

    holder.page.goto(f"{site.origin}/wallet/#/more/leaked")
    holder.page.get_by_role("button", name="Thay mã của tôi").click()
    holder.page.get_by_role("button", name="Thay ngay").click()
    holder.page.get_by_text("Đã thay").first.wait_for()
    until(lambda: bool(reloaded(page)) and shown_qid(page) not in {"", person.qid})

    holder.page.goto(f"{site.origin}/wallet/#/more/apps")
    holder.page.get_by_role("button", name="Ngừng cho phép").click()
    expect(holder.page.get_by_text("Chưa cho phép ứng dụng nào.")).to_be_visible()
    until(lambda: "đã xoá dữ liệu" in reloaded(page))
    context.close()


def test_a_no_goes_back_to_the_app_and_gives_it_nothing(
    hello: Hello, browser_of_hello: Browser, site: Site
) -> None:
    other = on_platform(site, lambda p, db: add(p, db, "Thử Thị Ba", "001189000215", "1989-05-17"))
    context = browser_of_hello.new_context(locale="vi-VN", viewport=PHONE)
    holder = Holder(context.new_page(), site.origin, site.seeded.codes.pop)
    holder.activate(other.activation)
    page = holder.page
    page.goto(f"{hello.origin}/ask")
    page.get_by_role("button", name="Không").click()
    page.wait_for_url(f"{hello.origin}/back?**error=access_denied**")
    page.goto(f"{site.origin}/wallet/#/more/apps")
    expect(page.get_by_text("Chưa cho phép ứng dụng nào.")).to_be_visible()
    context.close()


def test_a_delivery_that_is_not_signed_changes_nothing(hello: Hello) -> None:
    answer = httpx.post(f"{hello.origin}/changes", content=b'{"data": []}')
    assert answer.status_code == 403


def shown_qid(page: Page) -> str:
    """The QID in the symbol on the screen, or nothing."""
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        found = zxingcpp.read_barcodes(picture)
    return found[0].text.split("|")[4] if found else ""


def reloaded(page: Page) -> str:
    """The page's text after a reload."""
    page.reload()
    return page.locator("body").inner_text()


def answers(origin: str) -> bool:
    """Whether the app is up."""
    try:
        return httpx.get(origin, timeout=2).is_success
    except httpx.TransportError:
        return False


def until(true: Any) -> None:
    """Wait for something, with patience."""
    ends = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.2)
