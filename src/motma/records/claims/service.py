"""What a person does: asks why a record is not there, files a claim, follows it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.model import Assurance, PersonRow
from motma.kernel.clock import civil_day
from motma.kernel.ids import uuid7
from motma.records import service as records
from motma.records.claims import model, queries
from motma.records.claims.candidates import candidates_of
from motma.records.claims.errors import ClaimDecided, TooManyClaims
from motma.records.claims.explaining import difference
from motma.records.claims.model import Claim, Decided, Expected, Statement
from motma.records.errors import RecordUnknown
from motma.records.model import What
from motma.records.showing import Shown
from motma.storage.pool import Connection

#: The record is there; it was there and was taken back; it waits and differs; nothing is told.
THERE: Final = "there"
TAKEN_BACK: Final = "taken-back"
DIFFERS: Final = "differs"
NOTHING: Final = "nothing-to-tell"


class Explained(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an expected record is not there: at most the kind of field that differs."""

    status: str
    kind: str | None = None  # name, birth, sex or document
    record_id: UUID | None = None  # only of a record that is the person's


async def explain(db: Connection, means: Means, person_id: UUID, expected: Expected) -> Explained:
    """Why a record that the person expects is not there.

    Nothing is told of a record of somebody else, of one that may be somebody else's, or when
    several fit: those answers are all the same, and cost the same.
    """
    expected = model.expectation(expected, today=civil_day(means.clock.now()))
    person = await identity.resolve(db, means, person_id)
    telling = await _telling(db, means, person)
    own = [
        each
        for each in await records.records_of(db, means, person.person_id)
        if model.fits(expected, each.what)
    ]
    kinds = [kind for what, kind in telling if model.fits(expected, what)]
    if own:
        best = min(own, key=lambda each: each.state != "active")
        status = THERE if best.state == "active" else TAKEN_BACK
        answer = Explained(status=status, record_id=best.record_id)
    elif len(kinds) == 1:
        answer = Explained(status=DIFFERS, kind=kinds[0])
    else:
        answer = Explained(status=NOTHING)
    details = {"type": expected.type, "answer": answer.status}
    await means.log(db, "claims.asked", details, person_id=person.person_id)
    return answer


async def file(
    db: Connection,
    means: Means,
    person_id: UUID,
    said: Statement,
    *,
    photo: bytes | None = None,
) -> Claim:
    """File a claim; the same one a second time is the first, with the later photo if there is one.

    The photo was looked at before.
    """
    now = means.clock.now()
    said = model.judge(said, today=civil_day(now))
    person = await identity.resolve(db, means, person_id)
    await db.execute(queries.LOCK_PERSON, person.person_id)
    filed = await claims_of(db, means, person.person_id)
    waiting = [each for each in filed if each.state == "open"]
    same = next((each for each in waiting if each.said == said), None)
    if same is not None:
        return same if photo is None else await _pictured(db, means, person, same, photo)
    if len(waiting) >= model.MOST_OPEN:
        raise TooManyClaims(model.MOST_OPEN)
    if said.record_id is not None:
        await own_record(db, means, person.person_id, said.record_id)
    claim_id, due_on = uuid7(now, means.random), model.due_on(now)
    sealed = means.vault.seal(model.STATEMENT_COLUMN, claim_id, msgspec.json.encode(said))
    picture = None if photo is None else means.vault.seal(model.PHOTO_COLUMN, claim_id, photo)
    await db.execute(queries.ADD, person.person_id, claim_id, sealed, picture, now, due_on)
    details = {"claim_id": str(claim_id), "wish": said.wish, "until": due_on.isoformat()}
    await means.log(db, "claims.filed", details, person_id=person.person_id)
    return Claim(
        claim_id=claim_id,
        state="open",
        said=said,
        filed_at=now,
        due_on=due_on,
        overdue=False,
        with_photo=photo is not None,
    )


async def _pictured(
    db: Connection, means: Means, person: PersonRow, claim: Claim, photo: bytes
) -> Claim:
    """The claim with this photo, in the place of an earlier one."""
    sealed = means.vault.seal(model.PHOTO_COLUMN, claim.claim_id, photo)
    selves_of = await selves(db, means, person.person_id)
    if await db.fetchval(queries.ADD_PHOTO, selves_of, claim.claim_id, sealed) is None:
        raise ClaimDecided("decided")
    details = {
        "claim_id": str(claim.claim_id), "wish": claim.said.wish, "until": claim.due_on.isoformat()
    }  # fmt: skip
    await means.log(db, "claims.filed", details, person_id=person.person_id)
    return msgspec.structs.replace(claim, with_photo=True)


async def claims_of(db: Connection, means: Means, person_id: UUID) -> list[Claim]:
    """A person's claims with what was decided, the newest first; of merged people too."""
    rows = await db.fetch(queries.OF_PERSON, await selves(db, means, person_id))
    return [opened(means, row) for row in rows]


async def own_record(db: Connection, means: Means, person_id: UUID, record_id: UUID) -> Shown:
    """A record of this person; RecordUnknown for everybody else's."""
    for each in await records.records_of(db, means, person_id):
        if each.record_id == record_id:
            return each
    raise RecordUnknown


async def selves(db: Connection, means: Means, person_id: UUID) -> Sequence[UUID]:
    """All ids of a person, those merged into them included."""
    person = await identity.resolve(db, means, person_id)
    return [person.person_id, *await identity.aliases_of(db, person.person_id)]


def opened(means: Means, row: Record) -> Claim:
    """A claim as stored, opened; without its photo."""
    claim_id = row["claim_id"]
    plain = means.vault.open(model.STATEMENT_COLUMN, claim_id, row["sealed"])
    decided = decision_of(means, row)
    late = row["state"] == "open" and civil_day(means.clock.now()) > row["due_on"]
    return Claim(
        claim_id=claim_id,
        state=row["state"],
        said=msgspec.json.decode(plain, type=Statement),
        filed_at=row["filed_at"],
        due_on=row["due_on"],
        overdue=late,
        with_photo=row["with_photo"],
        decided_at=row["decided_at"],
        reason=decided.reason if decided else None,
        effect=decided.effect if decided else None,
    )


def decision_of(means: Means, row: Record) -> Decided | None:
    """What was decided of a stored claim."""
    if row["decision"] is None:
        return None
    plain = means.vault.open(model.DECISION_COLUMN, row["claim_id"], row["decision"])
    return msgspec.json.decode(plain, type=Decided)


async def _telling(db: Connection, means: Means, person: PersonRow) -> list[tuple[What, str]]:
    """Waiting records of which this person may hear, with the kind of field that differs.

    Only somebody whose name and birth date were seen on papers hears anything.
    """
    seen = min(person.profile.full_name.assurance, person.profile.birth.assurance)
    told = []
    for each in await candidates_of(db, means, person):
        kind = difference(each.weighed)
        if kind is not None and not each.rivals and seen > Assurance.DECLARED:
            told.append((each.shown.what, kind))
    return told
