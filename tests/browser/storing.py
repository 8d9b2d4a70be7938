"""A snapshot of the tests' own making before a page: other ages, other endings, same people."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import httpx
import msgspec
from playwright.sync_api import Page, Route
from tests.snapshotting import SALT, SIGNER, file

from motma.cards.snapshot import delta, ended, model
from motma.cards.snapshot.model import Ages, Body

_SNAPSHOT: Final = re.compile(r"/v1/snapshot(\?|$)")


def real(origin: str) -> Body:
    """What the platform's own snapshot says now."""
    keys = httpx.get(f"{origin}/v1/snapshot/keys").json()
    found = httpx.get(f"{origin}/v1/snapshot").content
    return model.read(found, model.trusting(keys)).body


def give(
    page: Page,
    origin: str,
    *,
    entries: Iterable[str] = (),
    later: Iterable[str] | None = None,
    ages: Ages | None = None,
) -> list[str]:
    """Answer the page's questions for a snapshot by one that says this, signed by another key.

    Whoever asks what came since hears of `later` in a delta. Returns what was answered, as it goes.
    """
    body = msgspec.structs.replace(
        real(origin),
        signers=SIGNER.key_set(),
        ended=ended.ended(entries, salt=SALT),
        ages=ages or Ages(),
    )
    whole, step = file(body), _delta(body, later or ())
    answered: list[str] = []

    def answer(route: Route) -> None:
        continued = "since=" in route.request.url
        answered.append("delta" if continued and later else "none" if continued else "whole")
        if answered[-1] == "none":
            route.fulfill(status=204)
        else:
            made = step if answered[-1] == "delta" else whole
            route.fulfill(body=made, content_type="application/octet-stream")

    def keys(route: Route) -> None:
        route.fulfill(json=SIGNER.key_set())

    page.route(_SNAPSHOT, answer)
    page.route("**/v1/snapshot/keys", keys)
    return answered


def _delta(base: Body, later: Iterable[str]) -> bytes:
    """What leads from a snapshot to one a minute later, with more entries."""
    add = ended.ended(later, salt=SALT)
    row = msgspec.structs.replace(base.ended, hashes=base.ended.changed(add=add.hashes, drop=b""))
    newer = base.as_of + timedelta(minutes=1)
    body = msgspec.structs.replace(base, as_of=newer, ended=row)
    nothing = msgspec.structs.replace(add, hashes=b"")
    return delta.write(
        body, base=base.as_of, add=add, drop=nothing, kid=SIGNER.kid, sign=SIGNER.sign
    )
