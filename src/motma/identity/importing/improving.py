"""Improves many known people at once: what `service.keep` does for one, with its own statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from motma.access.means import Means
from motma.audit import service as audit
from motma.identity import model
from motma.identity import queries as identity
from motma.identity.importing import queries
from motma.identity.matching import blocks
from motma.identity.model import Assurance, Profile
from motma.storage.pool import Connection


@dataclass(slots=True)
class Known:
    """A person as stored, and as the rows of this chunk make them."""

    person_id: UUID
    version: int
    profile: Profile
    changed: bool = False

    def improve(self, news: Profile) -> None:
        """Take over what the news improve."""
        better = model.improve(self.profile, news)
        if better != self.profile:
            self.profile, self.changed = better, True


def opened(means: Means, person_id: UUID, sealed: bytes) -> Profile:
    """A sealed profile."""
    return model.read(means.vault.open(model.PROFILE_COLUMN, person_id, sealed))


async def load(db: Connection, means: Means, person_ids: set[UUID]) -> dict[UUID, Known]:
    """Each person who is nobody's alias: of the others only `register` knows who they are now."""
    people = await queries.people(db, list(person_ids))
    return {
        person_id: Known(person_id, row["version"], opened(means, person_id, row["profile"]))
        for person_id, row in people.items()
        if row["merged_into"] is None
    }


async def write(
    db: Connection, means: Means, people: dict[UUID, Known], *, source: str
) -> set[UUID]:
    """Write who changed; returns those whom somebody else changed since they were loaded."""
    changed = {person_id: known for person_id, known in people.items() if known.changed}
    if not changed:
        return set()
    locked = await queries.lock_people(db, list(changed))
    fresh = [known for who, known in changed.items() if locked.get(who) == known.version]
    await _write_profiles(db, means, fresh, source)
    await _write_indexes(db, means, fresh)
    changes = [(known.person_id, {"version": known.version + 1}) for known in fresh]
    events = [
        means.event("identity.changed", details, person_id=person_id)
        for person_id, details in changes
    ]
    await audit.append(db, events)
    return changed.keys() - {known.person_id for known in fresh}


async def _write_profiles(
    db: Connection, means: Means, people: Iterable[Known], source: str
) -> None:
    now = means.clock.now()
    profiles, versions = [], []
    for known in sorted(people, key=lambda known: known.person_id):
        plain = model.write(known.profile)
        sealed = means.vault.seal(model.PROFILE_COLUMN, known.person_id, plain)
        profiles.append((known.person_id, sealed, known.version + 1, now))
        versions.append((known.person_id, known.version + 1, sealed, now, source))
    await db.executemany(identity.SET_PROFILE, profiles)
    await db.executemany(identity.ADD_VERSION, versions)


async def _write_indexes(db: Connection, means: Means, people: Iterable[Known]) -> None:
    """Documents and search keys, ordered by key as everywhere in the import."""
    now, vault = means.clock.now(), means.vault
    declared, proven, documents, keys = [], [], [], []
    for known in people:
        who = known.person_id
        for held in known.profile.documents:
            blind = vault.blind("document", held.document.key)
            sealed = vault.seal(model.DOCUMENT_COLUMN, who, held.number.encode())
            declared.append((blind, who))
            documents.append((who, blind, held.kind, sealed, held.assurance, now))
            proven += [(blind, who)] if held.assurance > Assurance.DECLARED else []
        keys += [(vault.blind(*key), who) for key in blocks.keys_of(known.profile)]
    await db.executemany(identity.DECLARE_DOCUMENT, sorted(declared))
    await db.executemany(identity.PROVE_DOCUMENT, sorted(proven))
    await db.executemany(identity.ADD_DOCUMENT, sorted(documents))
    await db.executemany(identity.ADD_KEY, sorted(keys))
