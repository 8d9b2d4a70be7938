"""Review cases: a registrar looks at both versions and decides; nothing is decided by itself."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.identity import ending, model, queries, service
from motma.identity.errors import PersonUnknown
from motma.identity.model import CaseFile
from motma.storage.pool import Connection

#: Cases shown at once, the oldest first.
MOST: Final = 50

Decision = Literal["same-person", "different-people", "reject"]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An open case: whose document it is about, and both versions."""

    person_id: UUID
    case_id: UUID
    kind: str
    opened_at: datetime
    file: CaseFile


async def open_cases(db: Connection, means: Means) -> list[Case]:
    """The oldest open cases."""
    return [_case(means, row) for row in await db.fetch(queries.OPEN_CASES, MOST)]


async def decide(
    db: Connection, means: Means, *, person_id: UUID, case_id: UUID, decision: Decision, by: UUID
) -> str | None:
    """Carry out a decision; returns the QID that the newer version belongs to, if it does.

    *same-person* merges the others concerned into the owner, or lets the owner have the news;
    *different-people* registers the news as somebody without the disputed documents; *reject*
    changes nobody.
    """
    row = await db.fetchrow(queries.LOCK_CASE, person_id, case_id)
    if row is None:
        raise PersonUnknown
    case = _case(means, row)
    qid = None
    if decision == "same-person":
        qid = await _join(db, means, case, by)
    elif decision == "different-people":
        qid = await _part(db, means, case)
    await db.execute(queries.DECIDE_CASE, person_id, case_id, means.clock.now(), by, decision)
    for one in (person_id, *case.file.others):
        details = {"case_id": str(case_id), "decision": decision}
        await means.log(db, "identity.case-decided", details, person_id=one)
    return qid


async def _join(db: Connection, means: Means, case: Case, by: UUID) -> str:
    owner = await service.resolve(db, means, case.person_id)
    for other_id in case.file.others:
        other = await service.resolve(db, means, other_id)
        if other.person_id != owner.person_id:
            await ending.merge(
                db, means, qid=other.qid, into=owner.qid, reason=f"case {case.case_id}", by=by
            )
    if not case.file.others:
        await service.keep(db, means, await service.load(db, means, case.person_id), case.file.news)
    return owner.qid


async def _part(db: Connection, means: Means, case: Case) -> str | None:
    """Register the news as somebody else; who is registered already just stays."""
    if case.kind != service.CONFLICT:
        return None
    owned = await service.owned_by(db, means, case.file.news.documents)
    free = tuple(d for d in case.file.news.documents if d.document.key not in owned)
    news = msgspec.structs.replace(case.file.news, documents=free)
    created = await service.create(db, means, news, source=news.full_name.source)
    return created.qid if created is not None else None


def _case(means: Means, row: Record) -> Case:
    plain = means.vault.open(model.CASE_COLUMN, row["case_id"], row["sealed"])
    return Case(
        person_id=row["person_id"],
        case_id=row["case_id"],
        kind=row["kind"],
        opened_at=row["opened_at"],
        file=msgspec.json.decode(plain, type=CaseFile),
    )
