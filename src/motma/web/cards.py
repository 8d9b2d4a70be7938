"""Cards over HTTP: mine with its reasons, and a person's as of a past moment."""

from datetime import datetime

import msgspec
from starlette.requests import Request

from motma.cards import service as cards
from motma.cards.card import Card
from motma.cards.service import Where
from motma.identity import service as identity
from motma.kernel.errors import Malformed
from motma.rules.facts import FIRST_YEAR, LAST_YEAR
from motma.web.calls import gate_of, platform_of, require_person, require_role
from motma.web.operations import Operation, post
from motma.web.reads import log_read


class CardWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose card, where, true when and as known when; now where nothing is said."""

    qid: str
    where: Where = Where()
    true_at: datetime | None = None
    known_at: datetime | None = None


async def my_card(request: Request, _body: None) -> Card:
    """My card where I live: why, until when, and what would improve it."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        person = await identity.resolve(db, platform.means, person_id)
        now = platform.clock.now()
        return await cards.at_home(db, platform.means, gate_of(request).shelf, person, now)


async def card_as_of(request: Request, body: CardWanted) -> Card:
    """A person's card at any place, as it was or is; for corrections and complaints."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    now = platform.clock.now()
    true_at, known_at = body.true_at or now, body.known_at or now
    for moment, field in ((true_at, "true_at"), (known_at, "known_at")):
        if moment.tzinfo is None:
            raise Malformed("card.moment-without-offset", field)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise Malformed("card.moment-out-of-range", field)
    async with platform.transaction() as db:
        person = await identity.find(db, platform.means, body.qid)
        await log_read(db, platform, session, person.person_id)
        return await cards.as_of(
            db,
            platform.means,
            person.person_id,
            body.where,
            true_at=true_at,
            known_at=min(known_at, now),
        )


OPERATIONS = [
    Operation(method="GET", path="/v1/me/card", handler=my_card, answer=Card, auth="person",
              summary="My card and why", tag="me"),
    post("/v1/cards:as-of", card_as_of, CardWanted, Card, "A person's card as of a moment"),
]  # fmt: skip
