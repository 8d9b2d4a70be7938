"""Connected apps: a person's consent, what an app may know by it, and what has changed since."""

from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from motma.cards import service as cards
from motma.cards.card import Card
from motma.codec.issued import Form
from motma.identity.model import Claim
from motma.interop import apps, consents, feed, model
from motma.interop.model import Consent, Wish
from motma.kernel.clock import Clock
from motma.web.calls import gate_of, platform_of, require_person
from motma.web.clients import require_client
from motma.web.me_devices import Living, living_of
from motma.web.operations import Operation

NDJSON: Final = "application/x-ndjson"


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an app asked a person for, as it stands in the link that led to the wallet."""

    client_id: UUID
    redirect_uri: str
    code_challenge: str
    scope: str
    state: str = ""
    handle: UUID | None = None


class AppAsking(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, in the person's words, and what for."""

    client_id: UUID
    name_vi: str
    name_en: str
    organisation: str
    scopes: list[str]


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes back to; the code in it is good once, until then."""

    redirect: str
    expires_at: datetime


class OwnConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A consent of mine."""

    consent_id: UUID


class Redeemed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the app's server got from the browser, and the verifier that only it knows."""

    code: str
    code_verifier: str
    redirect_uri: str


class Connected(msgspec.Struct, frozen=True, kw_only=True):
    """The app's own name for the person, and what they let it know."""

    handle: UUID
    scopes: list[str]


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """Always this, whether or not the platform knows the person."""

    handle: UUID
    status: str = "accepted"


class ByHandle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody, by the app's own name for them."""

    handle: UUID


class DisplayCode(msgspec.Struct, frozen=True, kw_only=True):
    """The signed strings that every app shows alike, and the QID in them."""

    qid: str
    masked: str
    full: str


async def asked_of_me(request: Request, body: Asked) -> AppAsking:
    """Who asks me for what, before I say yes; declined when the request itself is not in order."""
    await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        app = await apps.find(db, body.client_id)
    wish = _wish(body)
    model.insist(wish, app)
    return AppAsking(
        client_id=app.client_id,
        name_vi=app.name_vi,
        name_en=app.name_en,
        organisation=app.organisation,
        scopes=list(wish.scopes),
    )


async def consent(request: Request, body: Asked) -> Granted:
    """I say yes; the browser takes the code back to the app."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        code, ends = await consents.give(db, platform.means, person_id, _wish(body))
    mark = "&" if "?" in body.redirect_uri else "?"
    parts = {"code": code} | ({"state": body.state} if body.state else {})
    return Granted(redirect=f"{body.redirect_uri}{mark}{urlencode(parts)}", expires_at=ends)


async def my_consents(request: Request, _body: None) -> list[Consent]:
    """Which apps may know what of me."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return await consents.of_person(db, platform.means, person_id)


async def end_my_consent(request: Request, body: OwnConsent) -> None:
    """An app learns nothing of me from now on, but that it has to delete what it has."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        await consents.end(db, platform.means, person_id, body.consent_id)


async def redeem_consent(request: Request, body: Redeemed) -> Connected:
    """The app's server turns the code into its handle for the person."""
    client = await require_client(request, model.CODE)
    platform = platform_of(request)
    async with platform.transaction() as db:
        grant = await consents.use(db, platform.means, body.code)
    good = model.insist_grant(
        grant,
        client_id=client.client_id,
        redirect=body.redirect_uri,
        verifier=body.code_verifier,
    )
    return Connected(handle=good.handle, scopes=good.scopes)


async def enrol_person(request: Request, body: Claim) -> Enrolled:
    """A handle for somebody whom the app knows; it leads to nobody until they consent."""
    client = await require_client(request, "people:enrol")
    platform = platform_of(request)
    async with platform.transaction() as db:
        handle = await consents.enrol(db, platform.means, client.client_id, body)
    return Enrolled(handle=handle)


