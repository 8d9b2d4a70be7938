"""The public list of apps: read without a script, found by name, each with its evidence."""

import base64
import json

import httpx
from playwright.sync_api import expect
from tests.browser.reader import Gatekeeper
from tests.browser.serving import Site
from tests.browser.wallet import on_platform

from motma.access import service as access
from motma.bootstrap import Platform
from motma.codec import es256, jwks
from motma.interop import apps
from motma.interop.conformance.model import Outcome, Report, Result
from motma.interop.listing import service as listing
from motma.interop.model import Registration
from motma.keys.model import Purpose
from motma.storage.pool import Connection

#: A name to attack with.
HOSTILE = "<img src=x onerror=document.title='owned'>|<"


async def _two_apps(platform: Platform, db: Connection) -> None:
    """One that conforms and one that does not, whose maker chose a name to attack with."""
    owner = await access.add_organisation(db, platform.means, "Nhà làm ứng dụng thử")
    for name, good in (("Sổ sức khỏe", True), (HOSTILE, False)):
        described = Registration(
            name_vi=name, name_en=name, redirects=["https://app.example/back"],
            scopes=["code:read"], jwk=platform.keyring.jwks(Purpose.CLIENT)["keys"][0],
        )  # fmt: skip
        client_id = await apps.register(db, platform.means, owner, described)
        outcome = Outcome.PASSED if good else Outcome.FAILED
        results = [Result(code="display.decodes", outcome=outcome, findings=[name])]
        report = Report(profile="display", app=name, results=results)
        await listing.take(db, platform.means, client_id, report)


def test_apps_are_listed_by_their_signed_reports_and_found_by_name(
    site: Site, gatekeeper: Gatekeeper
) -> None:
    on_platform(site, _two_apps)
    page = gatekeeper.page
    page.goto(f"{site.origin}/apps/")
    assert page.evaluate("document.scripts.length") == 0
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("row").filter(has_text="Sổ sức khỏe")).to_contain_text("✓ Đạt")
    assert gatekeeper.violations() == []
    page.get_by_role("link", name="English").click()
    page.get_by_label("Search by name").fill("onerror")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_text("How to fix it")).to_be_visible()
    assert gatekeeper.violations() == []
    assert page.title() != "owned"
    page.set_viewport_size({"width": 320, "height": 568})  # 400 % of 1280
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_report_is_signed_by_a_published_key(site: Site) -> None:
    on_platform(site, _two_apps)
    (standing,) = httpx.get(f"{site.origin}/v1/apps").json()[0]["profiles"]
    text = httpx.get(f"{site.origin}/v1/apps/reports/{standing['report_id']}").text
    keys = jwks.parse(httpx.get(f"{site.origin}/v1/apps/reports/keys").json())
    head, body, signature = (part + "=" * (-len(part) % 4) for part in text.split("."))
    key = keys.find(json.loads(base64.urlsafe_b64decode(head))["kid"])
    assert key is not None
    signed = text.rpartition(".")[0].encode()
    digits = es256.to_digits(base64.urlsafe_b64decode(signature))
    assert es256.verify(key, digits, signed)
    assert json.loads(base64.urlsafe_b64decode(body))["report_id"] == standing["report_id"]
    assert httpx.get(f"{site.origin}/v1/apps/reports/{'0' * 32}").status_code == 404
