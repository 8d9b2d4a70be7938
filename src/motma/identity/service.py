"""Use cases of identity: register, link, correct, find; the caller owns the transaction."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.identity import model, queries
from motma.identity.errors import Conflict, PersonUnknown
from motma.identity.matching import blocks
from motma.identity.model import Assurance, CaseFile, Claim, Held, PersonRow, Profile
from motma.kernel.ids import new_qid, uuid7
from motma.storage.pool import Connection

#: Kinds of review case: two versions of one document's holder; a document to be linked that
#: somebody else proved.
CONFLICT: Final = "conflict"
OF_ANOTHER: Final = "document-of-another"

_QID_DIGITS: Final = 18
_LONGEST_QID: Final = 64


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

    A lock on each proven document guards against a twin: whoever comes second finds the first.
    `qid` keeps a QID of an older platform.
    """
    news = model.judge(claim, source=source, assurance=assurance, now=means.clock.now())
    for _ in range(2):
        owned = await owned_by(db, means, _proven(news.documents))
        if owned:
            return await _known(db, means, owned, news)
        created = await create(db, means, news, source=source, qid=qid)
        if created is not None:
            return created
    raise RuntimeError("a proven document has neither an owner nor room for one")


async def declare(db: Connection, means: Means, claim: Claim) -> None:
    """Keep what somebody says of themselves; it blocks nobody, attaches to nobody, proves nothing.

    The same declaration again changes nothing, so that nobody piles up people.
    """
    shown = tuple(msgspec.structs.replace(each, seen=False) for each in claim.documents)
    by = "guardian" if claim.declared_by == "guardian" else "self"
    claim = msgspec.structs.replace(claim, documents=shown, declared_by=by)
    news = model.judge(
        claim, source=model.SELF, assurance=Assurance.DECLARED, now=means.clock.now()
    )
    blinds = means.vault.blinds("declaration", model.declaration_key(claim, news))
    await queries.lock_blinds(db, blinds)
    if await db.fetch(queries.BY_KEYS, blinds):
        return
    made = await create(db, means, news, source=model.SELF)
    if made is not None:
        await db.execute(queries.ADD_KEY, blinds[0], made.person_id)


async def add_document(
    db: Connection, means: Means, person_id: UUID, shown: model.ShownDocument, *, source: str
) -> Registered | ConflictOpened:
    """Link a document that a registrar saw: CMND → CCCD, a newborn's first paper."""
    row = await load(db, means, person_id)
    profile = row.profile
    claim = Claim(full_name=profile.full_name.value, birth=profile.birth.value, documents=(shown,))
    news = model.judge(claim, source=source, assurance=Assurance.SEEN, now=means.clock.now())
    linked = msgspec.structs.replace(profile, documents=news.documents)
    opened = await _keep_own(db, means, row, linked)
    return opened or Registered(
        person_id=person_id, qid=row.qid, created=False, warnings=model.warnings(news)
    )


async def correct(
    db: Connection, means: Means, person_id: UUID, claim: Claim, *, source: str
) -> PersonRow | ConflictOpened:
    """A registrar's correction from documents seen; a confirmed attribute stays as it is."""
    row = await load(db, means, person_id)
    news = model.judge(claim, source=source, assurance=Assurance.SEEN, now=means.clock.now())
    return await _keep_own(db, means, row, news) or await load(db, means, person_id)


async def load(db: Connection, means: Means, person_id: UUID) -> PersonRow:
    """The person, opened and locked; PersonUnknown when there is none."""
    row = await queries.lock_person(db, person_id)
    if row is None:
        raise PersonUnknown
    return _opened(means, row)


async def find(db: Connection, means: Means, qid: str) -> PersonRow:
    """The person behind a QID in any state, through aliases and merges; PersonUnknown else."""
    found = await find_qid(db, qid)
    return await resolve(db, means, found["person_id"])


async def find_qid(db: Connection, qid: str) -> Record:
    """The QID's row, or PersonUnknown, also for what can't be a QID."""
    found = None
    if len(qid) <= _LONGEST_QID and qid.isprintable():
        found = await queries.find_qid(db, qid)
    if found is None:
        raise PersonUnknown
    return found


