"""Records as people read them: with where each came from, its history, and facts as of a moment."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec.structs import replace

from motma.access.means import Means
from motma.identity import model as people
from motma.identity import service as identity
from motma.records import keeping, model, queries
from motma.records.attaching import Why
from motma.records.errors import RecordUnknown
from motma.records.gathering import facts_from
from motma.records.keeping import content_of
from motma.records.model import About, Delivery, Said, Version, What
from motma.rules import facts as rules
from motma.rules.facts import Facts
from motma.storage.pool import Connection

#: Who delivers over HTTP has an id as source, because names change.
_BY_ID: Final = re.compile(r"(?:organisation|client) ([0-9a-f-]{36})")
BEGINNING: Final = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


class Provenance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a record comes from, and since when this version is known here.

    `source_name` is how an organisation or a program that delivers under its id is called.
    """

    source: str
    source_name: str | None = None
    source_id: str
    version: int
    received_at: datetime  # the first version
    updated_at: datetime


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record with its provenance; `matched` says how it found its person."""

    record_id: UUID
    state: str
    what: What
    provenance: Provenance
    matched: str | None = None
    person_id: UUID | None = None
    about: About | None = None  # only for those who look for its person
    reason: str | None = None

    @property
    def delivery(self) -> Delivery:
        """The record as a source would send it, without whom it speaks of."""
        origin = self.provenance
        status: Said = "final" if self.state == "active" else "entered-in-error"
        return Delivery(id=origin.source_id, version=origin.version, what=self.what, status=status)


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to a record."""

    at: datetime
    kind: str  # version, undone, attached, detached
    version: int | None = None
    state: str | None = None
    what: What | None = None
    person_id: UUID | None = None
    how: str | None = None
    probability: float | None = None
    reason: str | None = None
    by: UUID | None = None


async def records_of(db: Connection, means: Means, person_id: UUID) -> list[Shown]:
    """A person's records in the order of what they tell, those of merged people included.

    Undone ones are not there.
    """
    person = await identity.resolve(db, means, person_id)
    aliases = await identity.aliases_of(db, person.person_id)
    rows = await db.fetch(queries.RECORDS_OF, [person.person_id, *aliases])
    shown = [_shown(means, row) for row in rows if row["state"] != "undone"]
    return await _named(db, sorted(shown, key=lambda one: model.when(one.what)))


def reported_by_id(source: str) -> bool:
    """Whether an organisation or a program delivered, under its id, and no register under a name.

    >>> reported_by_id("immunisation"), reported_by_id(f"client {UUID(int=1)}")
    (False, True)
    """
    return _BY_ID.fullmatch(source) is not None


async def _named(db: Connection, shown: Sequence[Shown]) -> list[Shown]:
    """With the names of sources that have one beside their id."""
    said = {match[1] for one in shown if (match := _BY_ID.fullmatch(one.provenance.source))}
    rows = await db.fetch(queries.SOURCE_NAMES, [UUID(text) for text in said]) if said else []
    names = {row["source"]: row["name"] for row in rows}
    return [
        replace(
            one,
            provenance=replace(one.provenance, source_name=names.get(one.provenance.source)),
        )
        for one in shown
    ]


async def find(db: Connection, means: Means, record_id: UUID) -> Shown:
    """One record with whom it speaks of: for those who decide whose it is."""
    row = (await queries.records(db, [record_id])).get(record_id)
    if row is None:
        raise RecordUnknown
    return await _with_about(db, means, row)


async def waiting(
    db: Connection,
    means: Means,
    *,
    limit: int = 50,
    after: tuple[datetime, UUID] = BEGINNING,
) -> list[Shown]:
    """Records that are nobody's, the oldest first; `after` is (received_at, record_id)."""
    rows = await db.fetch(queries.WAITING, *after, limit)
    return [await _with_about(db, means, row) for row in rows]


