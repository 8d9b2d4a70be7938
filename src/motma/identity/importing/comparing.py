"""Rows of a chunk whose proven document or code is somebody's already: known, better, or apart.

Who agrees and says something new is improved in bulk; everything else (another name, two owners,
a merged person) goes through `service.register`, so that a conflict has one meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from motma.access.means import Means
from motma.identity import model, service
from motma.identity.importing import improving, queries
from motma.identity.importing.improving import Known
from motma.identity.importing.outcome import Merged
from motma.identity.importing.preparing import Plan, Prepared
from motma.identity.importing.rows import Finding, Read
from motma.identity.service import ConflictOpened
from motma.storage.pool import Connection

#: Gives the claim of a row again: only rows apart need it.
Claims = Callable[[int], Read]

#: Index kind of a statement that a review case is about.
_REFUSED: Final = "import-conflict"
_CONFLICT: Final = "identity.conflict"
_QID_TAKEN: Final = "identity.qid-taken"


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The rows by what is to be done with them."""

    known: list[tuple[Prepared, UUID]] = field(default_factory=list)
    apart: list[tuple[Prepared, set[UUID]]] = field(default_factory=list)  # row, owners


async def compare(
    db: Connection,
    means: Means,
    plan: Plan,
    met: list[Prepared],
    claims: Claims,
    merged: Merged,
    codes: dict[str, UUID],
) -> None:
    """Find, improve or refuse each row; `codes` says whose an imported QID is already."""
    if not met:
        return
    owners = await queries.owners(db, [blind for one in met for blind in one.owned])
    by_code = {codes[one.code] for one in met if one.code in codes}
    people = await improving.load(db, means, by_code.union(owners.values()))
    rows = _sort(means, met, owners, codes, people)
    stale = await improving.write(db, means, people, source=plan.source)
    late = [(one, {person_id}) for one, person_id in rows.known if person_id in stale]
    known = [(one, person_id) for one, person_id in rows.known if person_id not in stale]
    await _keep(db, means, known, merged)
    for one, theirs in (*rows.apart, *late):
        await _register(db, means, plan, one, theirs, claims, merged)


def _sort(
    means: Means,
    met: list[Prepared],
    owners: dict[bytes, UUID],
    codes: dict[str, UUID],
    people: dict[UUID, Known],
) -> _Sorted:
    """Tell rows of somebody who agrees from the others; improves `people` in memory."""
    rows = _Sorted()
    for one in sorted(met, key=lambda one: one.staged.row_no):
        theirs = {owners[blind] for blind in one.owned if blind in owners}
        if not theirs and one.code in codes:
            theirs = {codes[one.code]}
        known = people.get(next(iter(theirs))) if len(theirs) == 1 else None
        news = improving.opened(means, one.staged.person_id, one.staged.profile)
        if known is not None and model.agree(known.profile, news):
            known.improve(news)
            rows.known.append((one, known.person_id))
        else:
            rows.apart.append((one, theirs))
    return rows


async def _keep(
    db: Connection, means: Means, known: list[tuple[Prepared, UUID]], merged: Merged
) -> None:
    """Count, remember what was said, and keep imported codes."""
    merged.known += len(known)
    said = [(one.statement[0], person_id) for one, person_id in known]
    await queries.add_statements(db, said)
    for one, person_id in known:
        merged.people[one.staged.row_no] = person_id
        await _keep_qid(db, means, person_id, one, merged)


async def _register(
    db: Connection,
    means: Means,
    plan: Plan,
    one: Prepared,
    owners: set[UUID],
    claims: Claims,
    merged: Merged,
) -> None:
    """The same as a single registration: finds who it is now, or opens a review case."""
    row_no = one.staged.row_no
    refused = means.vault.blind(_REFUSED, one.statement[0].hex())
    if await queries.is_under_review(db, refused, list(owners)):
        merged.findings.append(Finding(row_no, "", "error", _CONFLICT))
        return
    said = claims(row_no)
    done = await service.register(
        db,
        means,
        said.claim,
        source=plan.source,
        assurance=plan.assurance,
        qid=said.qid or said.alias,
    )
    if isinstance(done, ConflictOpened):
        merged.findings.append(Finding(row_no, "", "error", _CONFLICT))
        await queries.add_statements(db, [(refused, owner) for owner in owners])
        return
    merged.people[row_no] = done.person_id
    merged.created += done.created
    merged.known += not done.created
    await queries.add_statements(db, [(one.statement[0], done.person_id)])
    await _keep_qid(db, means, done.person_id, one, merged)


async def _keep_qid(
    db: Connection, means: Means, person_id: UUID, one: Prepared, merged: Merged
) -> None:
    """An imported QID of somebody known stays scannable as an alias."""
    if one.code is None:
        return
    await db.execute(queries.ADD_ALIAS, one.code, person_id, means.clock.now())
    if (await queries.taken_qids(db, [one.code]))[one.code] != person_id:
        merged.warn(one.staged.row_no, "qid", _QID_TAKEN)