async def resolve(db: Connection, means: Means, person_id: UUID) -> PersonRow:
    """The person, through a merge; a merge never leads to a merged person."""
    row = await queries.find_person(db, person_id)
    if row is not None and row["merged_into"] is not None:
        row = await queries.find_person(db, row["merged_into"])
    if row is None:
        raise PersonUnknown
    return _opened(means, row)


async def aliases_of(db: Connection, person_id: UUID) -> list[UUID]:
    """Who is merged into a person."""
    return [row["person_id"] for row in await db.fetch(queries.ALIASES_OF, person_id)]


async def qids_of(db: Connection, means: Means, person_id: UUID) -> list[dict[str, object]]:
    """Every QID a person ever had, the first one first, each with why it ended."""
    found = []
    for row in await db.fetch(queries.QIDS_OF, person_id):
        sealed = row["reason"]
        why = sealed and means.vault.open(model.REASON_COLUMN, person_id, sealed).decode()
        found.append({**row, "reason": why})
    return found


async def ended_qids(db: Connection) -> list[str]:
    """QIDs that were revoked or replaced; a merged one still leads to its person."""
    return [row["qid"] for row in await db.fetch(queries.ENDED_QIDS)]


async def owned_by(db: Connection, means: Means, documents: Sequence[Held]) -> dict[str, UUID]:
    """Key of a document → who proved it; nobody proves one of these before the caller is done."""
    by_blind = {
        blind: held.document.key
        for held in documents
        for blind in means.vault.blinds("document", held.document.key)
    }
    if not by_blind:
        return {}
    await queries.lock_blinds(db, by_blind)
    found = await queries.owners(db, list(by_blind))
    return {by_blind[blind]: person_id for blind, person_id in found.items()}


async def create(
    db: Connection, means: Means, news: Profile, *, source: str, qid: str | None = None
) -> Registered | None:
    """A new person with a QID; None when an import took one of the documents meanwhile."""
    now = means.clock.now()
    person_id = UUID(bytes=means.random(16), version=4)
    attempt = db.transaction()  # so that half a person never stays
    await attempt.start()
    if not await _claim(db, means, person_id, news.documents):
        await attempt.rollback()
        return None
    await attempt.commit()
    given = await _take_qid(db, means, person_id, qid)
    sealed = means.vault.seal(model.PROFILE_COLUMN, person_id, model.write(news))
    await db.execute(queries.ADD_PERSON, person_id, sealed, given, now)
    await db.execute(queries.ADD_VERSION, person_id, 1, sealed, now, source)
    await _index(db, means, person_id, news)
    await means.log(db, "identity.registered", {"source": source}, person_id=person_id)
    return Registered(person_id=person_id, qid=given, created=True, warnings=model.warnings(news))


async def keep(db: Connection, means: Means, row: PersonRow, news: Profile) -> None:
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
        blind = means.vault.blind("document", held.document.key)
        await db.execute(queries.DECLARE_DOCUMENT, blind, row.person_id)
        if held.assurance > Assurance.DECLARED:
            await db.execute(queries.PROVE_DOCUMENT, blind, row.person_id)
    await _index(db, means, row.person_id, better)
    await means.log(db, "identity.changed", {"version": row.version + 1}, person_id=row.person_id)


async def _keep_own(
    db: Connection, means: Means, row: PersonRow, news: Profile
) -> ConflictOpened | None:
    """Keep the news unless a document is somebody else's; the person's own aliases are not else."""
    owned = await owned_by(db, means, _proven(news.documents))
    others = set()
    for owner in set(owned.values()):
        if (await resolve(db, means, owner)).person_id != row.person_id:
            others.add(owner)
    if others:
        holder = await load(db, means, min(others))
        return await _open_case(db, means, holder, news, kind=OF_ANOTHER, others=(row.person_id,))
    await keep(db, means, row, _without(news, owned, row.person_id))
    return None


