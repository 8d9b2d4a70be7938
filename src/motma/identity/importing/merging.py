"""One chunk of sealed rows → people, in the caller's transaction; same outcome as `register`.

New people are copied in bulk; a row whose proven document is somebody's already is compared with
that person (`comparing`).
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from motma.access.means import Means
from motma.identity.importing import guardians, queries
from motma.identity.importing.comparing import Claims, compare
from motma.identity.importing.outcome import Merged
from motma.identity.importing.preparing import Plan, Prepared, Staged
from motma.identity.model import Assurance
from motma.kernel.ids import new_qid
from motma.storage.pool import Connection

_QID_TAKEN: Final = "identity.qid-taken"


@dataclass(slots=True)
class Sorted:
    """The rows of a chunk by what is to be done with them."""

    fresh: list[Staged]
    met: list[Prepared]  # a proven document or code is somebody's, maybe of an earlier row here
    again: int  # rows that the same source said exactly so before


async def merge(
    db: Connection, means: Means, plan: Plan, prepared: list[Prepared], claims: Claims
) -> Merged:
    """Make or find the person of each row."""
    merged = Merged()
    taken = await queries.taken_qids(db, [one.code for one in prepared if one.code])
    # a code is no secret: only who vouches for documents is believed that it is the same person
    codes = taken if plan.assurance > Assurance.DECLARED else {}
    rows = await _sort(db, means, prepared, taken, codes, merged)
    overtaken = await _insert(db, means, plan, rows.fresh)
    merged.created = len(rows.fresh) - len(overtaken)
    merged.people = {row.row_no: row.person_id for row in rows.fresh if row.row_no not in overtaken}
    late = [one for one in prepared if one.staged.row_no in overtaken]
    await compare(db, means, plan, [*rows.met, *late], claims, merged, codes)
    merged.known += rows.again
    if plan.assurance > Assurance.DECLARED:  # what is declared attaches to nobody
        await guardians.link(db, means, plan, prepared, merged)
    return merged


async def _sort(
    db: Connection,
    means: Means,
    prepared: list[Prepared],
    taken: dict[str, UUID],
    codes: dict[str, UUID],
    merged: Merged,
) -> Sorted:
    """Tell new people from known ones; the first of two rows with one document is the new one."""
    said = set(await queries.said(db, [blind for one in prepared for blind in one.statement]))
    unsaid = [one for one in prepared if said.isdisjoint(one.statement)]
    owned = set(await queries.owners(db, [blind for one in unsaid for blind in one.owned]))
    rows = Sorted([], [], 0)
    names = set(taken)
    for one in prepared:
        if not said.isdisjoint(one.statement):
            rows.again += 1
        elif one.code in codes or not owned.isdisjoint(one.owned):
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
    people = ((r.row_no, r.person_id, r.profile, r.qid, r.alias) for r in fresh)
    documents = (
        (r.person_id, blind, kind, sealed) for r in fresh for blind, kind, sealed in r.documents
    )
    keys = ((blind, r.person_id) for r in fresh for blind in r.keys)
    await queries.stage(db, queries.STAGED_PEOPLE, people)
    await queries.stage(db, queries.STAGED_DOCUMENTS, documents)
    await queries.stage(db, queries.STAGED_KEYS, keys)
    return await queries.insert_staged(
        db,
        people=len(fresh),
        documents=sum(len(row.documents) for row in fresh),
        assurance=plan.assurance,
        source=plan.source,
        at=means.clock.now(),
    )