async def history_of(
    db: Connection, means: Means, record_id: UUID, *, people: Collection[UUID] | None = None
) -> list[Step]:
    """Everything that happened to a record, the oldest first; with `people` only while theirs."""
    versions = (await keeping.versions_of(db, means, [record_id]))[record_id]
    if not versions:
        raise RecordUnknown
    attachments = await db.fetch(queries.ATTACHMENTS, record_id)
    if people is not None:
        attachments = [row for row in attachments if row["person_id"] in people]
        versions = _theirs(versions, attachments)
    steps = []
    for one in versions:
        state, what = one.content.state, one.content.what
        steps.append(
            Step(at=one.known_at, kind="version", version=one.number, state=state, what=what,
                 reason=one.content.reason, by=one.by_id)
        )  # fmt: skip
        if one.undone_at is not None:
            steps.append(Step(at=one.undone_at, kind="undone", version=one.number))
    for row in attachments:
        steps += _attachment(means, row)
    return sorted(steps, key=lambda step: step.at)


def _theirs(versions: Sequence[Version], attachments: Sequence[Record]) -> list[Version]:
    """The versions that counted during these attachments.

    What evidence ended, it ended by the last version to count, moments after that came: this one
    is about somebody else already.
    """
    keys: set[tuple[int, int]] = set()
    for row in attachments:
        counted = model.counted(versions, row["attached_at"], row["detached_at"])
        moved_on = row["detached_at"] is not None and row["detached_by"] is None
        keys |= {one.key for one in (counted[:-1] if moved_on and counted[1:] else counted)}
    return [one for one in versions if one.key in keys]


async def facts(db: Connection, means: Means, person_id: UUID) -> Facts:
    """The facts of now, as the scan reads them; nothing but the birth date without records."""
    person = await identity.resolve(db, means, person_id)
    row = await db.fetchrow(queries.FACTS, person.person_id)
    if row is None:
        return Facts(born=person.profile.birth.value)
    plain = means.vault.open(model.FACTS_COLUMN, person.person_id, row["sealed"])
    return rules.decode(plain)


async def facts_of(
    db: Connection, means: Means, person_id: UUID, *, true_at: datetime, known_at: datetime
) -> Facts:
    """The facts that were true at one moment as they were known at another.

    Made again from the versions that stood, the attachments and merges that held, and the
    birth date that was written then.
    """
    people_then = [
        person_id,
        *(r["person_id"] for r in await db.fetch(queries.ALIASES_AT, person_id, known_at)),
    ]
    attached = await db.fetch(queries.ATTACHED_AT, people_then, known_at)
    ids = [row["record_id"] for row in attached]
    by_record: dict[UUID, list[model.Version]] = {}
    for row in await queries.versions(db, ids, known_at=known_at):
        version = replace(keeping.opened(means, row), undone_at=None)
        by_record.setdefault(row["record_id"], []).append(version)
    counting = (model.current(versions) for versions in by_record.values())
    contents = [version.content for version in counting if version is not None]
    born = await _born_at(db, means, person_id, known_at)
    return facts_from(contents, born=born, true_at=true_at)


async def _born_at(db: Connection, means: Means, person_id: UUID, known_at: datetime) -> str | None:
    sealed = await db.fetchval(queries.PROFILE_AT, person_id, known_at)
    if sealed is None:
        return None
    plain = means.vault.open(people.PROFILE_COLUMN, person_id, sealed)
    return people.read(plain).birth.value


async def _with_about(db: Connection, means: Means, row: Record) -> Shown:
    record_id = row["record_id"]
    versions = (await keeping.versions_of(db, means, [record_id]))[record_id]
    return replace(_shown(means, row), about=model.about(versions))


def _shown(means: Means, row: Record) -> Shown:
    content = content_of(means, row)
    return Shown(
        record_id=row["record_id"],
        state=row["state"],
        what=content.what,
        provenance=Provenance(
            source=content.source,
            source_id=content.source_id,
            version=row["version"],
            received_at=row["received_at"],
            updated_at=row["updated_at"],
        ),
        matched=row["matched"],
        person_id=row["person_id"],
        reason=content.reason,
    )


def _attachment(means: Means, row: Record) -> Sequence[Step]:
    """An attachment begins, and maybe ends."""
    plain = means.vault.open(model.ATTACHMENT_COLUMN, row["record_id"], row["sealed"])
    why = msgspec.json.decode(plain, type=Why)
    person_id = row["person_id"]
    begun = Step(
        at=row["attached_at"],
        kind="attached",
        person_id=person_id,
        how=row["how"],
        probability=why.probability,
        reason=why.reason,
        by=row["by_id"],
    )
    if row["detached_at"] is None:
        return [begun]
    ended = row["detached_at"]
    return [begun, Step(at=ended, kind="detached", person_id=person_id, by=row["detached_by"])]