async def _known(
    db: Connection, means: Means, owned: dict[str, UUID], news: Profile
) -> Registered | ConflictOpened:
    """Somebody proved one of these documents before: the same person, or a case."""
    rows = [await load(db, means, person_id) for person_id in sorted(set(owned.values()))]
    kept = {row.merged_into or row.person_id for row in rows}
    person = await resolve(db, means, rows[0].person_id)
    fitting = next((r for r in (*rows, person) if model.agree(r.profile, news)), None)
    if len(kept) > 1 or fitting is None:
        others = tuple(row.person_id for row in rows[1:])
        return await _open_case(db, means, rows[0], news, kind=CONFLICT, others=others)
    await keep(db, means, fitting, _without(news, owned, fitting.person_id))
    source = {"source": news.full_name.source}
    await means.log(db, "identity.shown-again", source, person_id=person.person_id)
    return Registered(
        person_id=person.person_id, qid=person.qid, created=False, warnings=model.warnings(news)
    )


async def _claim(db: Connection, means: Means, person_id: UUID, documents: Sequence[Held]) -> bool:
    """Take the proven documents for a new person; False when one is taken."""
    for held in documents:
        blind = means.vault.blind("document", held.document.key)
        if held.assurance == Assurance.DECLARED:
            await db.execute(queries.DECLARE_DOCUMENT, blind, person_id)
        elif await db.fetchval(queries.CLAIM_DOCUMENT, blind, person_id) is None:
            return False
    return True


async def _take_qid(db: Connection, means: Means, person_id: UUID, wanted: str | None) -> str:
    """The imported QID where it fits ours, else a new one; an odd one becomes an alias."""
    now = means.clock.now()
    fits = _fits(wanted)
    if fits and await db.fetchval(queries.ADD_QID, wanted, person_id, "active", now):
        return str(wanted)
    while True:
        fresh = new_qid(means.random)
        if await db.fetchval(queries.ADD_QID, fresh, person_id, "active", now):
            break
    if wanted and not fits:
        await db.fetchval(queries.ADD_QID, wanted, person_id, "alias", now)
    return fresh


def _fits(wanted: str | None) -> bool:
    """Whether an older platform's QID has our form; it needs no check digit."""
    if wanted is None or len(wanted) != _QID_DIGITS:
        return False
    return wanted.isascii() and wanted.isdigit() and wanted[0] != "0"


async def _index(db: Connection, means: Means, person_id: UUID, profile: Profile) -> None:
    """Documents and search keys of a profile."""
    now = means.clock.now()
    for held in profile.documents:
        blind = means.vault.blind("document", held.document.key)
        sealed = means.vault.seal(model.DOCUMENT_COLUMN, person_id, held.number.encode())
        await db.execute(
            queries.ADD_DOCUMENT, person_id, blind, held.kind, sealed, held.assurance, now
        )
    for kind, value in blocks.keys_of(profile):
        await db.execute(queries.ADD_KEY, means.vault.blind(kind, value), person_id)


async def _open_case(
    db: Connection,
    means: Means,
    owner: PersonRow,
    news: Profile,
    *,
    kind: str,
    others: tuple[UUID, ...],
) -> ConflictOpened:
    """Keep both versions for a registrar; nothing is overwritten."""
    now = means.clock.now()
    case_id = uuid7(now, means.random)
    file = CaseFile(known=owner.profile, news=news, others=others)
    sealed = means.vault.seal(model.CASE_COLUMN, case_id, msgspec.json.encode(file))
    await db.execute(queries.ADD_CASE, owner.person_id, case_id, kind, sealed, now)
    for person_id in (owner.person_id, *others):
        await means.log(db, "identity.conflict", {"case_id": str(case_id)}, person_id=person_id)
    return ConflictOpened(case_id=case_id)


def _proven(documents: Sequence[Held]) -> list[Held]:
    return [held for held in documents if held.assurance > Assurance.DECLARED]


def _without(news: Profile, owned: dict[str, UUID], person_id: UUID) -> Profile:
    """The news without documents that an alias proved: those stay where they are."""
    own = (d for d in news.documents if owned.get(d.document.key, person_id) == person_id)
    return msgspec.structs.replace(news, documents=tuple(own))


def _opened(means: Means, row: Record) -> PersonRow:
    plain = means.vault.open(model.PROFILE_COLUMN, row["person_id"], row["profile"])
    return PersonRow(
        person_id=row["person_id"],
        profile=model.read(plain),
        version=row["version"],
        qid=row["qid"],
        merged_into=row["merged_into"],
        updated_at=row["updated_at"],
    )