async def app_code(request: Request, body: ByHandle) -> DisplayCode:
    """The personal QR of somebody who consents, masked and full, the same string as everywhere."""
    client = await require_client(request, model.CODE)
    platform = platform_of(request)
    shelf = gate_of(request).shelf
    async with platform.transaction() as db:
        found = await consents.behind(
            db, platform.means, client.client_id, body.handle, scope=model.CODE
        )
        masked, full = [
            await cards.issue(
                db,
                platform.means,
                shelf,
                found.person,
                form=Form.PHONE,
                full=full,
                wallet=found.consent_id,
            )
            for full in (False, True)
        ]
    return DisplayCode(qid=found.person.qid, masked=masked, full=full)


async def app_living(request: Request, body: ByHandle) -> Living:
    """What makes the living code of a displayed code; it dies with the consent.

    Hand it to the person's own device, which imports it as a key that cannot be read again.
    """
    client = await require_client(request, model.CODE)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        found = await consents.behind(
            db, platform.means, client.client_id, body.handle, scope=model.CODE
        )
    return living_of(platform.means, found.consent_id)


async def app_card(request: Request, body: ByHandle) -> Card:
    """The card at home of somebody who consents."""
    client = await require_client(request, model.CARD)
    platform = platform_of(request)
    async with platform.transaction() as db:
        found = await consents.behind(
            db, platform.means, client.client_id, body.handle, scope=model.CARD
        )
        shelf, now = gate_of(request).shelf, platform.clock.now()
        return await cards.at_home(db, platform.means, shelf, found.person, now)


async def app_changes(request: Request, _body: None) -> Response:
    """What happened since a cursor, as CloudEvents a line; `Motma-Cursor` goes on behind them."""
    client = await require_client(request, "feed:read")
    platform = platform_of(request)
    clock: Clock = platform.clock
    async with platform.pool.acquire() as db:
        after = request.query_params.get("after", "")
        found = await feed.page(db, clock, client.client_id, after=after)
    lines = b"".join(msgspec.json.encode(change) + b"\n" for change in found.changes)
    return Response(lines, media_type=NDJSON, headers={"Motma-Cursor": found.cursor})


def _wish(body: Asked) -> Wish:
    return Wish(
        client_id=body.client_id,
        redirect=body.redirect_uri,
        challenge=body.code_challenge,
        scopes=tuple(dict.fromkeys(body.scope.split())),
        handle=body.handle,
    )


OPERATIONS = [
    Operation(method="POST", path="/v1/me/consents:ask", handler=asked_of_me, body=Asked,
              answer=AppAsking, auth="person", summary="Which app asks me", tag="apps"),
    Operation(method="POST", path="/v1/me/consents", handler=consent, body=Asked, answer=Granted,
              auth="person", summary="Let an app know me", tag="apps"),
    Operation(method="GET", path="/v1/me/consents", handler=my_consents, answer=list[Consent],
              auth="person", summary="Apps that know me", tag="apps"),
    Operation(method="POST", path="/v1/me/consents:end", handler=end_my_consent, body=OwnConsent,
              status=204, auth="person", summary="Take a consent back", tag="apps"),
    Operation(method="POST", path="/v1/apps/consents:redeem", handler=redeem_consent,
              body=Redeemed, answer=Connected, auth="client", summary="Redeem a consent",
              tag="apps"),
    Operation(method="POST", path="/v1/apps/people", handler=enrol_person, body=Claim,
              answer=Enrolled, status=202, auth="client", summary="Enrol somebody", tag="apps"),
    Operation(method="POST", path="/v1/apps/people:code", handler=app_code, body=ByHandle,
              answer=DisplayCode, auth="client", summary="The code to display", tag="apps"),
    Operation(method="POST", path="/v1/apps/people:living", handler=app_living, body=ByHandle,
              answer=Living, auth="client", summary="The living part of a code", tag="apps"),
    Operation(method="POST", path="/v1/apps/people:card", handler=app_card, body=ByHandle,
              answer=Card, auth="client", summary="The card of a consenting person", tag="apps"),
    Operation(method="GET", path="/v1/apps/changes", handler=app_changes, auth="client",
              query=("after",), media_type=NDJSON, summary="What has changed", tag="apps"),
]  # fmt: skip
