"""Passkeys in the wallet, with Chromium's own virtual authenticator: made, used, removed."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect
from tests.browser.serving import Site
from tests.browser.wallet import Holder, add, holding, on_platform, shown_by

#: A phone whose owner just touched its sensor.
_AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def holder(site: Site, chromium: Browser) -> Iterator[Holder]:
    """Somebody with a phone; browsers know passkeys for names, not for addresses."""
    yield from holding(site, chromium, host="localhost")


@pytest.fixture
def other(site: Site, chromium: Browser) -> Iterator[Holder]:
    """The same person's next phone."""
    yield from holding(site, chromium, host="localhost")


def test_a_passkey_is_made_brings_the_wallet_to_another_phone_and_is_removed(
    site: Site, holder: Holder, other: Holder
) -> None:
    one = on_platform(site, lambda p, db: add(p, db, "Thử Khoá", "001189000266", "1989-05-17"))
    holder.activate(one.activation)
    page, sensor, name = touchable(holder)
    page.goto(f"{holder.origin}/wallet/#/more/entry")
    page.get_by_label("Tên khoá").fill("<img src=x> của mẹ")
    page.get_by_role("button", name="Tạo khoá truy cập").click()
    page.get_by_text("Đã tạo khoá.").wait_for()
    assert holder.violations() == []
    (credential,) = sensor.send("WebAuthn.getCredentials", {"authenticatorId": name})["credentials"]

    enter(other, credential)
    shown_by(other, lambda text: text.split("|")[4] == one.qid and "<t=" in text)

    page.bring_to_front()
    page.get_by_role("button", name="Gỡ khoá này").click()
    page.get_by_text("Đã gỡ.").wait_for()
    expect(page.get_by_text("Chưa có khoá nào.")).to_be_visible()


def touchable(holder: Holder) -> tuple[Page, CDPSession, str]:
    """The page of a phone with a sensor."""
    sensor = holder.page.context.new_cdp_session(holder.page)
    sensor.send("WebAuthn.enable")
    made = sensor.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    return holder.page, sensor, made["authenticatorId"]


def enter(holder: Holder, credential: dict[str, Any]) -> None:
    """Sign in with a passkey that the maker's cloud brought to this phone."""
    page, sensor, name = touchable(holder)
    sensor.send("WebAuthn.addCredential", {"authenticatorId": name, "credential": credential})
    page.goto(f"{holder.origin}/wallet/")
    page.get_by_text("Cách khác: khoá truy cập").click()
    page.get_by_role("button", name="Vào bằng khoá truy cập").click()
    holder.symbol.wait_for()
