"""A claim as a registrar sees it: the person beside each record that it may be about."""

from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.model import PersonRow
from motma.records import service as records
from motma.records.claims import model, queries
from motma.records.claims.candidates import Candidate, beside, candidates_of
from motma.records.claims.errors import ClaimUnknown
from motma.records.claims.model import Claim
from motma.records.claims.service import opened
from motma.records.errors import RecordUnknown
from motma.records.showing import Shown
from motma.storage.pool import Connection


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One field, side by side; `level` is how far both agree, where they are compared."""

    field: str
    person: list[str]
    record: str
    level: str | None


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """A record beside the person; `fits` is what was claimed, `rivals` that others fit too."""

    record: Shown
    fits: bool
    rivals: bool
    probability: float
    rows: list[Row]


class SideBySide(msgspec.Struct, frozen=True, kw_only=True):
    """A claim, its photo, and the records it may be about."""

    person_id: UUID
    qid: str
    claim: Claim
    photo: bytes | None
    records: list[Beside]


async def show(db: Connection, means: Means, *, person_id: UUID, claim_id: UUID) -> SideBySide:
    """A claim with everything needed to decide it; the caller logs who looked."""
    row = await find(db, queries.ONE, person_id, claim_id)
    claim = opened(means, row)
    person = await identity.resolve(db, means, person_id)
    sealed = row["photo"]
    photo = None if sealed is None else means.vault.open(model.PHOTO_COLUMN, claim_id, sealed)
    found = await concerned(db, means, person, claim)
    return SideBySide(
        person_id=person.person_id,
        qid=person.qid,
        claim=claim,
        photo=photo,
        records=[_beside(person, each, claim) for each in found],
    )


async def find(db: Connection, statement: str, person_id: UUID, claim_id: UUID) -> Record:
    """The row of a claim; ClaimUnknown when there is none."""
    row = await db.fetchrow(statement, person_id, claim_id)
    if row is None:
        raise ClaimUnknown
    return row


async def concerned(
    db: Connection, means: Means, person: PersonRow, claim: Claim
) -> list[Candidate]:
    """Waiting records that may be meant; or the one of the person's own that is named."""
    if claim.said.record_id is None:
        return await candidates_of(db, means, person)
    try:
        shown = await records.find(db, means, claim.said.record_id)
    except RecordUnknown:
        return []
    own = await records.records_of(db, means, person.person_id)
    if shown.record_id not in {each.record_id for each in own}:
        return []  # it is somebody else's by now
    return [await beside(db, means, person, shown)]


def _beside(person: PersonRow, candidate: Candidate, claim: Claim) -> Beside:
    profile, about = person.profile, candidate.about
    level = candidate.weighed.level
    code = profile.commune.value if profile.commune else ""
    bhyt = [d.number for d in profile.documents if d.kind == "bhyt"]
    numbers = [d.number for d in profile.documents if d.kind != "bhyt"]
    sex = [profile.sex.value] if profile.sex else []
    phones = [phone.value for phone in profile.phones]
    names = [profile.full_name.value]
    worst = max((level(f) for f in ("given", "middle", "family")), key=lambda one: one != "equal")
    rows = [
        Row(field="full_name", person=names, record=about.full_name, level=worst),
        Row(field="birth", person=[profile.birth.value], record=about.birth, level=level("birth")),
        Row(field="sex", person=sex, record=about.sex, level=level("sex")),
        Row(field="document", person=numbers, record=about.document_number,
            level=level("document")),
        Row(field="bhyt", person=bhyt, record=about.bhyt, level=level("bhyt")),
        Row(field="phone", person=phones, record=about.phone, level=level("phone")),
        Row(field="commune", person=[code] if code else [], record=about.commune_code,
            level=level("commune")),
    ]  # fmt: skip
    expected = claim.said.expected
    return Beside(
        record=candidate.shown,
        fits=expected is None or model.fits(expected, candidate.shown.what),
        rivals=candidate.rivals,
        probability=round(candidate.weighed.probability, 4),
        rows=rows,
    )
