"""A snapshot of the tests' own making before a page: other ages, other endings, same people."""

import re
from collections.abc import Iterable
from typing import Any, Final

import httpx
import msgspec
from playwright.sync_api import Page, Route
from tests.snapshotting import SALT, SIGNER, file

from motma.cards.snapshot import ended, model
from motma.cards.snapshot.model import Ages, Body

_SNAPSHOT: Final = re.compile(r"/v1/snapshot(\?|$)")


def real(origin: str) -> Body:
    """What the platform's own snapshot says now."""
    keys = httpx.get(f"{origin}/v1/snapshot/keys").json()
    found = httpx.get(f"{origin}/v1/snapshot").content
    return model.read(found, model.trusting(keys)).body


def give(page: Page, origin: str, *, entries: Iterable[str] = (), ages: Ages | None = None) -> None:
    """Answer the page's questions for a snapshot by one that says this, signed by another key."""
    body = msgspec.structs.replace(
        real(origin),
        signers=SIGNER.key_set(),
        ended=ended.ended(entries, salt=SALT),
        ages=ages or Ages(),
    )
    made = file(body)

    def answer(route: Route) -> None:
        route.fulfill(body=made, content_type="application/octet-stream")

    def keys(route: Route) -> None:
        document: dict[str, Any] = SIGNER.key_set()
        route.fulfill(json=document)

    page.route(_SNAPSHOT, answer)
    page.route("**/v1/snapshot/keys", keys)
