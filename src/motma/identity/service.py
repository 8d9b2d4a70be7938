"""Use cases of identity: register, correct, find, guardians; the caller owns the transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.identity import model, queries
from motma.identity.errors import Conflict, GuardianRefused, PersonUnknown
from motma.identity.model import Assurance, Claim, Held, PersonRow, Profile
from motma.kernel.clock import civil_day
from motma.kernel.ids import new_qid, uuid7
from motma.storage.pool import Connection


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """Who a registration made or found."""

    person_id: UUID
    qid: str
    created: bool
    warnings: tuple[str, ...]


class ConflictOpened(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was overwritten: a review case holds both versions."""

    case_id: UUID

    def error(self) -> Conflict:
        """What the caller hears once the case is committed."""
        return Conflict(case_id=str(self.case_id))


async def register(
    db: Connection,
    means: Means,
    claim: Claim,
    *,
    source: str,
    assurance: Assurance,
    qid: str | None = None,
) -> Registered | ConflictOpened:
    """Register a person, or find the one whose proven document this is.

    The unique index on proven documents guards against a twin: whoever comes second finds the
    first. `qid` keeps a QID of an older platform.
    """
    news = model.judge(claim, source=source, assurance=assurance, now=means.clock.now())
    proven = [held for held in news.documents if held.assurance > Assurance.DECLARED]
    for _ in range(2):
        owners = await _owners(db, means, proven)
        if owners:
            return await _known(db, means, owners, news)
        created = await _create(db, means, news, source=source, qid=qid)
        if created is not None:
            return created
    raise RuntimeError("a proven document has neither an owner nor room for one")


async def add_document(
    db: Connection, means: Means, person_id: UUID, shown: model.ShownDocument, *, source: str
) -> Registered | ConflictOpened:
    """Link a document that a registrar saw: CMND → CCCD, a newborn's first paper."""
    row = await load(db, means, person_id)
    profile = row.profile
    claim = Claim(full_name=profile.full_name.value, birth=profile.birth.value, documents=(shown,))
    news = model.judge(claim, source=source, assurance=Assurance.SEEN, now=means.clock.now())
    owners = await _owners(db, means, news.documents)
    if owners and owners != [person_id]:
        return await _open_case(db, means, owners[0], news, kind="document-of-another")
    await _keep(db, means, row, msgspec.structs.replace(profile, documents=news.documents))
    return Registered(
        person_id=person_id, qid=row.qid, created=False, warnings=model.warnings(news)
    )


async def correct(
    db: Connection, means: Means, person_id: UUID, claim: Claim, *, source: str
) -> PersonRow:
    """A registrar's correction from documents seen; a confirmed attribute stays as it is."""
    row = await load(db, means, person_id)
    news = model.judge(claim, source=source, assurance=Assurance.SEEN, now=means.clock.now())
    await _keep(db, means, row, news)
    return await load(db, means, person_id)


async def load(db: Connection, means: Means, person_id: UUID) -> PersonRow:
    """The person, opened and locked; PersonUnknown when there is none."""
    row = await queries.lock_person(db, person_id)
    if row is None:
        raise PersonUnknown
    return _opened(means, row)


async def find(db: Connection, means: Means, qid: str) -> PersonRow:
    """The person behind a QID in any state, through aliases and merges; PersonUnknown else."""
    found = await queries.find_qid(db, qid)
    if found is None:
        raise PersonUnknown
    row = await queries.find_person(db, found["person_id"])
    while row is not None and row["merged_into"] is not None:
        row = await queries.find_person(db, row["merged_into"])
    if row is None:
        raise PersonUnknown
    return _opened(means, row)


async def search(
    db: Connection,
    means: Means,
    *,
    full_name: str,
    birth: str,
    commune: str | None = None,
    phone: str | None = None,
) -> list[PersonRow]:
    """People without documents at hand: by name and birth date, commune or a phone."""
    claim = Claim(
        full_name=full_name,
        birth=birth,
        commune_code=commune and commune.partition("@")[0],
        phones=(phone,) if phone else (),
    )
    wanted = model.judge(
        claim, source="search", assurance=Assurance.DECLARED, now=means.clock.now()
    )
    keys = model.keys_for_search(wanted)
    blinds = [blind for kind, value in keys for blind in means.vault.blinds(kind, value)]
    rows = [
        await queries.find_person(db, found["person_id"])
        for found in await db.fetch(queries.BY_KEYS, blinds)
    ]
    people = [_opened(means, row) for row in rows if row is not None]
    return [person for person in people if model.agree(person.profile, wanted)]


