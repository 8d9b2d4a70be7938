"""One chunk of sealed rows → people, in the caller's transaction; same outcome as `register`.

New people are copied in bulk. A row whose proven document is somebody's already is compared with
that person; only when something differs does it go through `service.register`, one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from motma.access.means import Means
from motma.identity import model, service
from motma.identity.importing import guardians, queries
from motma.identity.importing.outcome import Merged
from motma.identity.importing.preparing import Plan, Prepared, Staged
from motma.identity.importing.rows import Finding, Read
from motma.identity.model import Assurance, Profile
from motma.identity.service import ConflictOpened
from motma.kernel.ids import new_qid
from motma.storage.pool import Connection

#: Gives the claim of a row again: only rows that differ from what is known need it.
Claims = Callable[[int], Read]

_CONFLICT: Final = "identity.conflict"
_QID_TAKEN: Final = "identity.qid-taken"


@dataclass(slots=True)
class Sorted:
    """The rows of a chunk by what is to be done with them."""

    fresh: list[Staged]
    met: list[Prepared]  # a proven document of theirs is somebody's, maybe of an earlier row here
    again: int  # rows that the same source said exactly so before


async def merge(
    db: Connection, means: Means, plan: Plan, prepared: list[Prepared], claims: Claims
) -> Merged:
    """Make or find the person of each row."""
    merged = Merged()
    by_qid = await _taken(db, prepared)
    rows = await _sort(db, means, prepared, by_qid, merged)
    overtaken = await _insert(db, means, plan, rows.fresh)
    merged.created = len(rows.fresh) - len(overtaken)
    merged.people = {row.row_no: row.person_id for row in rows.fresh if row.row_no not in overtaken}
    late = [one for one in prepared if one.staged.row_no in overtaken]
    await _compare(db, means, plan, [*rows.met, *late], claims, merged)
    merged.known += rows.again
    if plan.assurance > Assurance.DECLARED:  # what is declared attaches to nobody
        await guardians.link(db, means, plan, prepared, merged)
    return merged


async def _taken(db: Connection, prepared: list[Prepared]) -> dict[str, UUID]:
    """Whose the imported QIDs of this chunk are already."""
    wanted = [text for one in prepared for text in (one.wanted_qid, one.staged.alias) if text]
    return await queries.taken_qids(db, wanted) if wanted else {}


async def _sort(
    db: Connection,
    means: Means,
    prepared: list[Prepared],
    by_qid: dict[str, UUID],
    merged: Merged,
) -> Sorted:
    """Tell new people from known ones; the first of two rows with one document is the new one."""
    said = set(await queries.said(db, [blind for one in prepared for blind in one.statement]))
    unsaid = [one for one in prepared if said.isdisjoint(one.statement)]
    owned = set(await queries.owners(db, [blind for one in unsaid for blind in one.owned]))
    rows = Sorted([], [], 0)
    names = set(by_qid)
    for one in prepared:
        if not said.isdisjoint(one.statement):
            rows.again += 1
        elif not owned.isdisjoint(one.owned):
            rows.met.append(one)
        else:
            rows.fresh.append(_with_free_names(means, one, names, merged))
            owned.update(one.owned)
            said.update(one.statement)
    return rows


def _with_free_names(means: Means, one: Prepared, names: set[str], merged: Merged) -> Staged:
    """The row with a QID and alias that nobody has: a taken one is replaced, and said."""
    staged = one.staged
    if one.wanted_qid in names:
        merged.warn(staged.row_no, "qid", _QID_TAKEN)
        staged = staged._replace(qid=new_qid(means.random))
    if staged.alias in names:
        merged.warn(staged.row_no, "qid", _QID_TAKEN)
        staged = staged._replace(alias=None)
    names.update(name for name in (one.wanted_qid, staged.alias) if name)
    return staged


async def _insert(db: Connection, means: Means, plan: Plan, fresh: list[Staged]) -> list[int]:
    """Copy and insert new people; returns the rows that somebody overtook."""
    if not fresh:
        return []
    await db.copy_records_to_table(queries.STAGING, records=fresh, columns=Staged._fields)
    return await queries.insert_staged(
        db,
        people=len(fresh),
        documents=sum(len(row.blinds) for row in fresh),
        assurance=plan.assurance,
        source=plan.source,
        at=means.clock.now(),
    )


async def _compare(
    db: Connection,
    means: Means,
    plan: Plan,
    met: list[Prepared],
    claims: Claims,
    merged: Merged,
) -> None:
    """Rows whose document is somebody's: known as they are, or registered one by one."""
    if not met:
        return
    owners = await queries.owners(db, [blind for one in met for blind in one.owned])
    people = await queries.people(db, list(set(owners.values())))
    profiles = {
        person_id: _opened(means, person_id, row["profile"])
        for person_id, row in people.items()
        if row["merged_into"] is None  # `register` knows who they are now
    }
    same: list[tuple[Prepared, UUID]] = []
    for one in sorted(met, key=lambda one: one.staged.row_no):
        theirs = {owners[blind] for blind in one.owned if blind in owners}
        known = [profiles.get(person_id) for person_id in theirs]
        if len(known) == 1 and _says_nothing_new(means, known[0], one.staged):
            same.append((one, theirs.pop()))
            continue
        for person_id in theirs:  # changes now: later rows must not trust the old profile
            profiles.pop(person_id, None)
        await _register(db, means, plan, one, claims, merged)
    merged.known += len(same)
    await queries.add_statements(db, [(one.statement[0], person_id) for one, person_id in same])
    for one, person_id in same:
        merged.people[one.staged.row_no] = person_id
        await _keep_qid(db, means, person_id, one, merged)


def _says_nothing_new(means: Means, known: Profile | None, staged: Staged) -> bool:
    """Whether the row agrees with a person and would change nothing of what is known."""
    if known is None:
        return False
    news = _opened(means, staged.person_id, staged.profile)
    return model.agree(known, news) and model.improve(known, news) == known


def _opened(means: Means, person_id: UUID, sealed: bytes) -> Profile:
    return model.read(means.vault.open(model.PROFILE_COLUMN, person_id, sealed))


async def _register(
    db: Connection, means: Means, plan: Plan, one: Prepared, claims: Claims, merged: Merged
) -> None:
    """The same as a single registration: improves what is known, or opens a review case."""
    row_no = one.staged.row_no
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
        return
    merged.people[row_no] = done.person_id
    merged.created += done.created
    merged.known += not done.created
    await queries.add_statements(db, [(one.statement[0], done.person_id)])
    if not done.created:
        await _keep_qid(db, means, done.person_id, one, merged)


async def _keep_qid(
    db: Connection, means: Means, person_id: UUID, one: Prepared, merged: Merged
) -> None:
    """An imported QID of somebody known stays scannable as an alias."""
    name = one.wanted_qid or one.staged.alias
    if name is None:
        return
    await db.execute(queries.ADD_ALIAS, name, person_id, means.clock.now())
    if (await queries.taken_qids(db, [name]))[name] != person_id:
        merged.warn(one.staged.row_no, "qid", _QID_TAKEN)
