"""Waiting records that may be a person's, each weighed against them and against everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from motma.access.means import Means
from motma.identity.matching import blocks, finding
from motma.identity.matching.deciding import REVIEW
from motma.identity.matching.evidence import features_of
from motma.identity.matching.weighing import Weighed, weigh
from motma.identity.matching.weights import shipped
from motma.identity.model import PersonRow
from motma.records import matching, queries
from motma.records import service as records
from motma.records.errors import RecordUnknown
from motma.records.model import About
from motma.records.showing import Shown
from motma.storage.pool import Connection

#: Waiting records looked at for one person; more is no person's, but a site's dummy number.
MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A waiting record beside a person; `rivals` when it may as well be somebody else's."""

    shown: Shown
    about: About
    weighed: Weighed
    rivals: bool


async def candidates_of(db: Connection, means: Means, person: PersonRow) -> list[Candidate]:
    """Records that wait under this person's keys, the likeliest first.

    What it costs depends on the person alone, not on what they ask for.
    """
    found = []
    for record_id in await _waiting_under(db, means, person):
        try:
            shown = await records.find(db, means, record_id)
        except RecordUnknown:
            continue
        if shown.state == "active" and shown.person_id is None and shown.about is not None:
            found.append(await beside(db, means, person, shown))
    return sorted(found, key=lambda each: -each.weighed.weight_bits)


async def beside(db: Connection, means: Means, person: PersonRow, shown: Shown) -> Candidate:
    """A record weighed against the person, and whether anybody else comes into question."""
    about = shown.about or About()
    evidence = matching.evidence_of(about)
    asked, features = blocks.asked_of(evidence), features_of(evidence)
    people = await finding.candidates_of(db, means, asked)
    terms = await finding.terms_of(db, means, asked)
    ranked = finding.weighed(people, features, terms)
    own = next((one.weighed for one in ranked if one.person.person_id == person.person_id), None)
    if own is None:
        itself = finding.Person(person_id=person.person_id, profile=person.profile)
        own = weigh(shipped(), features, finding.features_of_person(itself), terms=terms)
    rivals = any(
        one.weighed.probability >= REVIEW
        for one in ranked
        if one.person.person_id != person.person_id
    )
    return Candidate(shown=shown, about=about, weighed=own, rivals=rivals)


async def _waiting_under(db: Connection, means: Means, person: PersonRow) -> Sequence[UUID]:
    keys = matching.keys_of(person.profile)
    blinds = [blind for kind, value in keys for blind in means.vault.blinds(kind, value)]
    rows = await db.fetch(queries.WAITING_UNDER, blinds, MOST)
    return [row["record_id"] for row in rows]
