"""Guardians of minors: several of each, until a dated coming of age, confirmed by the adult.

A guardianship names people, not QIDs: it goes on when a code is replaced. Places where a
dependant was read stay hidden from guardians (decisions.md no. 19).
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from motma.access.means import Means
from motma.access.model import line
from motma.identity import queries
from motma.identity.errors import GuardianRefused, PersonUnknown, SamePerson
from motma.identity.model import ADULT_YEARS, EVIDENCE_COLUMN, PersonRow
from motma.identity.service import aliases_of, load, resolve
from motma.kernel.birth import Birth
from motma.kernel.clock import CIVIL_ZONE, civil_day
from motma.storage.pool import Connection


async def add_guardian(
    db: Connection, means: Means, *, dependant_id: UUID, guardian_id: UUID, evidence: str
) -> datetime:
    """Make somebody guardian until the dependant comes of age; the guardian must confirm it."""
    if dependant_id == guardian_id:
        raise SamePerson
    proof = line(evidence, field="evidence", least=1)
    people = {one: await load(db, means, one) for one in sorted((dependant_id, guardian_id))}
    dependant, guardian = people[dependant_id], people[guardian_id]
    now = means.clock.now()
    until = comes_of_age(dependant.profile.born)
    if until <= now or guardian.profile.born.age(civil_day(now)) < ADULT_YEARS:
        raise GuardianRefused
    sealed = means.vault.seal(EVIDENCE_COLUMN, dependant_id, proof.encode())
    await db.execute(queries.ADD_GUARDIAN, dependant_id, guardian_id, sealed, now, until)
    for person_id in (dependant_id, guardian_id):
        await means.log(
            db, "identity.guardian-added", {"until": until.isoformat()}, person_id=person_id
        )
    return until


async def confirm_guardian(
    db: Connection, means: Means, *, dependant_id: UUID, guardian_id: UUID
) -> None:
    """The adult's own confirmation; without it a guardian sees nothing."""
    now = means.clock.now()
    selves = await _selves(db, guardian_id)
    if await db.fetchval(queries.CONFIRM_GUARDIAN, dependant_id, selves, now) is None:
        raise PersonUnknown
    for person_id in (dependant_id, guardian_id):
        await means.log(db, "identity.guardian-confirmed", {}, person_id=person_id)


async def end_guardian(
    db: Connection, means: Means, *, dependant_id: UUID, guardian_id: UUID
) -> None:
    """End a guardianship at once."""
    now = means.clock.now()
    if await db.fetchval(queries.END_GUARDIAN, dependant_id, guardian_id, now) is None:
        raise PersonUnknown
    for person_id in (dependant_id, guardian_id):
        await means.log(db, "identity.guardian-ended", {}, person_id=person_id)


async def end_grown_up(db: Connection, means: Means, most: int = 100) -> int:
    """End what ended by age and tell both people; how many. The row is the guard against its twin.

    The guardian sees nothing from the moment of coming of age on, told or not.
    """
    rows = await db.fetch(queries.END_GROWN_UP, means.clock.now(), most)
    for row in rows:
        details = {"reason": "of-age", "until": row["until"].isoformat()}
        for person_id in (row["dependant_id"], row["guardian_id"]):
            await means.log(db, "identity.guardian-of-age", details, person_id=person_id)
    return len(rows)


async def dependants_of(db: Connection, means: Means, guardian_id: UUID) -> list[dict[str, object]]:
    """Whom somebody is guardian of; the QID only once the guardian confirmed."""
    found: list[dict[str, object]] = []
    selves = await _selves(db, guardian_id)
    for row in await db.fetch(queries.DEPENDANTS_OF, selves, means.clock.now()):
        confirmed = row["confirmed_at"] is not None
        person = await resolve(db, means, row["dependant_id"]) if confirmed else None
        found.append(
            {
                "dependant_id": str(row["dependant_id"]),
                "confirmed": confirmed,
                "until": row["until"],
                "qid": person and person.qid,
            }
        )
    return found


async def dependant(
    db: Connection, means: Means, *, dependant_id: UUID, guardian_id: UUID
) -> PersonRow:
    """The dependant of a confirmed guardian; PersonUnknown for everybody else."""
    selves = await _selves(db, guardian_id)
    if not await db.fetchval(queries.IS_GUARDIAN, dependant_id, selves, means.clock.now()):
        raise PersonUnknown
    return await resolve(db, means, dependant_id)


def comes_of_age(born: Birth) -> datetime:
    """The first moment, in Vietnam, of the latest day that may be the eighteenth birthday.

    >>> comes_of_age(Birth(2008, 2, 29)).isoformat()
    '2026-03-01T00:00:00+07:00'
    >>> comes_of_age(Birth(2010)).isoformat()
    '2028-12-31T00:00:00+07:00'
    """
    day = born.latest()
    try:
        birthday = day.replace(year=day.year + ADULT_YEARS)
    except ValueError:  # 29 February: the day after the 28th
        birthday = date(day.year + ADULT_YEARS, 3, 1)
    return datetime.combine(birthday, time(), CIVIL_ZONE)


async def _selves(db: Connection, person_id: UUID) -> Sequence[UUID]:
    """Somebody's ids: their own and those merged into it."""
    return [person_id, *await aliases_of(db, person_id)]