async def add_guardian(
    db: Connection, means: Means, *, dependant_id: UUID, guardian_id: UUID, evidence: str
) -> datetime:
    """Make somebody guardian until the dependant comes of age; the guardian must confirm it."""
    dependant = await load(db, means, dependant_id)
    guardian = await load(db, means, guardian_id)
    now = means.clock.now()
    today = civil_day(now)
    comes_of_age = _anniversary(dependant.profile.born.latest(), model.ADULT_YEARS)
    if comes_of_age <= today or guardian.profile.born.age(today) < model.ADULT_YEARS:
        raise GuardianRefused
    until = now + (comes_of_age - today)
    await db.execute(queries.ADD_GUARDIAN, dependant_id, guardian_id, evidence[:200], now, until)
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
    if await db.fetchval(queries.CONFIRM_GUARDIAN, dependant_id, guardian_id, now) is None:
        raise PersonUnknown
    await means.log(db, "identity.guardian-confirmed", {}, person_id=dependant_id)


async def end_guardian(
    db: Connection, means: Means, *, dependant_id: UUID, guardian_id: UUID
) -> None:
    """End a guardianship at once."""
    now = means.clock.now()
    if await db.fetchval(queries.END_GUARDIAN, dependant_id, guardian_id, now) is None:
        raise PersonUnknown
    await means.log(db, "identity.guardian-ended", {}, person_id=dependant_id)


