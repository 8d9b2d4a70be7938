"""Apps, consents and what an app hears; pure."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from motma.interop.errors import GrantRefused, RedirectRefused
from motma.kernel.errors import Malformed

#: What a person may let an app do. Each scope of a client; consent names some of them.
CODE: Final = "code:read"  # the display string, masked and full
CARD: Final = "card:read"  # colour and until when
PERSONAL: Final = (CODE, CARD)

#: Between a person's yes and the app's redeeming it. Source: RFC 6749 §4.1.2 advises ten minutes.
GRANT_LIFE: Final = timedelta(minutes=2)
#: How long a used or expired grant is kept, to refuse it knowingly.
GRANT_KEPT: Final = timedelta(days=1)
#: How long an ended consent is kept, for the person to see.
CONSENT_KEPT: Final = timedelta(days=31)
#: How long the feed keeps what it told.
FEED_KEPT: Final = timedelta(days=30)
#: Changes in one answer of the feed.
PAGE: Final = 1000

CLAIM_COLUMN: Final = "app_handle.claim"

_CHALLENGE: Final = 43  # characters of base64url of SHA-256
_LONGEST_REDIRECT: Final = 500
_MOST_REDIRECTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app as people see it; its key and its organisation are those of its client."""

    client_id: UUID
    name_vi: str
    name_en: str
    organisation: str
    redirects: tuple[str, ...]
    scopes: tuple[str, ...]
    active: bool


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody let an app know, as they see it in the wallet."""

    consent_id: UUID
    client_id: UUID
    app_vi: str
    app_en: str
    organisation: str
    scopes: list[str]
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an app asked a person for, by way of their browser (RFC 6749 §4.1.1, RFC 7636)."""

    client_id: UUID
    redirect: str
    challenge: str
    scopes: tuple[str, ...]
    handle: UUID | None  # the app's own name for whom it expects


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a code stands for."""

    client_id: UUID
    handle: UUID
    redirect: str
    challenge: str
    scopes: list[str]


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app as its makers describe it."""

    name_vi: str
    name_en: str
    redirects: list[str]
    scopes: list[str]
    jwk: dict[str, object]


def check_redirects(redirects: Sequence[str]) -> tuple[str, ...]:
    """Addresses to come back to: HTTPS, or this machine's own for somebody who is developing."""
    if not 0 < len(redirects) <= _MOST_REDIRECTS:
        raise Malformed("interop.redirects-count", "redirects")
    for each in redirects:
        parts = urlsplit(each)
        local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
        plain = each.isascii() and each.isprintable() and " " not in each and not parts.fragment
        if not (plain and parts.hostname and (parts.scheme == "https" or local)):
            raise Malformed("interop.redirect-form", "redirects")
        if len(each) > _LONGEST_REDIRECT or parts.username is not None:
            raise Malformed("interop.redirect-form", "redirects")
    return tuple(dict.fromkeys(redirects))


def insist(wish: Wish, app: App) -> None:
    """An app may ask for what it is allowed, to come back where it said; else a decline."""
    if wish.redirect not in app.redirects:
        raise RedirectRefused
    if len(wish.challenge) != _CHALLENGE:
        raise Malformed("interop.challenge-form", "challenge")
    if not wish.scopes or not set(wish.scopes) <= set(PERSONAL) & set(app.scopes):
        raise Malformed("access.scope-unknown", "scopes")


def insist_grant(grant: Grant | None, *, client_id: UUID, redirect: str, verifier: str) -> Grant:
    """The grant, if this app may redeem it so (RFC 7636 §4.6, method S256); GrantRefused else."""
    if grant is None or grant.client_id != client_id or grant.redirect != redirect:
        raise GrantRefused
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier[:128].encode()).digest())
    if not hmac.compare_digest(made.rstrip(b"=").decode(), grant.challenge):
        raise GrantRefused
    return grant
