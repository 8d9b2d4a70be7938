"""Use cases of printing: a card, an activation slip, a poster; the caller owns the transaction.

Each code that is printed is signed for paper and leaves an event before it is signed.
"""

from dataclasses import dataclass
from uuid import UUID

from motma.access import service as access
from motma.access.means import Means
from motma.codec import place as place_code
from motma.codec.issued import Form
from motma.identity import guardianship, issuing
from motma.identity.model import PersonRow
from motma.printing import model, queries
from motma.printing.errors import AddressUnset, PlaceUnknown
from motma.printing.model import Card, Layout, Poster, Slip
from motma.storage.pool import Connection

#: Posters of a place have one number until places can withdraw theirs: docs/decisions/0122.
_POSTER_NUMBER = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Why something is printed: what the person reads of it afterwards."""

    layout: Layout
    by: str  # person, guardian, registrar or command


async def card(db: Connection, means: Means, person: PersonRow, printed: Printed) -> Card:
    """The card of a person's active QID; QidEnded when there is none."""
    details = {"layout": str(printed.layout), "by": printed.by}
    await means.log(db, "identity.printed", details, person_id=person.person_id)
    text = await issuing.issue(db, means, person, form=Form.PAPER)
    return model.card(person.profile.full_name.value, text)


async def dependants(db: Connection, means: Means, guardian: PersonRow) -> list[PersonRow]:
    """Those whose guardian somebody is, and confirmed to be."""
    rows = await guardianship.dependants_of(db, means, guardian.person_id)
    return [
        await guardianship.dependant(
            db,
            means,
            dependant_id=UUID(str(row["dependant_id"])),
            guardian_id=guardian.person_id,
        )
        for row in rows
        if row["confirmed"]
    ]


async def slip(db: Connection, means: Means, person: PersonRow) -> Slip:
    """A fresh activation code for the person's wallet; making it leaves its own event."""
    code, until = await access.new_code(db, means, person_id=person.person_id)
    return model.slip(person.profile.full_name.value, code, until)


async def poster(
    db: Connection, means: Means, place_id: UUID, *, origin: str, of: UUID | None = None
) -> Poster:
    """The poster of an open place, of this organisation where one is named."""
    if not origin.startswith("https://"):
        raise AddressUnset
    row = await queries.find_place(db, place_id)
    if row is None or of not in {None, row["organisation_id"]}:
        raise PlaceUnknown
    details = {"place_id": str(place_id), "number": _POSTER_NUMBER}
    await means.log(db, "access.poster-printed", details)
    text = place_code.compose(
        origin=origin,
        place_id=place_id,
        number=_POSTER_NUMBER,
        kid=means.keyring.active("place").kid,
        sign=lambda data: means.keyring.sign("place", data),
    )
    return model.poster(row["name"], kind=row["kind"], origin=origin, text=text)
