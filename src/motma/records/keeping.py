"""Versions kept, and the one that counts copied into the record: nothing a source said is lost."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.access.means import Means
from motma.records import model, queries
from motma.records.model import About, Content, Delivery, Version
from motma.storage.pool import Connection

_INDEX: Final = "health-record"
_JOB_INDEX: Final = "record-job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a delivery; `news` is false for what was known."""

    record_id: UUID
    news: bool
    reused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A record as its versions make it: the content that counts, and whom it speaks of."""

    record_id: UUID
    state: str  # active, retracted or undone
    content: Content
    about: About
    number: int
    revision: int
    fresh: bool  # it came just now: it waits under no key and stands in no queue


def ids_of(means: Means, source: str, source_id: str) -> list[UUID]:
    """The ids a record may have while a rotation of the index key lasts; the newest first."""
    found = means.vault.blinds(_INDEX, f"{source}|{source_id}")
    return [UUID(bytes=blind[1:]) for blind in found]


def jobs_of(means: Means, job_id: UUID) -> list[bytes]:
    """The keyed indexes of a job: without the key nobody tells which import brought what."""
    return means.vault.blinds(_JOB_INDEX, job_id.hex)


async def keep(
    db: Connection,
    means: Means,
    source: str,
    deliveries: Sequence[Delivery],
    *,
    job: UUID | None = None,
) -> list[Kept]:
    """Keep what is new of each delivery, in their order; the records stay locked."""
    maybe = {d.id: ids_of(means, source, d.id) for d in deliveries}
    every = [record_id for ids in maybe.values() for record_id in ids]
    await queries.lock_records(db, every)
    history = await versions_of(db, means, every)
    kept, fresh = [], []
    for delivery in deliveries:
        ids = maybe[delivery.id]
        record_id = next((one for one in ids if one in history), ids[0])
        content = Content(
            source=source,
            source_id=delivery.id,
            about=delivery.about,
            what=delivery.what,
            status=delivery.status,
        )
        known = history[record_id]
        number = delivery.version
        again = model.repeated(known, number, content)
        reused = not again and model.reused(known, number, content)
        kept.append(Kept(record_id=record_id, news=not again, reused=reused))
        if not again:
            version = _next(known, number, content, means)
            known.append(version)
            fresh.append((record_id, version))
    await add(db, means, fresh, job=job)
    return kept


async def add(
    db: Connection,
    means: Means,
    fresh: Sequence[tuple[UUID, Version]],
    *,
    job: UUID | None = None,
    by: UUID | None = None,
) -> None:
    """Write versions; the caller has locked their records."""
    if not fresh:
        return
    await db.execute(
        queries.ADD_VERSIONS,
        [record_id for record_id, _ in fresh],
        [version.number for _, version in fresh],
        [version.revision for _, version in fresh],
        [version.content.state for _, version in fresh],
        [sealed(means, record_id, version.content) for record_id, version in fresh],
        None if job is None else jobs_of(means, job)[0],
        by,
        means.clock.now(),
    )


async def project(db: Connection, means: Means, record_ids: Iterable[UUID]) -> list[Standing]:
    """Copy the version that counts into each record; of an undone one the last stays in sight."""
    ids = sorted(set(record_ids))
    history = await versions_of(db, means, ids)
    there = await queries.records(db, ids)
    found = [
        _standing(record_id, history[record_id], fresh=record_id not in there)
        for record_id in ids
        if history[record_id]
    ]
    if found:
        await db.execute(
            queries.PUT_RECORDS,
            [one.record_id for one in found],
            [one.number for one in found],
            [one.revision for one in found],
            [one.state for one in found],
            [sealed(means, one.record_id, one.content) for one in found],
            means.clock.now(),
        )
    return found


async def versions_of(
    db: Connection, means: Means, record_ids: Sequence[UUID]
) -> defaultdict[UUID, list[Version]]:
    """Every version of each record that has any."""
    found: defaultdict[UUID, list[Version]] = defaultdict(list)
    for row in await queries.versions(db, record_ids):
        found[row["record_id"]].append(opened(means, row))
    return found


def opened(means: Means, row: Record) -> Version:
    """A version as stored, opened."""
    return Version(
        number=row["version"],
        revision=row["revision"],
        content=content_of(means, row),
        known_at=row["known_at"],
        undone_at=row["undone_at"],
        by_id=row["by_id"],
    )


def content_of(means: Means, row: Record) -> Content:
    """What a stored record or version says."""
    return model.read(means.vault.open(model.RECORD_COLUMN, row["record_id"], row["sealed"]))


def sealed(means: Means, record_id: UUID, content: Content) -> bytes:
    """The content, readable with our keys and for this record only."""
    return means.vault.seal(model.RECORD_COLUMN, record_id, model.write(content))


def next_revision(known: Sequence[Version], number: int) -> int:
    """The next free place under a version number."""
    return 1 + max((v.revision for v in known if v.number == number), default=0)


def _next(known: Sequence[Version], number: int, content: Content, means: Means) -> Version:
    return Version(
        number=number,
        revision=next_revision(known, number),
        content=content,
        known_at=means.clock.now(),
    )


def _standing(record_id: UUID, versions: Sequence[Version], *, fresh: bool) -> Standing:
    counts = model.current(versions)
    shown = counts or versions[-1]
    return Standing(
        record_id=record_id,
        state="undone" if counts is None else counts.content.state,
        content=shown.content,
        about=model.about(versions),
        number=shown.number,
        revision=shown.revision,
        fresh=fresh,
    )
