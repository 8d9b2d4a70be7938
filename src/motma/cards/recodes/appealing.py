"""The person's appeal against a recode, and the third registrar's decision on it."""

from uuid import UUID

from motma.access.means import Means
from motma.cards.recodes import model, queries, showing
from motma.cards.recodes.errors import AlreadyAppealed, AppealByAnother, NoAppeal, RecodeUnknown
from motma.cards.recodes.model import Appeal, Decision, Recode
from motma.cards.recodes.service import insist, locked
from motma.identity import service as identity
from motma.identity.errors import PersonUnknown
from motma.storage.pool import Connection


async def appeal(
    db: Connection, means: Means, person_id: UUID, text: str, *, by: UUID | None = None
) -> Appeal:
    """Appeal against the recode in force; the same words again are the first appeal.

    `by`: the registrar who enters it for a person who came to the desk.
    """
    text, now = model.complaint(text), means.clock.now()
    person = await identity.resolve(db, means, person_id)
    await db.execute(queries.LOCK_PERSON, person.person_id)
    recode = await showing.in_force(db, person.person_id, now)
    if recode is None:
        raise RecodeUnknown
    key = {"person_id": recode.person_id, "recode_id": recode.recode_id}
    before = (await showing.show(db, means, **key)).appeal
    if before is not None:
        if before.text == text:
            return before
        raise AlreadyAppealed
    sealed = means.vault.seal(model.APPEAL_COLUMN, recode.recode_id, text.encode())
    await db.execute(queries.APPEAL, recode.person_id, recode.recode_id, now, sealed)
    due_on = model.due_on(now)
    details = {
        "recode_id": str(recode.recode_id),
        "until": due_on.isoformat(),
        "by": None if by is None else str(by),
    }
    await means.log(db, "cards.recode-appealed", details, person_id=person.person_id)
    return Appeal(text=text, filed_at=now, due_on=due_on, state="open")


async def enter(db: Connection, means: Means, qid: str, text: str, *, by: UUID) -> Appeal:
    """Enter the appeal of somebody who came to the desk; it counts as their own.

    A QID of nobody and one of somebody without a recode are answered alike.
    """
    try:
        person = await identity.find(db, means, qid)
    except PersonUnknown:
        raise RecodeUnknown from None
    return await appeal(db, means, person.person_id, text, by=by)


async def decide(
    db: Connection,
    means: Means,
    *,
    person_id: UUID,
    recode_id: UUID,
    decision: Decision,
    reason: str,
    by: UUID,
) -> Recode:
    """Decide an appeal by somebody who had no part in the recode: it stands, or ends now.

    One whose time is over meanwhile is decided too: the person asked whether it was right.
    """
    reason = model.explained(reason)
    row, now = await locked(db, person_id, recode_id), means.clock.now()
    if by in (row["proposed_by"], row["confirmed_by"]):
        raise AppealByAnother
    if row["appealed_at"] is None or row["decided_at"] is not None:
        raise NoAppeal
    insist(row, now, "in-force", "expired")
    sealed = means.vault.seal(model.ANSWER_COLUMN, recode_id, reason.encode())
    await db.execute(queries.DECIDE, person_id, recode_id, by, now, decision, sealed)
    if decision == "ended" and showing.state_of(row, now) == "in-force":
        ending = means.vault.seal(model.ENDING_COLUMN, recode_id, reason.encode())
        await db.execute(queries.END, person_id, recode_id, by, now, ending)
    details = {
        "recode_id": str(recode_id),
        "decision": decision,
        "reason": reason,
        "by": str(by),
    }
    await means.log(db, "cards.appeal-decided", details, person_id=person_id)
    return await showing.show(db, means, person_id=person_id, recode_id=recode_id)
