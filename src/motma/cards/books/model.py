"""Versions of books and their dry runs as values, and whether one may be published."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from motma.cards.books.errors import DryRunNeeded, SecondPersonNeeded, WorseOff, WrongState

#: A dry run tells of the people of its day.
DRY_RUN_LIFE: Final = timedelta(hours=24)

#: Province of people whose commune is unknown or ambiguous.
NOWHERE: Final = "unknown"


class State(StrEnum):
    """Where a version of a book stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How many people of a province go from one colour to another."""

    province: str
    before: str
    after: str
    people: int


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """How many histories have a worse colour for an addition; colours only, never facts."""

    added: str  # dose or negative-test
    before: str
    after: str
    invented: int  # of the invented histories that every book is asked about
    real: int  # of the real ones that were tried


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What publishing would do to everybody's card."""

    at: datetime  # the moment asked about: when the book comes into force, or now
    against: str  # fingerprint of the books in force
    people: int
    concerned: int  # people of whom the book speaks
    tried: int  # real histories that were tried with additions
    changes: tuple[Change, ...]
    losses: tuple[Loss, ...]

    @property
    def worse_off(self) -> int:
        """Histories that are worse off for an addition."""
        return sum(loss.invented + loss.real for loss in self.losses)


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a book and how far it has come."""

    book_id: str
    version: int
    state: State
    drafted_by: UUID
    drafted_at: datetime
    proposed_by: UUID | None
    proposed_at: datetime | None
    dry_run: DryRun | None
    dry_run_at: datetime | None


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """A time for which a version was in force."""

    book_id: str
    publication_id: UUID
    version: int
    proposed_by: UUID
    published_by: UUID
    published_at: datetime
    ended_at: datetime | None
    override: str | None  # why it stands although somebody is worse off


def fingerprint(live: dict[str, int]) -> str:
    """Which versions are in force, as one short text.

    >>> fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})
    True
    """
    text = ",".join(f"{book}@{version}" for book, version in sorted(live.items()))
    return sha256(text.encode()).hexdigest()[:16]


def require(version: Version, *states: State) -> None:
    """Decline a step that does not begin here."""
    if version.state not in states:
        raise WrongState(version.state)


def insist_publishable(
    version: Version, *, by: UUID, now: datetime, against: str, override: str | None
) -> None:
    """Decline what may not be published: by whom, without a dry run, or to somebody's harm."""
    require(version, State.PROPOSED)
    if by == version.proposed_by:
        raise SecondPersonNeeded
    run, ran_at, proposed_at = version.dry_run, version.dry_run_at, version.proposed_at
    if run is None or ran_at is None or proposed_at is None:
        raise DryRunNeeded
    if ran_at < proposed_at or now - ran_at > DRY_RUN_LIFE or run.against != against:
        raise DryRunNeeded
    if run.worse_off and override is None:
        raise WorseOff(run.worse_off)
