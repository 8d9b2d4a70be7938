"""One record's evidence → the person it is about, against the whole register, in milliseconds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.identity import model
from motma.identity.matching import blocks, queries
from motma.identity.matching.blocks import Asked
from motma.identity.matching.deciding import Candidate, Decision, Match, decide
from motma.identity.matching.evidence import (
    Evidence,
    Features,
    features_of,
    features_of_profile,
)
from motma.identity.matching.weighing import weigh
from motma.identity.matching.weights import Terms, shipped
from motma.identity.model import Assurance, Profile
from motma.kernel import names
from motma.kernel.birth import Birth
from motma.storage.pool import Connection

#: Profiles opened for one record at most: a few milliseconds. Source: bench/finding.py.
MOST_CANDIDATES: Final = 200
#: A young register is weighed as if it had this many people: those who are missing from it have
#: namesakes in it. Source: ours.
LEAST_PEOPLE: Final = 100_000
#: Share of records whose person is not in the register: five times what the weights were learned
#: with, since no register knows how many it lacks. A wrong link weighs more than a look.
ABSENT: Final = 0.1
#: Least probability of a link made by itself. Source: issue 3 §3, precision 99.99 %.
SURE: Final = 0.9999
_BESIDE: Final = frozenset({"document", "bhyt", "phone", "commune"})
_SPEAKS: Final = 2.0  # bits; the same province gives less


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A profile that came into question, and whose it is now that merges are resolved."""

    person_id: UUID
    profile: Profile


async def find(db: Connection, means: Means, evidence: Evidence) -> Match[UUID]:
    """Whose record this is: `link` only when nobody else may be meant.

    A proven document with an agreeing name and birth date decides at once; else everybody under
    an index that the evidence may lead to is weighed.
    """
    asked = blocks.asked_of(evidence)
    exact = await _exactly(db, means, evidence, asked)
    return exact or await _likeliest(db, means, evidence, asked)


async def candidates_of(db: Connection, means: Means, asked: Asked) -> list[Person]:
    """Everybody who may be meant; somebody who was merged stands for the person they are now."""
    documents = _blinds(means, (("document", key) for key in (*asked.documents, *asked.slipped)))
    keys = _blinds(means, asked.people)
    met = await queries.candidates(db, documents=documents, keys=keys, most=MOST_CANDIDATES)
    return await load(db, means, met)


async def load(db: Connection, means: Means, person_ids: Iterable[UUID]) -> list[Person]:
    """Profiles opened, each with whose it is since any merge."""
    rows = await queries.people(db, person_ids)
    return [
        Person(
            person_id=row["kept_id"],
            profile=model.read(
                means.vault.open(model.PROFILE_COLUMN, row["person_id"], row["profile"])
            ),
        )
        for row in rows
    ]


async def terms_of(db: Connection, means: Means, asked: Asked) -> Terms:
    """How common the evidence's terms are: how many share its phone, among how many people."""
    people = max(await db.fetchval(queries.ABOUT_PEOPLE), LEAST_PEOPLE)
    phones = {}
    for phone in asked.phones:
        blinds = _blinds(means, [("phone", phone)])
        phones[phone] = max(await db.fetchval(queries.HOLDERS, blinds), 1)
    return shipped().terms(people, phones)


def features_of_person(person: Person) -> Features:
    """What a person is compared by: only documents that somebody saw.

    Saying a number gets nobody a record.
    """
    seen = tuple(d for d in person.profile.documents if d.assurance > Assurance.DECLARED)
    return features_of_profile(msgspec.structs.replace(person.profile, documents=seen))


def owner_among(owners: Sequence[Person], evidence: Evidence) -> Match[UUID] | None:
    """The one who owns all the documents, if name and birth date agree with theirs."""
    owner = {person.person_id for person in owners}
    agreeing = next((one for one in owners if _agrees(one.profile, evidence)), None)
    if len(owner) != 1 or agreeing is None:
        return None
    terms = shipped().terms(LEAST_PEOPLE)
    weighed = weigh(shipped(), features_of(evidence), features_of_person(agreeing), terms=terms)
    person_id = agreeing.person_id
    return Match(Decision.LINK, person_id, 1.0, (person_id,), weighed.parts)


async def _exactly(
    db: Connection, means: Means, evidence: Evidence, asked: Asked
) -> Match[UUID] | None:
    """The one owner of the documents whose name and birth date agree, if there is just one."""
    if not asked.documents:
        return None
    blinds = _blinds(means, (("document", key) for key in asked.documents))
    return owner_among(await load(db, means, await queries.proven(db, blinds)), evidence)


def _agrees(profile: Profile, evidence: Evidence) -> bool:
    """The same name without marks, and a birth date of which nothing that both know differs."""
    if not evidence.full_name or names.fold(profile.full_name.value) != names.fold(
        evidence.full_name
    ):
        return False
    parts = evidence.birth.split("-") if evidence.birth else []
    if not parts or not all(part.isascii() and part.isdigit() for part in parts):
        return False
    return profile.born.agrees(Birth(*map(int, parts[:3])))


async def _likeliest(db: Connection, means: Means, evidence: Evidence, asked: Asked) -> Match[UUID]:
    people = await candidates_of(db, means, asked)
    if not people:
        return Match(Decision.NONE, None, 0.0, (), ())
    return choose(people, evidence, await terms_of(db, means, asked))


def choose(people: Sequence[Person], evidence: Evidence, terms: Terms) -> Match[UUID]:
    """The decision among everybody who came into question; stricter than the weights' own.

    Of a file everybody is known who may be meant, of a register never: hence `SURE` and `ABSENT`.
    """
    found = weighed(people, features_of(evidence), terms)
    named = [Candidate(one.person.person_id, one.weighed) for one in found]
    match = decide(replace(shipped(), absent=ABSENT), named, people=terms.people)
    sure = match.probability >= SURE and _corroborated(match) and _vouched(people, match.person)
    if match.decision is Decision.LINK and not sure:
        return Match(Decision.REVIEW, None, match.probability, match.candidates, match.parts)
    return match


def weighed(people: Sequence[Person], features: Features, terms: Terms) -> list[Candidate[Person]]:
    """Each person weighed once, by the best of the profiles that are theirs, best first."""
    best: dict[UUID, Candidate[Person]] = {}
    for person in people:
        found = weigh(shipped(), features, features_of_person(person), terms=terms)
        known = best.get(person.person_id)
        if known is None or found.weight_bits > known.weighed.weight_bits:
            best[person.person_id] = Candidate(person, found)
    return sorted(best.values(), key=lambda one: -one.weighed.weight_bits)


def _corroborated(match: Match[UUID]) -> bool:
    """Whether anything beside name and birth date speaks for the person.

    The register may lack whom the record is about and have a namesake born the same day.
    """
    return any(part.feature in _BESIDE and part.bits >= _SPEAKS for part in match.parts)


def _vouched(people: Sequence[Person], person_id: UUID | None) -> bool:
    """Whether anybody but the person themselves spoke for them; a registrar decides else."""
    return any(one.profile.vouched for one in people if one.person_id == person_id)


def _blinds(means: Means, keys: Iterable[tuple[str, str]]) -> list[bytes]:
    return [blind for kind, value in keys for blind in means.vault.blinds(kind, value)]
