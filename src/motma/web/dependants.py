"""What a guardian sees of a dependant beside the code: card, records, how fresh they are.

Never where the dependant was: sites, laboratories and whoever reported under a name of their own
are left out. Each look is a read that the dependant finds in their own list.
"""

from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace
from starlette.requests import Request

from motma.access.model import Session
from motma.cards import service as cards
from motma.cards.card import Card
from motma.identity import guardianship
from motma.identity import service as identity
from motma.identity.model import PersonRow
from motma.records import service as records
from motma.records.model import Dose, Recovery, Test, What
from motma.records.showing import Provenance, Shown, reported_by_id
from motma.records.sources import service as sources
from motma.storage.pool import Connection
from motma.web.calls import gate_of, platform_of, require_person
from motma.web.me import Dependant
from motma.web.operations import Operation

#: As whom, and what for, a guardian stands in the dependant's list of reads.
ROLE: Final = "guardian"
PURPOSE: Final = "guardianship"


class DependantRecords(msgspec.Struct, frozen=True, kw_only=True):
    """A dependant's records, and how fresh what we know of each kind is: vi and en."""

    records: list[Shown]
    freshness: list[dict[str, str]]


async def dependant_card(request: Request, body: Dependant) -> Card:
    """A dependant's card where they live: why, until when, and what would improve it."""
    session, guardian_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await _dependant(db, request, body, guardian_id)
        await _log_read(db, request, session, person.person_id, saw=["card", "card_reasons"])
        shelf, now = gate_of(request).shelf, platform.clock.now()
        return await cards.at_home(db, platform.means, shelf, person, now)


async def dependant_records(request: Request, body: Dependant) -> DependantRecords:
    """A dependant's records without places, and how fresh they are."""
    session, guardian_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await _dependant(db, request, body, guardian_id)
        await _log_read(db, request, session, person.person_id, saw=["records"])
        found = await records.records_of(db, platform.means, person.person_id)
        fresh = await sources.sentences(db, platform.means)
    return DependantRecords(records=[_placeless(one) for one in found], freshness=fresh)


async def _dependant(
    db: Connection, request: Request, body: Dependant, guardian_id: UUID
) -> PersonRow:
    """The dependant, if the caller is their confirmed guardian now; else nobody is there."""
    means = platform_of(request).means
    guardian = await identity.resolve(db, means, guardian_id)
    return await guardianship.dependant(
        db, means, dependant_id=body.dependant_id, guardian_id=guardian.person_id
    )


async def _log_read(
    db: Connection, request: Request, session: Session, person_id: UUID, *, saw: list[str]
) -> None:
    details = {"role": ROLE, "purpose": PURPOSE, "saw": saw}
    await platform_of(request).means.log(
        db, "identity.read", details, person_id=person_id, device_id=session.device.device_id
    )


def _placeless(one: Shown) -> Shown:
    """Without what says where the dependant was, and without ids of people."""
    return replace(
        one,
        what=_without_site(one.what),
        provenance=_without_reporter(one.provenance),
        person_id=None,
        about=None,
    )


def _without_site(what: What) -> What:
    match what:
        case Dose():
            return replace(what, place=None, performer=None)
        case Test():
            return replace(what, lab=None)
        case Recovery():
            return replace(what, issuer=None, certificate=None)


def _without_reporter(origin: Provenance) -> Provenance:
    """A national register says nothing of a place; a clinic or a laboratory is one."""
    if not reported_by_id(origin.source):
        return origin
    kind = origin.source.partition(" ")[0]
    return replace(origin, source=kind, source_name=None, source_id="")


OPERATIONS: Final = [
    Operation(method="POST", path="/v1/me/dependants:card", handler=dependant_card,
              body=Dependant, answer=Card, auth="person", summary="A dependant's card", tag="me"),
    Operation(method="POST", path="/v1/me/dependants:records", handler=dependant_records,
              body=Dependant, answer=DependantRecords, auth="person",
              summary="A dependant's records", tag="me"),
]  # fmt: skip
