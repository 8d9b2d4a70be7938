"""Links the dependants of a chunk to their guardians, who stand before them or are known already.

The same rules as `guardianship.add_guardian`: the dependant is under age, the guardian is not, and
nothing is shown to the guardian before they confirmed it.
"""

from typing import NamedTuple
from uuid import UUID

from motma.access.means import Means
from motma.audit import service as audit
from motma.identity import model
from motma.identity.guardianship import comes_of_age
from motma.identity.importing import queries
from motma.identity.importing.improving import opened
from motma.identity.importing.outcome import Merged
from motma.identity.importing.preparing import Plan, Prepared
from motma.kernel.birth import Birth
from motma.kernel.clock import civil_day
from motma.storage.pool import Connection

_COLUMN = "guardian_document"


class _Pair(NamedTuple):
    row_no: int
    dependant_id: UUID
    guardian_id: UUID


async def link(
    db: Connection, means: Means, plan: Plan, prepared: list[Prepared], merged: Merged
) -> None:
    """Make guardians; each pair is two events, so that both people are told."""
    minors = [one for one in prepared if one.guardian and one.staged.row_no in merged.people]
    if not minors:
        return
    pairs = await _pairs(db, minors, merged)
    births = await _births(db, means, prepared, pairs, merged)
    now = means.clock.now()
    today = civil_day(now)
    evidence = f"import: {plan.source}"[:200].encode()
    fit = []
    for pair in pairs:
        until = comes_of_age(births[pair.dependant_id])
        of_age = births[pair.guardian_id].age(today) >= model.ADULT_YEARS
        if until > now and of_age and pair.dependant_id != pair.guardian_id:
            sealed = means.vault.seal(model.EVIDENCE_COLUMN, pair.dependant_id, evidence)
            fit.append((pair.dependant_id, pair.guardian_id, until, sealed))
        else:
            merged.warn(pair.row_no, _COLUMN, "identity.guardian-refused")
    columns = [list(values) for values in zip(*fit, strict=True)] or [[], [], [], []]
    added = await db.fetch(queries.ADD_GUARDIANS, *columns, now)
    events = [
        means.event("identity.guardian-added", {}, person_id=person_id)
        for row in added
        for person_id in (row["dependant_id"], row["guardian_id"])
    ]
    await audit.append(db, events)


async def _pairs(db: Connection, minors: list[Prepared], merged: Merged) -> list[_Pair]:
    """Who is whose guardian; a document that is nobody's yet is a warning."""
    owners = await queries.owners(db, [blind for one in minors for blind in one.guardian])
    pairs = []
    for one in minors:
        row_no = one.staged.row_no
        owner = next((owners[blind] for blind in one.guardian if blind in owners), None)
        if owner is None:
            merged.warn(row_no, _COLUMN, "identity.guardian-unknown")
        else:
            pairs.append(_Pair(row_no, merged.people[row_no], owner))
    return pairs


async def _births(
    db: Connection,
    means: Means,
    prepared: list[Prepared],
    pairs: list[_Pair],
    merged: Merged,
) -> dict[UUID, Birth]:
    """Person → birth date; most stand in this chunk, the others are opened."""
    wanted = {person_id for pair in pairs for person_id in (pair.dependant_id, pair.guardian_id)}
    births = {
        person_id: Birth(*map(int, one.born.split("-")))
        for one in prepared
        if (person_id := merged.people.get(one.staged.row_no)) in wanted and person_id is not None
    }
    elsewhere = await queries.people(db, list(wanted - births.keys()))
    for person_id, row in elsewhere.items():
        births[person_id] = opened(means, person_id, row["profile"]).born
    return births
