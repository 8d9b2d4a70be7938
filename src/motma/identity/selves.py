"""All ids of one person, and whom the register names with a phone."""

from collections.abc import Iterable
from uuid import UUID

from motma.access.means import Means
from motma.identity import queries
from motma.identity.service import aliases_of, resolve
from motma.storage.pool import Connection


async def selves_of(db: Connection, means: Means, person_id: UUID) -> list[UUID]:
    """The person's own id, then those that were merged into it: what was theirs stays theirs."""
    person = await resolve(db, means, person_id)
    return [person.person_id, *await aliases_of(db, person.person_id)]


async def selves_of_all(db: Connection, person_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """All ids of each of these people at once; who was erased meanwhile is left out."""
    found: dict[UUID, list[UUID]] = {}
    for row in await db.fetch(queries.SELVES_OF_ALL, list(person_ids)):
        found.setdefault(row["asked"], []).append(row["person_id"])
    return found


async def named_with(db: Connection, means: Means, phone: str) -> set[UUID]:
    """People whose data name this number (E.164), declared or not; merged ones count once."""
    blinds = means.vault.blinds("phone", phone)
    met = [row["person_id"] for row in await db.fetch(queries.BY_KEYS, blinds)]
    people: set[UUID] = set()
    for person_id in met:
        row = await queries.find_person(db, person_id)
        if row is not None:
            people.add(row["merged_into"] or row["person_id"])
    return people