def _anniversary(born: date, years: int) -> date:
    """The birthday that many years later; a 29 February becomes 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return born.replace(year=born.year + years, month=3, day=1)


def _opened(means: Means, row: queries.Record) -> PersonRow:
    plain = means.vault.open(model.PROFILE_COLUMN, row["person_id"], row["profile"])
    return PersonRow(
        person_id=row["person_id"],
        profile=model.read(plain),
        version=row["version"],
        qid=row["qid"],
        merged_into=row["merged_into"],
        updated_at=row["updated_at"],
    )


async def _owners(db: Connection, means: Means, documents: Sequence[Held]) -> list[UUID]:
    blinds = [b for held in documents for b in means.vault.blinds("document", held.document.key)]
    return await queries.owners(db, blinds) if blinds else []


async def _known(
    db: Connection, means: Means, owners: list[UUID], news: Profile
) -> Registered | ConflictOpened:
    """Somebody proved one of these documents before: the same person, or a case."""
    row = await load(db, means, owners[0])
    if len(owners) > 1 or not model.agree(row.profile, news):
        return await _open_case(db, means, owners[0], news, kind="conflict")
    await _keep(db, means, row, news)
    while row.merged_into is not None:
        row = await load(db, means, row.merged_into)
    return Registered(
        person_id=row.person_id, qid=row.qid, created=False, warnings=model.warnings(news)
    )


async def _create(
    db: Connection, means: Means, news: Profile, *, source: str, qid: str | None
) -> Registered | None:
    """A new person with a QID; None when a twin took one of the documents meanwhile."""
    now = means.clock.now()
    person_id = UUID(bytes=means.random(16), version=4)
    for held in news.documents:
        blind = means.vault.blind("document", held.document.key)
        if held.assurance == Assurance.DECLARED:
            await db.execute(queries.DECLARE_DOCUMENT, blind, person_id)
        elif await db.fetchval(queries.CLAIM_DOCUMENT, blind, person_id) is None:
            return None
    given = await _take_qid(db, means, person_id, qid)
    sealed = means.vault.seal(model.PROFILE_COLUMN, person_id, model.write(news))
    await db.execute(queries.ADD_PERSON, person_id, sealed, given, now)
    await db.execute(queries.ADD_VERSION, person_id, 1, sealed, now, source)
    await _index(db, means, person_id, news)
    await means.log(db, "identity.registered", {"source": source}, person_id=person_id)
    return Registered(person_id=person_id, qid=given, created=True, warnings=model.warnings(news))


async def _take_qid(db: Connection, means: Means, person_id: UUID, wanted: str | None) -> str:
    """The imported QID where it fits ours, else a new one; an odd one becomes an alias."""
    now = means.clock.now()
    fits = wanted is not None and len(wanted) == 18 and wanted.isdigit() and wanted[0] != "0"
    if fits and await db.fetchval(queries.ADD_QID, wanted, person_id, "active", now):
        return str(wanted)
    while True:
        fresh = new_qid(means.random)
        if await db.fetchval(queries.ADD_QID, fresh, person_id, "active", now):
            break
    if wanted and not fits:
        await db.fetchval(queries.ADD_QID, wanted, person_id, "alias", now)
    return fresh


async def _keep(db: Connection, means: Means, row: PersonRow, news: Profile) -> None:
    """Write what the news improve; nothing when they improve nothing."""
    better = model.improve(row.profile, news)
    if better == row.profile:
        return
    now = means.clock.now()
    sealed = means.vault.seal(model.PROFILE_COLUMN, row.person_id, model.write(better))
    await db.execute(queries.SET_PROFILE, row.person_id, sealed, row.version + 1, now)
    await db.execute(
        queries.ADD_VERSION, row.person_id, row.version + 1, sealed, now, news.full_name.source
    )
    for held in better.documents:
        if held.assurance > Assurance.DECLARED:
            await _prove(db, means, row.person_id, held)
    await _index(db, means, row.person_id, better)
    await means.log(db, "identity.changed", {"version": row.version + 1}, person_id=row.person_id)


async def _prove(db: Connection, means: Means, person_id: UUID, held: Held) -> None:
    blind = means.vault.blind("document", held.document.key)
    await db.execute(queries.DECLARE_DOCUMENT, blind, person_id)
    await db.execute(queries.PROVE_DOCUMENT, blind, person_id)


async def _index(db: Connection, means: Means, person_id: UUID, profile: Profile) -> None:
    """Documents and search keys of a profile."""
    now = means.clock.now()
    for held in profile.documents:
        blind = means.vault.blind("document", held.document.key)
        sealed = means.vault.seal(model.DOCUMENT_COLUMN, person_id, held.number.encode())
        await db.execute(
            queries.ADD_DOCUMENT, person_id, blind, held.kind, sealed, held.assurance, now
        )
    for kind, value in model.keys_for_search(profile):
        await db.execute(queries.ADD_KEY, means.vault.blind(kind, value), person_id)


async def _open_case(
    db: Connection, means: Means, person_id: UUID, news: Profile, *, kind: str
) -> ConflictOpened:
    """Keep both versions for a registrar; nothing is overwritten."""
    now = means.clock.now()
    case_id = uuid7(now, means.random)
    sealed = means.vault.seal(model.CASE_COLUMN, case_id, model.write(news))
    await db.execute(queries.ADD_CASE, person_id, case_id, kind, sealed, now)
    await means.log(db, "identity.conflict", {"case_id": str(case_id)}, person_id=person_id)
    return ConflictOpened(case_id=case_id)


async def resolve(db: Connection, means: Means, person_id: UUID) -> PersonRow:
    """The person, through a merge."""
    row = await queries.find_person(db, person_id)
    if row is not None and row["merged_into"] is not None:
        row = await queries.find_person(db, row["merged_into"])
    if row is None:
        raise PersonUnknown
    return _opened(means, row)


async def aliases_of(db: Connection, person_id: UUID) -> list[UUID]:
    """Who is merged into a person."""
    return [row["person_id"] for row in await db.fetch(queries.ALIASES_OF, person_id)]


async def qids_of(db: Connection, person_id: UUID) -> list[dict[str, object]]:
    """Every QID a person ever had, the first one first."""
    return [dict(row) for row in await db.fetch(queries.QIDS_OF, person_id)]


async def dependants_of(db: Connection, means: Means, guardian_id: UUID) -> list[dict[str, object]]:
    """Whom somebody is guardian of; the QID only once the guardian confirmed."""
    found = []
    for row in await db.fetch(queries.DEPENDANTS_OF, guardian_id, means.clock.now()):
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


async def ended_qids(db: Connection) -> list[str]:
    """QIDs that were revoked or replaced; a merged one still leads to its person."""
    return [row["qid"] for row in await db.fetch(queries.ENDED_QIDS)]
