"""Anybody's question about a card in their hand; asked without signing in, answered in one word."""

from typing import Final

import msgspec
from starlette.requests import Request

from motma.access.limits import Limit, insist
from motma.kernel.clock import civil_day
from motma.scan.checking import Verdict, check
from motma.web.calls import gate_of, network_of, platform_of
from motma.web.operations import Operation

#: Questions of a network, which may be a whole hospital's.
CHECKS: Final = Limit(name="checks", count=60, window_s=60)


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of the QR on a card."""

    code: str


class Checked(msgspec.Struct, frozen=True):
    """What the card is worth."""

    verdict: Verdict


async def check_card(request: Request, body: Card) -> Checked:
    """Whether a signed card is valid, replaced, expired or forged; nothing about the person.

    A text that we did not sign is `not-signed`, whoever it names.
    """
    return Checked(await verdict_on(request, body.code))


async def verdict_on(request: Request, text: str) -> Verdict:
    """The verdict on a text; Busy for a network that asks too often."""
    platform = platform_of(request)
    now = platform.clock.now()
    insist(platform.counters.take(CHECKS, network_of(request), at_s=now.timestamp()))
    find_key = gate_of(request).keys.find
    async with platform.pool.acquire() as db:
        return await check(db, platform.means, text, find_key, today=civil_day(now))


OPERATIONS = [
    Operation(
        method="POST",
        path="/v1/checks",
        handler=check_card,
        body=Card,
        answer=Checked,
        summary="Is this card still good",
        tag="scan",
    ),
]
